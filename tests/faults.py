"""Faults of a modeller: what is written in place of what, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What is written in place of what, and what is said of it."""

    model: str
    file: str
    old: str
    new: str
    path: str
    words: str
    at: str | None = None
    """Words on the line that the problem is told at, where that is not where the file was changed; "" is line 1."""


def yaml(old: str, new: str, path: str, words: str, at: str | None = None, model: str = "harbour") -> Fault:
    return Fault(model, "model.yaml", old, new, path, words, at)


def solved(old: str, new: str, path: str, words: str, at: str | None = None) -> Fault:
    return yaml(old, new, path, words, at, "orchard")


def table(
    file: str, old: str, new: str, column: str, words: str, at: str | None = None, model: str = "harbour"
) -> Fault:
    return Fault(model, file, old, new, column, words, at)


YOUNG = "- parent: mother_age\n        ratios: {young: or_young_smoking}"
EARLY = "{distribution: uniform, low: 1.2, high: 2.0}"
NO_RATIO = "is used as a ratio and may be 0 or less; use a number, lognormal or uniform above 0"
NO_YEARS = "hazards and ratios are the same in every year; let the shares of a variable vary by year"
NOT_YAML = "is not YAML here"

FAULTS = {
    # ---- the language
    "an unknown key": yaml("population:", "popluation:", "popluation", "did you mean `population`?"),
    "a key twice": yaml("title: Invented", "model: harbour\ntitle: Invented", "model",
                        "the key stands twice (first on line 2); keep one"),
    "a variable twice": yaml("  gestation:\n", "  smoking:\n", "variables.smoking",
                             "the key stands twice (first on line"),
    "a tab": yaml("  gestation:\n", "\tgestation:\n", "", "indent with spaces, where a tab stands"),
    "a colon in text": yaml("meaning: family is poor", "meaning: family: poor", "",
                            "put text with a colon in quotes, or indent the line as those beside it"),
    "a bracket left open": yaml("[brown, blue, green]", "[brown, blue, green", "",
                                "close the bracket that opens there"),
    "a quote left open": yaml("colour of the baby's eyes", "'colour of the baby''s eyes", "",
                              "close the quote that opens there"),
    "a key without its colon": yaml("variables:\n", "variables\n", "",
                                    "write `key: value`, with a colon and a space"),
    "a tag": yaml("title: Invented harbour towns", "title: !!python/name:os.system Invented", "",
                  "tags are not allowed"),
    "an anchor": yaml("title: Invented harbour towns", "title: &again Invented", "", "anchors (&) and aliases"),
    "a word for a list": yaml("causes: [fever]", "causes: fever", "causes",
                              "found 'fever'; write a list, [fever]"),
    "a list for ratios": yaml("ratios: {young: 1.5}", "ratios: [1.5]", "ratios",
                              "write keys and values, `key: value`"),
    "a number that is text": yaml("decision: 17", 'decision: "17"', "eye_colour.decision", "remove the quotes"),
    "a number in words": yaml("decision: 17", "decision: two", "eye_colour.decision",
                              "found 'two'; write a whole number, or `beside_clocks`"),
    "a span for a list of years": yaml("reference_years: [2002, 2003]", "reference_years: 2002-2003",
                                       "reference_years", "found '2002-2003'; write a list, [2002, 2003]"),
    "a misspelt place beside the clocks": yaml("decision: 17", "decision: beside_clock", "eye_colour.decision",
                                               "found 'beside_clock'; did you mean `beside_clocks`?"),
    "a number with a comma": yaml("{young: 1.5}", "{young: 1,5}", "ratios.5", "write decimals with a point"),
    "a number in quotes": yaml("{young: 1.5}", "{young: '1.5'}", "ratios.young",
                               "found '1.5'; remove the quotes"),
    "thousands": yaml("low: 1.2, high: 2.0", "low: 1_200, high: 2.0", "or_smoking_early.value.low",
                      "write 1200, without a separator"),
    "a level that is no text": yaml("[brown, blue, green]", "[true, blue, green]", "levels.0",
                                    'found true; write text, in quotes: "true"'),
    "a name with capitals": yaml("  eye_colour:  ", "  Eyes:  ", "variables.Eyes",
                                 "write lower-case letters, digits and _"),
    # ---- the graph
    "a parent that is misspelt": yaml("- parent: mother_age", "- parent: mother_agee", "odds_ratios.0.parent",
                                      "no variable `mother_agee`; did you mean `mother_age`?"),
    "a parent that comes later": yaml(
        "eye_colour.csv, by: [mother_age]", "eye_colour.csv, by: [shared_bed]", "eye_colour.shares.by.0",
        "shared_bed comes later, on line 101; variables stand in causal order, so move it before eye_colour"),
    "an odds ratio of a later parent": yaml(
        YOUNG, YOUNG.replace("mother_age", "shared_bed"), "smoking.odds_ratios.0.parent",
        "shared_bed comes later, on line 101; variables stand in causal order, so move it before smoking"),
    "a cycle of two": yaml("by: [smoking]}", "by: [gestation]}", "pregnancy_smoking.shares.by.0",
                           "a cycle, pregnancy_smoking -> gestation -> pregnancy_smoking; take one of its arrows out"),
    "a cycle of three": yaml(YOUNG, YOUNG.replace("mother_age", "gestation"), "smoking.odds_ratios.0.parent",
                             "a cycle, smoking -> pregnancy_smoking -> gestation -> smoking; take one of its"),
    "a variable of itself": yaml(YOUNG, YOUNG.replace("mother_age", "smoking"), "smoking.odds_ratios.0.parent",
                                 "smoking hangs on itself; name another parent"),
    "a margin by a drawn variable": yaml(
        "shares: {table: gestation.csv, by: [area]}", "shares: {table: gestation.csv, by: [mother_age]}",
        "shares.by.0", "beside odds ratios, shares are those of a stratum; name only year, area"),
    "an odds ratio of a stratum": yaml(YOUNG, "- parent: area\n        ratios: {north: 2.0}",
                                       "odds_ratios.0.parent",
                                       "area is a stratum, and no odds ratio is needed; let the shares vary by it"),
    "a stratum twice": yaml("by: [year, area]\n", "by: [area, area]\n", "smoking.shares.by",
                            "`area` stands twice"),
    "a cut that is no variable": yaml("drawn_to: smoking", "drawn_to: smokin", "drawn_to",
                                      "did you mean `smoking`?"),
    "a name of the engine": yaml("  eye_colour:  ", "  cause:  ", "variables.cause",
                                 "`cause` is a name of the engine; choose another"),
    "a name of a stratum": yaml("  eye_colour:  ", "  area:  ", "variables.area",
                                "is a stratum dimension already"),
    "an exposure before it can act": yaml(
        "age_bands: [days_7_27, days_28_364]\n      within", "age_bands: [day_0, days_28_364]\n      within",
        "age_bands", "shared_bed acts from day 7, and day_0 begins before; name later age bands"),
    # ---- strata
    "strata with one luck": Fault(
        "lagoon", "model.yaml", "levels: [shore, isle]", "levels: [plumless, buckeroo]", "strata.dims",
        "area=plumless and area=buckeroo would share their luck", at="    area:"),
    "years that run backwards": yaml("{first: 2001, last: 2006}", "{first: 2006, last: 2001}",
                                     "strata.dims.year",
                                     "ends in 2001 before it begins in 2006"),
    "years as levels": yaml("{first: 2001, last: 2006}", "{levels: [2001, 2002]}", "strata.dims.year",
                            "years are a span; write {first: 2001, last: 2006}"),
    "years by another name": yaml("    year: {first", "    birth_year: {first", "strata.dims.birth_year",
                                  "a span of years is called `year`; rename `birth_year`"),
    "reference years outside": yaml("reference_years: [2002, 2003]", "reference_years: [2002, 2009]",
                                    "reference_years.1",
                                    "2009 is outside the model; write years from 2001 to 2006"),
    "no reference years": yaml("reference_years: [2002, 2003]\n", "", "",
                               "a model with years needs `reference_years`", at="model: harbour"),
    # ---- levels and ratios
    "a level that is not there": yaml("{young: or_young_smoking}", "{yuong: or_young_smoking}",
                                      "0.ratios.yuong",
                                      "no level of mother_age `yuong`; did you mean `young`?"),
    "an outcome level that is not there": yaml("of: [very_early, early]", "of: [very_erly, early]",
                                               "odds_ratios.0.of.0",
                                               "no level of gestation `very_erly`; did you mean `very_early`?"),
    "an odds ratio of every level": yaml("of: [very_early, early]", "of: [very_early, early, term]",
                                         "odds_ratios.0.of",
                                         "all levels at once, which changes nothing; leave one out"),
    "a level of a stratum that is not there": yaml("within: {gestation: [early]", "within: {area: [erly]",
                                                   "within.area.0",
                                                   "no level of area `erly`; choose from north, south"),
    "a level twice": yaml("levels: [young, older]", "levels: [young, young]", "mother_age.levels",
                          "`young` stands twice"),
    "a parent that is causal and is not": yaml(
        "ratios: {yes: or_poverty_smoking}",
        "ratios: {yes: or_poverty_smoking}\n      - parent: child_poverty\n        ratios: {yes: 1.2}",
        "odds_ratios.2.parent", "child_poverty is causal in one place and not in another; choose one"),
    "a place between bounds that is no share": yaml(
        "{distribution: uniform, low: 0, high: 1}", "{distribution: uniform, low: 0, high: 9}", "shares.between.at",
        "steepness may lie outside 0 to 1", at="between: {low: low"),
    "a single level": yaml("levels: [young, older]", "levels: [young]", "mother_age.levels",
                           "has 1 items; give at least 2"),
    "a parameter that is not there": yaml("{young: or_young_smoking}", "{young: or_young_smokin}",
                                          "ratios.young",
                                          "no parameter `or_young_smokin`; did you mean `or_young_smoking`?"),
    "a parameter that is used nowhere": yaml(
        "{young: or_young_smoking}", "{young: 1.5}", "parameters.or_young_smoking",
        "parameter `or_young_smoking` is used nowhere; use it, or take it out", at="  or_young_smoking:"),
    "a negative odds ratio": yaml("{quit: 1.1,", "{quit: -1.1,", "ratios.quit",
                                  "found -1.1; write a number more than 0"),
    "a hazard ratio of zero": yaml("{young: 1.5}", "{young: 0}", "ratios.young",
                                   "found 0; write a number more than 0"),
    "a ratio that is a negative parameter": yaml(EARLY, "-1.2", "or_smoking_early.value", NO_RATIO),
    "a ratio that may be negative": yaml(EARLY, "{distribution: normal, mean: 1.2, ci95: [0.2, 2.2]}",
                                         "or_smoking_early.value", NO_RATIO),
    "a ratio that is zero": yaml(EARLY, "0", "or_smoking_early.value", NO_RATIO),
    "a margin that nothing returns": yaml(
        EARLY, "1e300", "gestation.odds_ratios", "its ratios are too large or too small for its shares",
        at="      - parent: pregnancy_smoking\n        of"),
    "a distribution out of order": yaml("{distribution: uniform, low: 1.1, high: 2.0}",
                                        "{distribution: uniform, low: 2.1, high: 2.0}", "hr_poverty.value",
                                        "write the smaller as low"),
    "a parameter without a source": yaml("    unit: share\n    source: assumption\n", "    unit: share\n",
                                         "steepness.source", "is missing; add `source: ...`",
                                         at="meaning: place between"),
    # ---- clocks, causes, ages
    "one decision for two": yaml("decision: 6\n", "decision: 3\n", "shared_bed.decision",
                                 "decision 3 is taken by mother_age; give each its own number"),
    "two variables beside the clocks": yaml("decision: 6\n", "decision: beside_clocks\n", "shared_bed.decision",
                                            "decision beside_clocks is taken by gestation"),
    "one clock for two causes": yaml(
        "sudden: {meaning: sudden, clock: 1}", "sudden: {meaning: sudden, clock: 0}", "causes.sudden.clock",
        "clock 0 is taken by heart; give each its own number"),
    "a decision for a clock": yaml(
        "sudden: {meaning: sudden, clock: 1}", "sudden: {meaning: sudden, decision: 1}", "causes.sudden.decision",
        "unknown key; choose from meaning, clock"),
    "a decision beyond the last": yaml("decision: 17", "decision: 9999999999", "decision",
                                       "write a number less than"),
    "bands with a gap": yaml("days_7_27: [7, 28]", "days_7_27: [8, 28]", "age_bands.days_7_27",
                             "runs from 8 to 28; bands follow one another, so begin it at day 7"),
    "a band that ends before it begins": yaml("days_1_6: [1, 7]", "days_1_6: [1, 1]", "age_bands.days_1_6",
                                              "runs from 1 to 1"),
    "a band before birth": yaml("day_0: [0, 1]", "day_0: [-1, 1]", "age_bands.day_0.0",
                                "write a number at least 0"),
    "half a band": yaml("day_0: [0, 1]", "day_0: [0]", "age_bands.day_0", "has 1 item; write two, [a, b]"),
    "a period of unknown bands": yaml("postneonatal: [days_28_364]", "postneonatal: [days_28_365]",
                                      "age_periods.postneonatal", "did you mean `days_28_364`?"),
    "a band in two periods": yaml(
        "postneonatal: [days_28_364]", "postneonatal: [days_7_27, days_28_364]", "postneonatal.0",
        "days_7_27 is in neonatal too; put it in one period"),
    "an unknown cause": yaml("causes: [fever]", "causes: [fevre]", "causes",
                             "no cause `fevre`; did you mean `fever`?"),
    "an unknown band": yaml("age_bands: [days_28_364]", "age_bands: [days_28_265]", "age_bands",
                            "no age band `days_28_265`; did you mean `days_28_364`?"),
    # ---- hazards
    "neither table nor target": yaml("baseline: {by: [gestation], table: hazards.csv}",
                                     "baseline: {by: [gestation]}",
                                     "deaths.baseline", "give either `table` or `target`"),
    "hazards by year": yaml("baseline: {by: [gestation]", "baseline: {by: [year]", "baseline.by.0", NO_YEARS),
    "a hazard ratio of a year": yaml("- parent: mother_age\n      causes", "- parent: year\n      causes",
                                     "hazard_ratios.2.parent", NO_YEARS),
    "ratios within a year": yaml("ratios_act_within: {gestation: [early, term]}",
                                 "ratios_act_within: {year: [2001]}",
                                 "ratios_act_within.year", NO_YEARS),
    "a ratio within its own parent": yaml(
        "gestation: [early], mother_age: [young]}", "shared_bed: [no]}", "within.shared_bed", "is the parent itself"),
    "a residual beside a table": yaml(
        "table: hazards.csv}\n", "table: hazards.csv}\n  residual: {by: area, target: x.csv}\n",
        "deaths.baseline",
        "give `target` in place of `table`"),
    # ---- what is solved, and variants
    "an unknown exposure": solved("set: smoking\n", "set: smokng\n", "solve.contrasts.smoking.set",
                                  "did you mean `smoking`?"),
    "an unknown period": solved("outcome: {deaths: neonatal}", "outcome: {deaths: neonatla}", "outcome.deaths",
                                "did you mean `neonatal`?"),
    "an unknown value": solved("value: total_smoking\n", "value: total_smokng\n", "smoking.value",
                               "did you mean `total_smoking`?"),
    "an unknown level among": solved("among: {poverty: no}", "among: {poverty: never}", "poverty",
                                     "no level of poverty `never`"),
    "an unknown measure": solved("measure: odds_ratio", "measure: odds", "smoking.measure",
                                 "choose from odds_ratio"),
    "a published ratio below zero": solved("{distribution: lognormal, median: 1.5, ci95: [1.3, 1.75]}", "-1.5",
                                           "total_smoking.value", NO_RATIO),
    "an effect that nothing uses": solved(
        "ratios: {yes: hr_poverty}", "ratios: {yes: 2.0}", "poverty.solves",
        "nothing uses hr_poverty; write it under `ratios` where the effect acts", at="solves: hr_poverty"),
    "an effect with a value": solved(
        "solves: hr_smoking", "solves: total_poverty", "smoking.solves", "is a parameter with a value"),
    "an unknown default": solved("default: whole", "default: all", "variants.poverty.default",
                                 "no option `all`; choose from whole, half, zero"),
    "an unknown parameter of an option": solved("times: {total_poverty: 0.5}", "times: {total_povrty: 0.5}",
                                                "half.times", "did you mean `total_poverty`?"),
    "an unknown arrow": solved("off: [poverty]", "off: [povery]", "zero.off", "did you mean `poverty`?"),
    "a residual by a variable": solved("residual: {by: area,", "residual: {by: gestation,",
                                       "deaths.residual.by",
                                       "no stratum dimension `gestation`"),
    "a residual by year": solved("residual: {by: area,", "residual: {by: year,",
                                 "deaths.residual.by", NO_YEARS),
    "an association that is not there": solved("causal: {smoking: [poverty]}", "causal: {smoking: [povery]}",
                                               "causal.smoking.0", "did you mean `poverty`?"),
    "a child that is not there": solved("causal: {smoking: [poverty]}", "causal: {smokng: [poverty]}",
                                        "causal.smokng",
                                        "no variable `smokng`"),
    "a moot variant that is not there": solved("moot_when: {poverty: [zero]}", "moot_when: {povery: [zero]}",
                                               "moot_when.povery", "did you mean `poverty`?"),
    "a moot option that is not there": solved("moot_when: {poverty: [zero]}", "moot_when: {poverty: [none]}",
                                              "moot_when.poverty.0", "no option of poverty `none`"),
    "a contrast of a stratum": solved(
        "set: smoking\n      from: no\n      to: yes", "set: area\n      from: hill\n      to: dale",
        "smoking.set",
        "area is a stratum and cannot be set"),
    "a contrast with itself": solved("set: smoking\n      from: no", "set: smoking\n      from: yes",
                                     "smoking.to",
                                     "is both ends of the contrast", at="to: yes\n      outcome: {deaths: neonatal}"),
    "an effect solved twice": solved("solves: hr_poverty", "solves: hr_smoking", "poverty.solves",
                                     "hr_smoking is solved by smoking already"),
    "a ratio without effect that is none": solved(
        "zero: {meaning: nothing, off: [poverty]}", "zero: {meaning: nothing, neutral: [hr_povrty]}",
        "zero.neutral.0", "no ratio `hr_povrty`; did you mean `hr_poverty`?"),
    "a published total read another way that is none": solved(
        "half: {meaning: half, times: {total_poverty: 0.5}}",
        "half: {meaning: half, contrasts: {smokng: {set: smoking, from: no, to: yes}}}",
        "half.contrasts.smokng", "no contrast `smokng`; did you mean `smoking`?"),
    "a published total read at a level that is not there": solved(
        "half: {meaning: half, times: {total_poverty: 0.5}}",
        "half: {meaning: half, contrasts: {smoking: {set: smoking, from: no, to: yess}}}",
        "half.contrasts.smoking.to", "no level of smoking `yess`; did you mean `yes`?"),
    "a published total read at one level": solved(
        "half: {meaning: half, times: {total_poverty: 0.5}}",
        "half: {meaning: half, contrasts: {smoking: {set: poverty, from: yes, to: yes}}}",
        "half.contrasts.smoking.to", "`yes` is both ends of the contrast; choose another level"),
    "a published total read of a stratum": solved(
        "half: {meaning: half, times: {total_poverty: 0.5}}",
        "half: {meaning: half, contrasts: {smoking: {set: area, from: hill, to: dale}}}",
        "half.contrasts.smoking.set", "area is a stratum and cannot be set; name a variable"),
    "a trend by a parameter that is not there": solved(
        "  hazard_ratios:\n", "  trend: {after: 2011, ratio: or_poverty_smokng}\n  hazard_ratios:\n",
        "deaths.trend.ratio", "no parameter `or_poverty_smokng`; did you mean `or_poverty_smoking`?"),
    "a trend by a ratio that may be negative": solved(
        "  hazard_ratios:\n", "  trend: {after: 2011, ratio: total_poverty}\n  hazard_ratios:\n",
        "total_poverty.value", NO_RATIO, at="value: {distribution: normal, mean: 12.0"),
    "a trend that begins too early": solved(
        "  hazard_ratios:\n", "  trend: {after: 2010, ratio: or_poverty_smoking}\n  hazard_ratios:\n",
        "deaths.trend.after", "hazards are solved over years up to 2011; begin the trend after 2011"),
    "a trend without years": yaml(
        "  hazard_ratios:\n    - parent: smoke\n", "  trend: {after: 2011, ratio: any}\n  hazard_ratios:\n"
        "    - parent: smoke\n", "deaths.trend", "the strata have no years for a trend; take it out",
        model="island"),
    "no draws beside the default": solved(
        "draws: 12\n", "draws: 12\n  draws_beside: 0\n", "solve.draws_beside", "write a number at least 1"),
    "deaths that do not agree": table(
        "deaths_by_area.csv", "neonatal,hill,210,", "neonatal,hill,310,", "deaths",
        "630 deaths in neonatal (lines 2, 3 and 4), and 530 in deaths.csv; make the two agree", model="orchard"),
    "no deaths to solve from": table("deaths_by_area.csv", "neonatal,hill,210,", "neonatal,hill,0,", "deaths",
                                     "no deaths in age_period neonatal, area hill", model="orchard"),
    # ---- tables
    "a share over one": table("smoking.csv", "2001,north,yes,0.25", "2001,north,yes,1.25", "low",
                              "found 1.25; write a number at least 0 and at most 1"),
    "a share in percent": table("smoking.csv", "2001,north,yes,0.25", "2001,north,yes,25", "low",
                                "at most 1, as 0.25 for 25%"),
    "a percent sign": table("smoking.csv", "2001,north,yes,0.25", "2001,north,yes,25%", "low", "write 0.25"),
    "a negative birth": table("births.csv", "2001,south,4000", "2001,south,-4000", "births", "at least 0"),
    "a word for a number": table("births.csv", "2001,south,4000", "2001,south,many", "births",
                                 "found `many`; write a number"),
    "thousands with a comma": table("births.csv", "2001,south,4000", '2001,south,"4,000"', "births",
                                    "write 4000, without a separator"),
    "thousands without quotes": table("births.csv", "2001,south,4000", "2001,south,4,000", "",
                                      "has 4 cells, the header has 3; write decimals with a point"),
    "a decimal comma": table("births.csv", "2001,south,4000", '2001,south,"4000,5"', "births",
                             "write 4000.5, with a point"),
    "a space before a number": table("births.csv", "2001,south,4000", "2001,south, 4000", "births",
                                     "take out the space around it"),
    "a missing row": table("births.csv", "2003,south,4026\n", "", "",
                           "no row for year 2003, area south; add a row", at=""),
    "a row twice": table("births.csv", "2003,south,", "2003,north,", "year, area",
                         "year 2003, area north stands on line 6 too; keep one"),
    "a stratum that `by` leaves out": Fault(
        "harbour", "model.yaml", "table: child_poverty.csv, by: [year, area]", "table: child_poverty.csv, by: [area]",
        "variables.child_poverty.shares.by",
        "child_poverty.csv has the column `year`, a stratum that `by` does not name; write `by: [year, area]`"),
    "all strata left out": Fault(
        "harbour", "model.yaml", "table: child_poverty.csv, by: [year, area]", "table: child_poverty.csv",
        "variables.child_poverty.shares",
        "has the columns `year` and `area`, which `by` does not name; write `by: [year, area]`"),
    "a parent that `by` leaves out": Fault(
        "harbour", "model.yaml", "eye_colour.csv, by: [mother_age]", "eye_colour.csv", "eye_colour.shares",
        "eye_colour.csv has the column `mother_age`, a variable that `by` does not name; write `by: [mother_age]`"),
    "a table that is not there": yaml(
        "table: hazards.csv", "table: hazard.csv", "deaths.baseline.table",
        "hazard.csv: no such file; did you mean"),
    "births that are not there": yaml("births: births.csv", "births: birth.csv", "strata.births",
                                      "birth.csv: no such file; did you mean"),
    "a row too many": table("births.csv", "2003,south,", "2003,west,1\n2003,south,", "area",
                            "found `west`; choose from north, south"),
    "a level misspelt": table("gestation.csv", "north,term,0.9", "north,trem,0.9", "level",
                              "did you mean `term`?"),
    "an area misspelt": table("mother_age.csv", "south,young", "soth,young", "area", "did you mean `south`?"),
    "shares that miss one": table(
        "gestation.csv", "north,term,0.9", "north,term,0.91", "share",
        "shares of area north sum to 1.01 (lines 2, 3 and 4); make it 1", at="north,very_early"),
    "shares that are all zero": table(
        "gestation.csv", "north,very_early,0.01\nnorth,early,0.09\nnorth,term,0.9\n",
        "north,very_early,0\nnorth,early,0\nnorth,term,0\n", "share",
        "shares of area north sum to 0 (lines 2, 3 and 4); make it 1"),
    "shares that leave no rest": table(
        "pregnancy_smoking.csv", "*",
        "smoking,level,share\nno,quit,0\nno,to_delivery,0\nyes,quit,0.5\nyes,to_delivery,0.7\n",
        "share",
        "shares of smoking yes sum to 1.2 (lines 4 and 5); make it at most 1, the rest being `none`",
        at="no,to_delivery"),
    "a year without births": table("births.csv", "2001,north,7000\n2001,south,4000", "2001,north,0\n2001,south,0",
                                   "births", "no births in 2001; give some"),
    "a column that is missing": table("gestation.csv", "area,level,share", "area,level,shares", "",
                                      "column `share` is missing; add it, or rename `shares`"),
    "an axis that is missing": table("hazards.csv", "gestation,cause", "weeks,cause", "",
                                     "column `gestation` is missing"),
    "semicolons": table("births.csv", "*", "year;area;births\n2001;north;7000\n", "",
                        "columns stand apart by semicolons; save the table with commas", at=""),
    "no header": table("births.csv", "year,area,births\n", "", "",
                       "found data, `2001,north,7000`; begin with a line of column names, year,area,births", at=""),
    "an empty row": table("births.csv", "2003,south,", ",,\n2003,south,", "", "is an empty row; take it out"),
    "a comment in a table": table("births.csv", "2003,south,", "# south\n2003,south,", "",
                                  "a table holds no comments"),
    "an empty table": table("births.csv", "*", "", "", "is empty; begin with a header line", at=""),
    "a negative hazard": table("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0,-1", "hazard",
                               "found -1; write a number at least 0"),
    "an empty cell": table("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0,", "hazard",
                           "is empty; give a value"),
    "a short row": table("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0", "",
                         "has 3 cells, the header has 4; add what is missing"),
    "not a number": table("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0,nan", "hazard",
                          "found `nan`"),
}  # fmt: skip
