"""One birth in words: every number that is stated is the one that decided, and the words say what the facts are."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest

from scenarios.interventions import arms_of
from scenarios.question import ask
from scenarios.schema import Scenario
from simcore.birth_id import BirthId
from simcore.births import lay_sample
from simcore.individuals import Individuals
from simcore.luck import clock_times
from simcore.one_birth import (
    Clock,
    Decided,
    Followed,
    HazardChange,
    InArm,
    OneBirth,
    Parting,
    Step,
    look_at,
)
from simcore.solved import read_central
from simcore.telling import apart, figures, in_words
from tests import reference
from tests.models import hazard, invented, prevalence, priors, scenario, support

YEARS = (2003, 2004)
HELD = scenario("held")
LESS_POVERTY = scenario("less_poverty", prevalence("child_poverty", 0.4, id="cash"))
HELP = scenario("help", support("smoking: yes", ("pregnancy_smoking", "quit"), 0.9, 0.8, 2.5))
MORE_SMOKING = scenario("more_smoking", prevalence("smoking", 1.5, id="more_smokers"))
SAFER = scenario(
    "safer", hazard(0.5, "heart, sudden", "days_1_6, days_28_364", ", uptake: {value: 0.5, ASSUMED}")
)
EVERYTHING = scenario(
    "everything",
    prevalence("child_poverty", 0.4, id="cash"),
    support("smoking: yes", ("pregnancy_smoking", "quit"), 0.9, 0.8, 2.5),
    hazard(0.5, "heart, sudden", "days_1_6, days_28_364", ", uptake: {value: 0.5, ASSUMED}"),
)
ALL = (HELD, LESS_POVERTY, HELP, MORE_SMOKING, SAFER, EVERYTHING)
SEED = 2**40 + 5


@cache
def laid(*names: str) -> Individuals:
    model, draw = invented("harbour"), priors("harbour", 4).rows(slice(3, 4))
    named = {one.name: one for one in ALL}
    arms = arms_of([named[name] for name in names])
    return lay_sample(model, model.structure(), draw, arms, YEARS, 6000, SEED)


def harbour(*scenarios: Scenario) -> Individuals:
    return laid(*(one.name for one in scenarios))


@cache
def england(*names: str, baseline: str = "current_policy") -> Individuals:
    question = ask(names, years=[2025, 2034], baseline=baseline)
    central = read_central(question.model, question.structure)
    arms = arms_of(question.scenarios)
    return lay_sample(question.model, question.structure, central, arms, question.years, 40_000, 1)


def telling(births: Individuals) -> list[int]:
    """Births worth telling of: whom arms part, who die in some arm, and a few at random."""
    everyone = births.packed.n_births
    levels, fates = births.levels(0, everyone), births.fates(0, everyone)
    parted = np.flatnonzero((levels != levels[:1]).any(axis=(0, 1)))
    died = np.flatnonzero((fates.cause >= 0).any(axis=0))
    saved = np.flatnonzero((fates.cause != fates.cause[:1]).any(axis=0))
    rng = np.random.default_rng(1)
    chosen = [rng.choice(group, min(20, group.size), replace=False) for group in (parted, died, saved)]
    return sorted({*np.concatenate(chosen).tolist(), *rng.integers(0, everyone, 20).tolist()})


# ---- every fact is the twin's


class Twin:
    """The same birth, worked out in plain Python from the packed program alone."""

    def __init__(self, births: Individuals, position: int) -> None:
        self.births, self.packed = births, births.packed
        self.birth = reference.Birth(births.packed, births.seed, births.draw, position)

    def decided(self, node: str, arm: int) -> tuple[str, float, float, float]:
        """Level, the numbers between which it lies, and the number."""
        v = self.births.names.index(node)
        levels = self.birth.levels(arm)
        limits = reference.thresholds(self.packed, arm, v, levels)
        word = self.birth.luck(int(self.packed.decision[v]))
        level = sum(word >= t for t in limits)
        ends = [0.0, *(t / 2**32 if t < 2**32 - 1 else 1.0 for t in limits), 1.0]
        label = self.births.worlds.network.levels(node)[level]
        return label, ends[level], ends[level + 1], (word + 0.5) / 2**32

    def rings(self, arm: int) -> list[tuple[float, float, float]]:
        """For each cause its number, the limit below which it rings, and when it does."""
        outcome, birth, found = self.packed.deaths, self.birth, []
        for cause, hazards in enumerate(reference.hazard_row(self.packed, arm, birth.levels(arm))):
            clock = int(outcome.clock[cause])
            word = reference.clock_word(birth.seed, birth.draw, birth.stratum_key, birth.k, clock)
            number, time, reached = (word + 0.5) / 2**32, math.inf, 0.0
            for band, more in enumerate(hazards):
                if math.isinf(time) and -math.log1p(-number) < reached + more:
                    begin, end = outcome.edges[band], outcome.edges[band + 1]
                    time = begin + (-math.log1p(-number) - reached) / more * (end - begin)
                reached += more
            found.append((number, 1.0 - math.exp(-sum(hazards)), time))
        return found


def holder(births: Individuals, arm: InArm, step: Step) -> str:
    """The node of a step."""
    if step.moves is None:
        return f"{step.intervention}:{step.decided.name}"
    ending = f">{step.moves}", f":{step.moves}"
    return next(
        node.name
        for node in births.worlds.network.nodes
        if node.name.startswith(f"{step.intervention}:") and node.name.endswith(ending)
    )


def plain(decided: Decided) -> tuple[str, float, float, float]:
    return decided.level, decided.low, decided.high, decided.number


@pytest.mark.parametrize("which", ["harbour", "england", "england rising"])
def test_every_fact_is_that_of_the_plain_twin(which: str) -> None:
    births = {
        "harbour": lambda: harbour(*ALL),
        "england": lambda: england("child_poverty_35", "smoking_cessation", "poverty_and_smoking"),
        "england rising": lambda: england("smoking_halved", baseline="current_policy_rising"),
    }[which]()
    told, parted, rang, moved = telling(births), 0, 0, 0
    for position in told:
        birth, twin = look_at(births, position), Twin(births, position)
        assert birth.id.number == twin.birth.k
        for variable, decided in zip(births.model.spec.variables, birth.natural, strict=True):
            assert (decided.name, *plain(decided)) == (variable, *twin.decided(variable, births.n_arms))
            assert decided.low < decided.number < decided.high
        for a, arm in enumerate(birth.arms):
            for step in arm.steps:
                assert plain(step.decided) == twin.decided(holder(births, arm, step), a)
                moved += step.moves is not None and step.was != step.decided.level
            for followed in arm.followed:
                assert plain(followed.natural) == twin.decided(followed.natural.name, births.n_arms)
                assert plain(followed.now) == twin.decided(followed.now.name, a)
                assert followed.now.number == followed.natural.number
                assert followed.now.level != followed.natural.level
            for clock, (number, limit, time) in zip(arm.clocks, twin.rings(a), strict=True):
                assert (clock.number, clock.time) == (number, time)
                assert clock.limit == pytest.approx(limit, rel=1e-9)
                assert (clock.number < clock.limit) == (clock.time < math.inf)
                rang += clock.time < math.inf
            cause, band, day = twin.birth.death(a)
            deaths = births.model.spec.deaths
            dies = (tuple(deaths.causes)[cause], tuple(deaths.age_bands)[band], day) if cause >= 0 else None
            assert arm.death == dies
            if dies is not None:
                first = min(arm.clocks, key=lambda clock: clock.time)
                assert first.cause == dies[0]
                assert int(first.time) == dies[2]
            parted += arm.parting is not None
    assert min(parted, rang, moved) > 20


def test_where_an_arm_parts_is_the_first_value_that_differs_and_whose_step_it_is() -> None:
    births = harbour(*ALL)
    seen: set[tuple[str, str, bool]] = set()
    for position in telling(births):
        levels = births.levels(position, position + 1)[:, :, 0]
        for a, arm in enumerate(look_at(births, position).arms):
            nodes = [
                (v, node)
                for v, node in enumerate(
                    births.worlds.network.nodes, start=len(births.worlds.network.strata) + 1
                )
                if node.name in births.model.spec.variables or node.stands_for is not None
            ]
            differ = [(v, node) for v, node in nodes if levels[a, v] != levels[0, v]]
            if not differ:
                assert arm.parting is None
                continue
            v, node = differ[0]
            assert node.stands_for is not None, "values part by a step first, and what follows comes after"
            assert arm.parting == Parting(
                node.stands_for,
                node.levels[levels[a, v]],
                node.levels[levels[0, v]],
                node.name.partition(":")[0],
                True,
            )
            seen.add((arm.name, arm.parting.intervention, arm.parting.acts_here))
    assert seen == {
        ("less_poverty", "cash", True), ("help", "offer", True), ("more_smoking", "more_smokers", True),
        ("everything", "cash", True), ("everything", "offer", True),
    }  # fmt: skip


def test_what_the_comparator_moves_and_an_arm_does_not_is_told_as_the_comparators_doing() -> None:
    births = harbour(LESS_POVERTY, HELD)
    parted = [look_at(births, position).arms[1] for position in telling(births)]
    partings = {arm.parting for arm in parted if arm.parting is not None}
    assert partings == {Parting("child_poverty", "yes", "no", "cash", False)}


def test_hazards_are_said_to_change_where_an_intervention_multiplies_them_and_nowhere_else() -> None:
    births = harbour(*ALL)
    changed = 0
    for position in telling(births):
        for arm in look_at(births, position).arms:
            accepts = any(
                s.intervention == "service" and s.decided.name == "accepts" and s.decided.level == "yes"
                for s in arm.steps
            )
            # hazard ratios act from an early birth on
            acts = accepts and births_gestation(births, position, arm) != "very_early"
            expected = {
                (cause, band) for cause in ("heart", "sudden") for band in ("days_1_6", "days_28_364") if acts
            }
            assert {(change.cause, change.age_band) for change in arm.hazards} == expected
            assert [change.ratio for change in arm.hazards] == pytest.approx([0.5] * len(expected))
            changed += bool(expected)
    assert changed > 10


def births_gestation(births: Individuals, position: int, arm: InArm) -> str:
    a = births.worlds.names.index(arm.name)
    level = births.levels(position, position + 1)[a, births.names.index("gestation"), 0]
    return births.worlds.network.levels("gestation")[level]


# ---- the words


def decided(name: str, level: str, low: float, high: float, number: float, **given: str) -> Decided:
    return Decided(name, level, low, high, number, tuple(given.items()))


def clocks(*told: tuple[str, float, float, float]) -> tuple[Clock, ...]:
    return tuple(Clock(*clock) for clock in told)


SMOKER = decided("smoking", "yes", 0.88, 1.0, 0.966, area="north", mother_age="under_20")
LATE = decided("gestation", "37_plus", 0.0832, 1.0, 0.08321, smoking="no")
EARLY = decided("gestation", "32_36", 0.03, 0.0911, 0.08321, smoking="yes")

BY_HAND = OneBirth(
    id=BirthId(("2030", "north"), 1041),
    model="harbour",
    seed=7,
    draw=-1,
    strata=(("year", "2030"), ("area", "north")),
    births=12345.0,
    called="live births",
    natural=(decided("mother_age", "under_20", 0.0, 0.0412, 0.0034, area="north"), SMOKER, EARLY),
    arms=(
        InArm(
            "held",
            (),
            (),
            None,
            (),
            clocks(("heart", 0.00134, 0.00262, 2.3456), ("sudden", 0.734, 0.000412, math.inf)),
            ("heart", "days_1_6", 2),
        ),
        InArm(
            "help",
            (
                Step("offer", decided("eligible", "yes", 0.0, 1.0, 0.5, smoking="yes"), None, None),
                Step("offer", decided("reached", "yes", 0.1, 1.0, 0.534, eligible="yes"), None, None),
                Step("offer", decided("smoking", "no", 0.0, 0.125, 0.034, reached="yes"), "smoking", "yes"),
                Step("cash", decided("eligible", "no", 0.0, 1.0, 0.5, smoking="yes"), None, None),
                Step("cash", decided("reached", "no", 0.0, 1.0, 0.5, eligible="no"), None, None),
            ),
            (Followed(EARLY, LATE),),
            Parting("smoking", "no", "yes", "offer", True),
            (HazardChange("sudden", "days_1_6", 0.9), HazardChange("sudden", "days_28_364", 0.9)),
            clocks(("heart", 0.00134, 0.00041, math.inf), ("sudden", 0.734, 0.0002, math.inf)),
            None,
        ),
    ),
    days=365,
)

SAID_BY_HAND = """\
Birth 2030/north/1041 of harbour, the central draw, seed 7: year 2030, area north, a stratum of 12,345 live
    births.

