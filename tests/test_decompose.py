"""Whose doing it is: parts by intervention, by hand on an invented island and by their properties elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.decompose import by_intervention
from scenarios.parts import parts_of
from scenarios.question import Question, ask
from scenarios.worths import Parts
from simcore.problems import DocumentError
from simcore.run import Settings
from tests.models import hazard, invented, prevalence, scenario, support
from tests.models.mill import dies

HARBOUR, ISLAND = invented("harbour"), invented("island")
YEARS = (2004, 2005)
FEW = Settings(births=2000)
LESS_POVERTY = prevalence("child_poverty", 0.5, id="poverty")
LESS_SMOKING = prevalence("smoking", 0.4, id="smoking")
SERVICE = hazard(0.7, "heart, fever", "day_0, days_1_6", id="service")
OFFER = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.8, 0.5, 1.5, id="offer")


def question(*interventions: str, base: tuple[str, ...] = ()) -> Question:
    arms = scenario("base", *base), scenario("policy", *interventions)
    return Question(HARBOUR, HARBOUR.structure(), arms, YEARS)


def parted(asked: Question, draws: int = 3, settings: Settings = FEW) -> Parts:
    return by_intervention(asked, asked.scenarios[1], draws, settings, lambda what, done, of: None)


# ---- by hand


def island_deaths(smoke: float, ratio: float) -> np.ndarray:
    """Deaths by cause where smoking is multiplied and the hazard of all else in the first month too."""
    births, smokes = np.array([1000.0, 3000.0]), smoke * np.array([0.4, 0.1])
    # by weight, cause and band
    low, normal = [[0.05, 0.02], [0.04, 0.01]], [[0.002, 0.003], [0.001, 0.002]]
    base = np.array([low, normal]) * np.array([[1.0, 1.0], [ratio, 1.0]])
    deaths = np.zeros(2)
    for smoker, light in ((0, 0.1), (1, 0.2)):
        share = births @ (smokes if smoker else 1 - smokes)
        risk = dies(base * np.array([[2.0 if smoker else 1.0], [1.0]])).sum(axis=-1)
        deaths += share * (light * risk[0] + (1 - light) * risk[1])
    return deaths


def test_two_interventions_part_what_they_avert_as_worked_out_by_hand() -> None:
    arms = (
        scenario("base", model="island"),
        scenario(
            "both",
            prevalence("smoke", 0.5, id="less_smoke"),
            hazard(0.25, "other", "first_month", id="service"),
            model="island",
        ),
    )
    asked = Question(ISLAND, ISLAND.structure(), arms, ())
    parts = parted(asked, draws=1, settings=Settings(estimator="exact"))
    none, smoke, service, both = (
        island_deaths(*at) for at in ((1.0, 1.0), (0.5, 1.0), (1.0, 0.25), (0.5, 0.25))
    )
    by_hand = np.array([(none - smoke + service - both) / 2, (none - service + smoke - both) / 2])
    assert parts.players == ("less_smoke", "service")
    assert parts.by["cause"][:, 0] == pytest.approx(by_hand)
    assert parts.part[:, 0] == pytest.approx(by_hand.sum(axis=1))
    assert parts.alone[:, 0] == pytest.approx([(none - smoke).sum(), (none - service).sum()])
    assert parts.last[:, 0] == pytest.approx([(service - both).sum(), (smoke - both).sum()])
    # the two are not merely added: each averts less where the other is in place
    assert (parts.alone[:, 0] > parts.last[:, 0] + 0.1).all()


# ---- properties


def test_parts_add_up_in_every_draw_cause_stratum_and_slice() -> None:
    asked = question(LESS_POVERTY, LESS_SMOKING, SERVICE, OFFER)
    parts = parted(asked)
    assert parts.part.sum(axis=0) == pytest.approx(parts.total, rel=1e-12)
    assert (parts.total > 0).all() and parts.exact
    for values in parts.by.values():
        assert values.sum(axis=-1) == pytest.approx(parts.part, rel=1e-9, abs=1e-9)
    assert parts.slices.sum(axis=-1) == pytest.approx(parts.part, rel=1e-9)


def test_the_whole_is_what_an_ordinary_comparison_gives() -> None:
    from scenarios.running import blocks_of

    asked = question(LESS_POVERTY, SERVICE)
    parts = parted(asked)
    ((_, block),) = blocks_of(asked, asked.structure, range(3), FEW)
    deaths = block.deaths.reshape(2, 3, -1).sum(axis=-1)
    assert parts.total == pytest.approx(deaths[0] - deaths[1], rel=1e-12)


def test_the_order_of_interventions_in_the_file_moves_no_bit() -> None:
    one, other = (
        parted(question(*i)) for i in ((LESS_POVERTY, SERVICE, OFFER), (OFFER, SERVICE, LESS_POVERTY))
    )
    assert one.players == other.players
    assert (one.part == other.part).all()


def test_interventions_that_do_the_same_get_the_same_part() -> None:
    twin = hazard(0.7, "heart, fever", "day_0, days_1_6", id="twin")
    parts = parted(question(SERVICE, twin, LESS_POVERTY))
    at = {name: parts.part[place] for place, name in enumerate(parts.players)}
    assert at["service"] == pytest.approx(at["twin"], rel=1e-12)
    assert (np.abs(at["service"] - at["poverty"]) > 1e-3).all()


def test_an_intervention_that_does_nothing_gets_exactly_nothing() -> None:
    nothing = (
        prevalence("smoking", 1.0, id="as_before"),
        hazard(1.0, "heart", "day_0", id="no_service"),
        support("smoking: yes", ("pregnancy_smoking", "quit"), 0.0, 0.5, 1.5, id="no_one_reached"),
    )
    parts = parted(question(LESS_POVERTY, *nothing))
    at = {name: parts.part[place] for place, name in enumerate(parts.players)}
    for name in ("as_before", "no_service"):
        assert (at[name] == 0.0).all()
    assert np.abs(at["no_one_reached"]).max() < 1e-12 * parts.total.max()
    assert at["poverty"] == pytest.approx(parts.total, rel=1e-12)


def test_what_a_scenario_shares_with_its_comparator_has_no_part_and_what_it_lacks_has_one() -> None:
    parts = parted(question(LESS_POVERTY, SERVICE, base=(SERVICE, LESS_SMOKING)))
    assert parts.players == ("poverty", "without smoking")
    assert parts.part.sum(axis=0) == pytest.approx(parts.total, rel=1e-12)
    assert (parts.part[0] > 0).all() and (parts.part[1] < 0).all()


def test_a_part_that_cannot_be_run_alone_is_refused_at_the_scenarios_address() -> None:
    halved, tripled = prevalence("child_poverty", 0.2, id="fall"), prevalence("child_poverty", 3.0, id="rise")
    with pytest.raises(DocumentError, match=r"policy\.yaml:.*interventions.*with rise alone.*100%"):
        parted(question(halved, tripled))


# ---- England


def test_a_combined_programme_for_england_is_parted_in_every_way() -> None:
    asked = ask(["poverty_and_smoking"], years=[2030, 2033])
    figures = parts_of(asked, FEW, draws=2)
    value = {(f.measure, f.level): f.value for f in figures}
    total = value["whole_along_chain", "all"]
    assert value["whole_by_intervention", "all"] == pytest.approx(total, rel=1e-12)
    for kind in ("by_intervention", "along_chain"):
        rows = [f for f in figures if f.measure == f"part_{kind}"]
        assert sum(f.value or 0.0 for f in rows if "part" not in f.more) == pytest.approx(total)
        for dim in {f.more["dimension"] for f in rows if "part" in f.more}:
            split = [f.value or 0.0 for f in rows if f.more.get("dimension") == dim]
            assert sum(split) == pytest.approx(total)
        shares = [f.value or 0.0 for f in figures if f.measure == f"share_{kind}"]
        assert sum(shares) == pytest.approx(100)
    links = [f.level for f in figures if f.measure == "share_along_chain"]
    assert links == [
        "child_poverty -> gestation",
        "child_poverty -> deaths",
        "smoking -> gestation",
        "smoking -> deaths",
        "smoking -> sga",
    ]
    # neutral by default: no risk hangs on it
    assert value["part_along_chain", "smoking -> sga"] == 0.0
    assert value["by_intervention_alone", "fewer_smokers"] > value["by_intervention_last", "fewer_smokers"]
