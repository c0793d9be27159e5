"""Calibration configs: what the language says is read; a broken file is told where, and what to do."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from calibration.check import check_against
from calibration.read import configs, load_calibration, parse_calibration, read_calibration
from calibration.schema import Calibration, Counts, Shares, json_schema
from simcore.distributions import Normal
from simcore.load import load_model
from simcore.model import Model
from simcore.problems import DocumentError, Problem
from simcore.solved import read_central
from simcore.solving import structures

MAIN = "england_2010_2020"


@cache
def england() -> Model:
    return load_model("england")


@cache
def shipped(name: str = MAIN) -> str:
    return (files("calibration") / "configs" / f"{name}.yaml").read_text()


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as found:
        check_against(parse_calibration(text, "tried.yaml"), england())
    return found.value.problems


def line_of(words: str) -> int:
    text = shipped()
    return text[: text.index(words)].count("\n") + 1


# ---- what is read


@pytest.mark.parametrize("name", configs())
def test_every_shipped_config_is_good_under_every_structure_with_solved_draws(name: str) -> None:
    for structure in structures(england()):
        calibration, model, chosen, observed = load_calibration(name, variants=dict(structure.choices))
        assert calibration.calibration == name and model.name == "england"
        assert chosen.solved_as.label == structure.label
        assert observed.counts and observed.contrasts


def test_the_schema_shipped_for_editors_is_the_language() -> None:
    assert json.loads((files("calibration") / "calibration.schema.json").read_text()) == json_schema()


def test_every_default_of_the_language_is_a_value_of_the_language() -> None:
    least = "calibration: least\ntitle: t\nmodel: england\nyears: {first: 2010, last: 2020}\n"
    least += "parameters: {effects: {prior: {distribution: uniform, low: 0.1, high: 9}}, residual: {sd: 1}}\n"
    least += "targets: {effects: {kind: contrasts, of: [smoking_neonatal]}}\n"
    calibration = parse_calibration(least, "least.yaml")
    again = Calibration.model_validate_json(calibration.model_dump_json(by_alias=True))
    assert again == calibration
    assert calibration.parameters.feedback == "cut" and calibration.parameters.drift is None


def test_the_prior_of_the_residual_hardly_tells_how_much_of_poverty_is_causal() -> None:
    """What its prior says for `half` against `as-published`, beside what the published interval says."""
    of = {}
    for option in ("as-published", "half"):
        central = read_central(england(), england().structure({"child_poverty": option}))
        assert central.residual is not None
        of[option] = float((np.log(central.residual) ** 2).sum())
    published = england().spec.parameters["total_poverty_per_point"].value
    assert isinstance(published, Normal)
    from_interval = 0.5 * (published.mean / 2 / published.sigma) ** 2

    def from_prior(sd: float) -> float:
        return (of["as-published"] - of["half"]) / 2 / sd**2

    assert from_prior(0.5) > from_interval > 1  # a back door
    for name in configs():
        assert from_prior(read_calibration(name).parameters.residual.sd) < from_interval / 10


def test_every_death_of_the_likelihood_is_counted_once_as_a_count() -> None:
    calibration = read_calibration(MAIN)
    counts = [name for name in calibration.fitted if isinstance(calibration.targets[name], Counts)]
    assert counts == ["deaths_by_decile"]
    shares = [t for name in calibration.fitted if isinstance(t := calibration.targets[name], Shares)]
    assert [share.strata.as_ for share in shares] == ["ethnic_group", "mother_age"]


def test_years_that_another_index_of_deprivation_sorts_are_breaks() -> None:
    """What the observed table says of its deciles is where the breaks are."""
    import csv

    table = (england().folder / "observed_groups.csv").read_text().splitlines()
    index = {
        int(r["period"]): r["note"]
        for r in csv.DictReader(table)
        if r["factor"] == "imd_decile" and "-" not in r["period"]
    }
    changes = tuple(year for year in range(2011, 2021) if index[year] != index[year - 1])
    for name in configs():
        breaks = read_calibration(name).parameters.breaks
        assert breaks is not None and breaks.at == changes


def test_the_two_shipped_configs_differ_in_what_is_fitted_and_in_no_prior_but_the_level() -> None:
    one, other = read_calibration(MAIN), read_calibration("england_2010_2016")
    said, again = one.parameters.model_dump(), other.parameters.model_dump()
    differ = {key for key in said if said[key] != again[key]}
    assert differ == {"year_effects", "projection"}
    assert one.parameters.year_effects and other.parameters.year_effects
    assert one.parameters.year_effects.step == other.parameters.year_effects.step


def test_a_choice_of_variant_is_made_over_that_of_the_file() -> None:
    half = shipped().replace("variants: {}", "variants: {child_poverty: half, smoking_contrast: at-delivery}")
    path = "half.yaml"
    calibration = parse_calibration(half, path)
    assert (
        england().structure(calibration.variants).label == "child_poverty=half+smoking_contrast=at-delivery"
    )
    loaded, _, structure, _ = load_calibration(MAIN, variants={"child_poverty": "zero"})
    assert structure.label == "child_poverty=zero" and loaded.variants == {"child_poverty": "zero"}
    assert loaded.digest != read_calibration(MAIN).digest


def test_a_variant_that_is_none_is_refused_whoever_names_it() -> None:
    with pytest.raises(DocumentError, match="`child_poverty` has no option `halve`"):
        load_calibration(MAIN, variants={"child_poverty": "halve"})


def test_a_change_is_put_in_place_of_the_files_value_and_checked_like_it() -> None:
    changed = read_calibration(
        MAIN, {"parameters.feedback": "full", "quick.draws": 500, "parameters.drift": None}
    )
    assert changed.parameters.feedback == "full" and changed.quick.draws == 500
    assert changed.parameters.drift is None
    with pytest.raises(DocumentError) as found:
        read_calibration(MAIN, {"parameters.feedback": "none"})
    (problem,) = found.value.problems
    assert problem.line == line_of("feedback: cut") and "choose from cut, full" in problem.message
    with pytest.raises(DocumentError, match="is no mapping"):
        read_calibration(MAIN, {"title.more": 1})
    with pytest.raises(DocumentError, match="did you mean `targets`"):
        load_calibration(MAIN, changes={"target.deaths_by_decile.kind": "counts"})


def test_titles_are_no_part_of_the_digest_and_numbers_are() -> None:
    digest = read_calibration(MAIN).digest
    assert read_calibration(MAIN, {"title": "Another"}).digest == digest
    assert read_calibration(MAIN, {"parameters.residual.sd": 0.6}).digest != digest


def test_a_model_beside_the_config_is_found(tmp_path: Path) -> None:
    text = shipped().replace("model: england", "model: anglia")
    (tmp_path / "tried.yaml").write_text(text)
    with pytest.raises(DocumentError) as found:
        load_calibration(tmp_path / "tried.yaml")
    (problem,) = found.value.problems
    assert problem.line == line_of("model: england") and "no model `anglia` ships" in problem.message
    (tmp_path / "anglia").symlink_to(england().folder)
    with pytest.raises(DocumentError, match="is for the model `anglia`, not `england`"):
        load_calibration(tmp_path / "tried.yaml")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("england_2010_2002", "did you mean `england_2010_2020`?"),
        ("zzz", "shipped are england_2010_2016, england_2010_2020"),
        ("nowhere/england.yaml", "no such file"),
    ],
)
def test_a_config_that_is_not_there_is_told_with_what_is(given: str, words: str) -> None:
    with pytest.raises(DocumentError) as found:
        read_calibration(given)
    assert words in str(found.value)


# ---- what is refused

EFFECTS = "  effects: {prior: {distribution: lognormal, median: 1.0, ci95: [0.01, 100.0]}}"
PRIORS = "  residual: {sd: 2.0}\n"
OF = "      - smoking_neonatal\n"
SHARES = "    weight: 1.0\n"
FAULTS = {
    # the language
    "an unknown key": ("  feedback: cut", "  feedbakc: cut", "parameters.feedbakc", "did you mean `feedback`?"),
    "a missing key": ("    births: births\n", "", "targets.deaths_by_decile.births", "is missing; add `births: ...`",
                      "    kind: counts"),
    "an unknown kind": ("    kind: counts", "    kind: count", "targets.deaths_by_decile.kind",
                        "did you mean `counts`?"),
    "an unknown likelihood": ("    likelihood: poisson", "    likelihood: poison",
                              "targets.deaths_by_decile.likelihood", "did you mean `poisson`?"),
    "a dispersion below 0": ("    likelihood: poisson", "    likelihood: {negative_binomial: {dispersion: -1}}",
                             "targets.deaths_by_decile.likelihood.negative_binomial.dispersion", "more than 0"),
    "shares of what the residual meets": ("as: ethnic_group", "as: imd_decile",
                                          "targets.deaths_by_ethnic_group_and_cause.strata.as", "write `kind: counts`"),
    "a weight above 1": (SHARES, "    weight: 2.0\n", "targets.deaths_by_ethnic_group_and_cause.weight", "at most 1"),
    "a spread of 0": (PRIORS, "  residual: {sd: 0}\n", "parameters.residual.sd", "more than 0"),
    "a number for a prior of effects": (EFFECTS,
                                        "  effects: {prior: 1.0}", "parameters.effects.prior", "write a lognormal"),
    "years turned round": ("years: {first: 2010, last: 2020}\n\n", "years: {first: 2020, last: 2010}\n\n",
                           "years", "first 2020 comes after last 2010"),
    "one chain": ("sampler: {chains: 4", "sampler: {chains: 1", "sampler.chains", "at least 2"),
    # the words of the model
    "an unknown variant": ("variants: {}", "variants: {child_povrty: half}", "variants.child_povrty",
                           "did you mean `child_poverty`?"),
    "an unknown option": ("variants: {}", "variants: {child_poverty: halve}", "variants.child_poverty",
                          "child_poverty has no option `halve`; did you mean `half`?"),
    "years outside the model": ("years: {first: 2010, last: 2020}\n\n", "years: {first: 2009, last: 2020}\n\n",
                                "years.first", "2009 is outside the model; write 2010 to 2035"),
    "counts of years outside the model": (
        "    years: {column: period, first: 2010, last: 2020}", "    years: {column: period, first: 2008, last: 2020}",
        "targets.deaths_by_decile.years.first", "2008 is outside the years fitted; write 2010 to 2020"),
    "an unknown prior": (PRIORS, "  priors: {hr_unsafe_slep: 1.0}\n" + PRIORS, "parameters.priors.hr_unsafe_slep",
                         "no parameter `hr_unsafe_slep`; did you mean `hr_unsafe_sleep`?"),
    "a prior of a published total": (PRIORS, "  priors: {total_smoking_preterm: 1.4}\n" + PRIORS,
                                     "parameters.priors.total_smoking_preterm",
                                     "is the published effect of the contrast `smoking_preterm`, and data here"),
    "a prior that leaves what is allowed": (
        PRIORS, "  priors: {smoking_gradient: {distribution: uniform, low: 0, high: 2}}\n" + PRIORS,
        "parameters.priors.smoking_gradient", "reaches from 0 to 2, and the model file allows 0 to 1"),
    "a prior of a ratio below 0": (
        PRIORS, "  priors: {hr_poverty: {distribution: normal, mean: 1, ci95: [0, 2]}}\n" + PRIORS,
        "parameters.priors.hr_poverty", "a direct effect is above 0"),
    "an unknown parameter held": (PRIORS, "  held: [hr_bmi]\n" + PRIORS, "parameters.held.0", "no parameter `hr_bmi`"),
    "a direct effect held": (PRIORS, "  held: [hr_poverty]\n" + PRIORS, "parameters.held.0",
                             "the model file gives `hr_poverty` no value to keep; write it under `priors`"),
    "held and given a prior": (PRIORS, "  priors: {hr_sga: 1.0}\n  held: [hr_sga]\n" + PRIORS, "parameters.held.0",
                               "`hr_sga` has a prior above"),
    "a break before the first year": ("at: [2011, 2016]", "at: [2010, 2016]", "parameters.breaks.at.0",
                                      "2010 is outside the years fitted; write 2011 to 2020"),
    "breaks out of order": ("at: [2011, 2016]", "at: [2016, 2011]", "parameters.breaks.at.1",
                            "2011 does not come after 2016"),
    "an unknown contrast": (OF, "      - smoking_neonatel\n", "targets.published_effects.of.1",
                            "no contrast `smoking_neonatel`; did you mean `smoking_neonatal`?"),
    "a contrast twice": ("check:\n", "  again:\n    kind: contrasts\n    of: [bmi_obese]\n\ncheck:\n",
                         "targets.again.of.0", "`bmi_obese` is in the target `published_effects` too"),
    "an unknown variable": ("      as: ethnic_group\n      among", "      as: etnic_group\n      among",
                            "targets.deaths_by_ethnic_group_and_cause.strata.as", "did you mean `ethnic_group`?"),
    "an unknown level": ("among: [white_british, indian,", "among: [white_british, indain,",
                         "targets.deaths_by_ethnic_group_and_cause.strata.among.1",
                         "ethnic_group has no level `indain`; did you mean `indian`?"),
    "a level in two groups": ("from_20: [20_24,", "from_20: [under_20, 20_24,",
                              "targets.postneonatal_deaths_under_20.strata.among.from_20.0",
                              "`under_20` is in the group `under_20` too"),
    "an unknown cause": ("      among: [immaturity, congenital,", "      among: [immaturity, congenial,",
                         "targets.deaths_by_ethnic_group_and_cause.causes.among.1", "did you mean `congenital`?"),
    "an unknown age period": ("    deaths: {postneonatal: postneonatal_published}",
                              "    deaths: {post: postneonatal_published}",
                              "targets.postneonatal_deaths_under_20.deaths.post", "no age period `post`"),
    "the whole year beside its parts": (
        "    deaths: {postneonatal: postneonatal_published}",
        "    deaths: {postneonatal: postneonatal_published, infant: infant_published}",
        "targets.postneonatal_deaths_under_20.deaths.infant", "holds the deaths of the other periods again"),
    "one column for two age periods": (
        "    deaths: {neonatal: neonatal, postneonatal: postneonatal}",
        "    deaths: {neonatal: infant, postneonatal: infant}",
        "targets.deaths_by_decile.deaths.postneonatal", "`infant` is the column of neonatal deaths too"),
    "births for deaths": ("    deaths: {neonatal: neonatal,", "    deaths: {neonatal: births,",
                          "targets.deaths_by_decile.deaths.neonatal", "`births` is the column of births too"),
    "births of no cause among causes": ('    births: {column: births_published, rows: {cause: ""}}',
                                        "    births: births_published",
                                        "targets.deaths_by_ethnic_group_and_cause.births",
                                        "stand in rows of one cause each; say in which"),
    "counts by a variable": ("    strata: {column: level, as: imd_decile}", "    strata: {column: level, as: nssec}",
                             "targets.deaths_by_decile.strata.as", "births by year are known by imd_decile"),
    "counts of some levels": ("    strata: {column: level, as: imd_decile}",
                              "    strata: {column: level, as: imd_decile, among: [1, 2]}",
                              "targets.deaths_by_decile.strata.among", "counts are compared at every level"),
    "an unknown check": ("  - deaths_by_class\n", "  - deaths_by_clas\n", "check.0", "did you mean `deaths_by_class`?"),
    "held-out years that are fitted": (
        "check:\n", "held_out: {late: {target: deaths_by_decile, years: {first: 2020, last: 2021}}}\ncheck:\n",
        "held_out.late.years", "2020 is fitted, and held-out years are never seen"),
    "a held-out target that is no count": (
        "check:\n", "held_out: {late: {target: deaths_by_class, years: {first: 2021, last: 2021}}}\ncheck:\n",
        "held_out.late.target", "no target of counts is called `deaths_by_class`"),
    "a path from years that are not fitted": (
        "years: {first: 2010, last: 2020}\n\n", "years: {first: 2010, last: 2017}\n\n", "parameters.projection.from",
        "2018, 2019, 2020 of the reference years are not fitted; write `from: last`", "  projection:"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_at_its_line_with_what_to_do(fault: str) -> None:
    old, new, path, words, *at = FAULTS[fault]
    assert old in shipped()
    problems = refused(shipped().replace(old, new, 1))
    told = [p for p in problems if p.path == path and words in p.message]
    assert len(told) == 1, [str(p) for p in problems]
    (one,) = told
    first = line_of(at[0] if at else old)
    assert one.file == "tried.yaml" and one.line is not None and one.column is not None
    assert first <= one.line <= first + new.count("\n")


def test_a_binomial_is_of_two_groups() -> None:
    text = shipped().replace("from_20: [20_24, 25_29,", "from_20: [20_24]\n        from_25: [25_29,")
    (problem,) = refused(text)
    assert problem.path == "targets.postneonatal_deaths_under_20.likelihood"
    assert "is of two groups, and 3 are compared" in problem.message


def test_nothing_left_to_fit_is_refused() -> None:
    every = "".join(f"  - {name}\n" for name in read_calibration(MAIN).fitted)
    problems = refused(shipped().replace("check:\n", f"check:\n{every}"))
    assert [p.path for p in problems] == ["check"] and "nothing is left to fit" in problems[0].message


def test_every_word_that_is_wrong_is_told_at_once() -> None:
    text = shipped()
    for fault in ("an unknown option", "an unknown contrast", "an unknown level", "an unknown check"):
        text = text.replace(*FAULTS[fault][:2], 1)
    assert len(refused(text)) == 4


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("    file: observed_groups.csv", "    file: observed_group.csv", "targets.deaths_by_decile.file",
         "no such file beside"),
        ("geography: England, within", "geography: Englnd, within", "targets.deaths_by_decile.rows.geography",
         "has geography `Englnd`, all before it met; did you mean `England`?"),
        ("    years: {column: period, first: 2020, last: 2020}", "    years: {column: period, first: 2015, last: 2016}",
         "targets.postneonatal_deaths_under_20.years", "has period 2015-2016; they have 2020"),
    ],
)  # fmt: skip
def test_rows_that_no_table_has_are_told_in_the_config(
    old: str, new: str, path: str, words: str, tmp_path: Path
) -> None:
    config = tmp_path / "tried.yaml"
    config.write_text(shipped().replace(old, new, 1))
    with pytest.raises(DocumentError) as found:
        load_calibration(config)
    (problem,) = found.value.problems
    assert (problem.file, problem.line, problem.path) == (str(config), line_of(old), path)
    assert words in problem.message