Without any policy (a number between 0 and 1 decides each line, and stays the same in every arm):
  mother age: under 20. Chance 4.12 in 100 given area north: numbers from 0 to 0.0412; the number was 0.0034.
  smoking: yes. Chance 12 in 100 given area north, mother age under 20: numbers from 0.88 to 1; the number was
    0.966.
  gestation: 32-36. Chance 6.11 in 100 given smoking yes: numbers from 0.03 to 0.0911; the number was 0.0832.

held: the comparator, in which nothing is changed for this birth.
help: parts from held at smoking: no here, yes there; offer moves it.
  offer, eligible: yes. Certain given smoking yes.
  offer, reached: yes. Chance 90 in 100 given eligible yes: numbers from 0.1 to 1; the number was 0.534.
  offer moves smoking from yes to no. Chance 12.5 in 100 given reached yes: numbers from 0 to 0.125; the
    number was 0.034.
  cash, eligible: no. Certain given smoking yes.
  It follows: gestation is 37 plus, not 32-36. Chance 91.7 in 100 given smoking no: numbers from 0.0832 to 1;
    the number was 0.08321.
  Hazards of sudden are 0.9 times those of held for the same values (age at death: days 1-6, days 28-364).

Each cause has a clock. It rings within the year if its number is below the limit that hazards set, the lower
    the sooner:
  heart, number 0.00134. held: limit 0.00262, rings after 2.35 days; help: limit 0.00041, never within the
    year.
  sudden, number 0.734. held: limit 0.000412, never within the year; help: limit 0.0002, never within the
    year.

held: Heart is the only clock to ring: dies on day 2 (days 1-6).
help: No clock rings within the year: lives, but dies in held."""


def test_the_words_of_facts_written_by_hand() -> None:
    assert in_words(BY_HAND) == SAID_BY_HAND


def test_of_two_clocks_the_first_is_the_death_and_the_other_is_named() -> None:
    both = clocks(("heart", 0.00134, 0.00262, 27.9996), ("sudden", 0.0001, 0.000412, 1.5))
    dies = InArm("held", (), (), None, (), both, ("sudden", "days_1_6", 1))
    same = InArm("same", (), (), None, (), both, ("sudden", "days_1_6", 1))
    never = clocks(("heart", 0.00134, 0.00262, 27.9996), ("sudden", 0.734, 0.000412, math.inf))
    later = InArm("later", (), (), None, (), never, ("heart", "days_7_27", 27))
    said = in_words(
        OneBirth(BY_HAND.id, "harbour", 7, 3, BY_HAND.strata, 10.0, "births", (), (dies, same), 365)
    )
    assert "harbour, draw 3, seed 7" in said
    assert "heart, number 0.00134. every arm: limit 0.00262, rings after 27.9996 days." in said
    assert "held: Sudden rings first, before heart (27.9996 days): dies on day 1 (days 1-6)." in said
    assert "same: nothing parts this birth from held." in said
    assert said.endswith("dies on day 1 (days 1-6), as in held.")
    said = in_words(
        OneBirth(
            BY_HAND.id, "harbour", 7, 3, BY_HAND.strata, 10.0, "births", (), (BY_HAND.arms[1], later), 121
        )
    )
    assert "It rings within 121 days if its number is below the limit" in " ".join(said.split())
    assert "later: Heart is the only clock to ring: dies on day 27 (days 7-27), but lives in help." in said


def test_numbers_have_as_many_figures_as_it_takes_to_see_what_they_decided() -> None:
    assert apart([0.1, 0.2, 0.3]) == ["0.1", "0.2", "0.3"]
    assert apart([0.0, 1e-9, 1.0]) == ["0", "0.000000001", "1"]
    assert apart([0.9998, 0.99995, 1.0]) == ["0.9998", "0.99995", "1"]
    assert figures(123456.0) == "123456"


LINE = re.compile(
    r"^  (?P<name>[\w ]+): (?P<level>[\w -]+)\. (?:Certain.*|"
    r"Chance (?P<chance>[\d.]+) in 100.*?: numbers from (?P<low>[\d.]+) to (?P<high>[\d.]+); "
    r"the number was (?P<number>[\d.]+)\.)$"
)
CLOCK = re.compile(
    r"(?P<arms>[\w, ]+): limit (?P<limit>[\d.]+), (?:never within the year|rings after (?P<days>[\d.]+) days)"
)


def unfolded(text: str) -> list[str]:
    """Lines as they were before they were folded at 110 columns."""
    return text.replace("\n    ", " ").split("\n")


def close(text: str, value: float) -> bool:
    """Whether a printed number is the value, to the three figures that are promised."""
    return math.isclose(float(text), value, rel_tol=5.1e-3, abs_tol=1e-12)


@pytest.mark.parametrize("which", ["harbour", "england"])
def test_every_number_in_the_text_is_the_twins(which: str) -> None:
    births = (
        harbour(*ALL)
        if which == "harbour"
        else england("child_poverty_35", "smoking_cessation", "poverty_and_smoking")
    )
    causes, checked = [cause.replace("_", " ") for cause in births.model.spec.deaths.causes], 0
    for position in telling(births):
        twin, text = Twin(births, position), in_words(look_at(births, position))
        assert all(len(line) <= 110 for line in text.split("\n"))
        parts = [unfolded(part) for part in text.split("\n\n")]
        for variable, line in zip(births.model.spec.variables, parts[1][1:], strict=True):
            said = LINE.match(line)
            assert said, line
            level, low, high, number = twin.decided(variable, births.n_arms)
            assert said["name"] == variable.replace("_", " ")
            assert said["level"].replace(" ", "_").replace("-", "_") == level
            if said["chance"] is None:
                assert (low, high) == (0.0, 1.0)
                continue
            assert float(said["low"]) < float(said["number"]) < float(said["high"])
            stated = (100 * (high - low), low, high, number)
            for key, value in zip(("chance", "low", "high", "number"), stated, strict=True):
                assert close(said[key], value)
                checked += 1
        for c, line in enumerate(parts[3][1:]):
            name, rest = line.strip().split(", number ", 1)
            number, rest = rest.split(". ", 1)
            assert name == causes[c]
            assert close(number, twin.rings(0)[c][0])
            for piece in rest.rstrip(".").split("; "):
                said = CLOCK.fullmatch(piece)
                assert said, piece
                arms = births.worlds.names[:-1] if said["arms"] == "every arm" else said["arms"].split(", ")
                for arm in arms:
                    _, limit, time = twin.rings(births.worlds.names.index(arm))[c]
                    assert close(said["limit"], limit)
                    assert (float(number) < float(said["limit"])) == (time < math.inf)
                    assert (said["days"] is None) == math.isinf(time)
                    assert said["days"] is None or int(float(said["days"])) == int(time)
                    checked += 1
        for a, line in enumerate(parts[4]):
            cause, _, day = twin.birth.death(a)
            assert line.startswith(f"{births.worlds.names[a]}: ")
            assert (f"dies on day {day} " in line) == (cause >= 0)
            assert ("within the year: lives" in line) == (cause < 0)
            if cause >= 0:
                assert f": {causes[cause].capitalize()} " in line
    assert checked > 1000


# ---- when clocks ring


def test_clock_times_by_hand() -> None:
    """Cumulative hazards of 0.1, 0.2 and 0.3 in the first day, the rest of the week, and up to day 28."""
    edges, hazards = np.array([0.0, 1.0, 7.0, 28.0]), np.array([[0.1, 0.2, 0.3]] * 5 + [[0.0, 0.0, 0.3]])
    reached = np.array([0.05, 0.2, 0.3 + 0.15, 0.5999, 0.6, 0.1])
    times = clock_times(hazards, -np.expm1(-reached), edges)
    assert times[[0, 1, 2, 3, 5]] == pytest.approx([0.5, 4.0, 17.5, 28.0 - 21 * 0.0001 / 0.3, 14.0])
    assert np.isinf(clock_times(hazards, -np.expm1(-reached - 1e-9), edges)[4])
