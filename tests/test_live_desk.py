"""What the page is told: quick answers beside the full ones that they stand in for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.compare import answer
from scenarios.live.desk import BLOCK, Desk
from scenarios.live.estimates import ROUGH_DRAWS
from scenarios.question import ask
from simcore.problems import DocumentError
from simcore.run import Settings
from tests.models import FOLDER, hazard, prevalence, scenario_text, support

DRAWS, BIRTHS = 60, 2000
COVERAGE = "{distribution: uniform, low: 0.5, high: 0.9}"
UPTAKE = "{distribution: uniform, low: 0.1, high: 0.7}"
RATIO = "{distribution: lognormal, median: 0.8, ci95: [0.7, 0.914286]}"
POOR, OFFER, WARD = "less/poor", "quit/offer", "ward/service"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("policies")
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), COVERAGE, UPTAKE, 1.5)
    texts = {
        "base": scenario_text("base"),
        "less": scenario_text("less", prevalence("child_poverty", 0.5, id="poor")),
        "quit": scenario_text("quit", offer),
        "ward": scenario_text("ward", hazard(RATIO, "fever", "days_28_364")),
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True, scope="module")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Prepared answers are kept in a folder of these tests alone."""
    folder, patch = tmp_path_factory.mktemp("cache"), pytest.MonkeyPatch()
    patch.setattr("scenarios.live.kept.user_cache", lambda: folder)
    yield
    patch.undo()


def desk_of(files: Path, **more: Any) -> Desk:
    policies = [files / f"{name}.yaml" for name in ("less", "quit", "ward")]
    return Desk(
        FOLDER / "harbour", baseline=files / "base.yaml", policies=policies, draws=DRAWS, births=BIRTHS,
        variant_draws=2, **more,
    )  # fmt: skip


@pytest.fixture
def desk(files: Path) -> Desk:
    found = desk_of(files)
    found.prepare()
    return found


def state(*policy: tuple[str, dict[str, Any]], years: tuple[int, int] = (2004, 2006)) -> dict[str, Any]:
    return {"v": 1, "years": list(years), "policy": [{"lever": name, "set": moved} for name, moved in policy]}


def headline(summary: dict[str, Any]) -> tuple[float, float, float]:
    told = summary["arms"][0]["deaths_averted"]
    return told["mean"], *told["interval95"]


def full(files: Path, desk: Desk, said: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """What a comparison of the file that the page hands out finds."""
    path = tmp_path / "page.yaml"
    path.write_text(desk.yaml(said), encoding="utf-8")
    question = ask([path], model=FOLDER / "harbour", baseline=files / "base.yaml", years=range(2004, 2007))
    return answer(question, DRAWS, Settings(births=BIRTHS), variant_draws=2)


@pytest.mark.parametrize("lever", [POOR, OFFER, WARD])
def test_the_quick_answer_to_a_lever_as_its_file_has_it_is_the_full_one(
    desk: Desk, files: Path, lever: str, tmp_path: Path
) -> None:
    said = state((lever, {}))
    quick, whole = desk.quick(said), full(files, desk, said, tmp_path)
    np.testing.assert_allclose(headline(quick), headline(whole), rtol=1e-9)
    for part in ("by_cause", "by_age", "by_year"):
        assert quick["arms"][0][part] == pytest.approx(whole["arms"][0][part], rel=1e-9, abs=1e-9)
    assert quick["baseline"]["deaths"]["mean"] == pytest.approx(whole["baseline"]["deaths"]["mean"], rel=1e-9)


@pytest.mark.parametrize(
    "policy",
    [
        [(POOR, {"effect": 0.7})],
        [(OFFER, {"coverage": 0.3})],
        [(OFFER, {"coverage": 0.9, "uptake": 0.6, "effect": 1.8})],
        [(WARD, {"effect": 0.9})],
        [(OFFER, {"from": 2004, "to": 2006})],
        [(POOR, {"effect": 0.7}), (OFFER, {"uptake": 0.6})],
        [(POOR, {}), (OFFER, {}), (WARD, {"effect": 0.6})],
    ],
)  # fmt: skip
def test_a_moved_lever_is_answered_within_three_percent_and_its_interval_within_six(
    desk: Desk, files: Path, policy: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    said = state(*policy)
    quick, whole = headline(desk.quick(said)), headline(full(files, desk, said, tmp_path))
    assert abs(quick[0] / whole[0] - 1) < 0.03
    assert np.abs(np.subtract(quick, whole)).max() < 0.06 * abs(whole[0])


def test_a_number_set_by_hand_takes_its_spread_out_of_the_interval(desk: Desk) -> None:
    """An uptake from 0.1 to 0.7 makes most of the interval; set to its middle, the middle stays and the rest goes."""
    free, held = (
        headline(desk.quick(state((OFFER, {})))),
        headline(desk.quick(state((OFFER, {"uptake": 0.4})))),
    )
    assert held[0] == pytest.approx(free[0], rel=0.1)
    # 0.4 is the file's own middle: nothing was moved
    assert held == free
    moved = headline(desk.quick(state((OFFER, {"uptake": 0.41}))))
    assert moved[2] - moved[1] < 0.7 * (free[2] - free[1])


def test_a_full_answer_is_what_a_comparison_of_the_handed_out_file_gives(
    desk: Desk, files: Path, tmp_path: Path
) -> None:
    said = state((OFFER, {"coverage": 0.33}), (POOR, {"effect": 0.8}))
    told, whole = desk.full([said]), full(files, desk, said, tmp_path)
    for key in ("baseline", "arms", "sections"):
        assert told[key] == whole[key]
    (error,) = told["quick"]["errors"].values()
    assert 0 < error < 0.03


def test_the_next_quick_answer_leans_on_the_full_one_and_says_how_far_the_last_was_off(desk: Desk) -> None:
    said = state((OFFER, {"coverage": 0.33}), (POOR, {"effect": 0.8}))
    assert desk.quick(said)["quick"]["error"] is None
    told = desk.full([said])
    again = desk.quick(said)
    np.testing.assert_allclose(headline(again), headline(told), rtol=1e-9)
    assert [again["quick"]["error"]] == list(told["quick"]["errors"].values())


def test_several_policies_are_answered_in_one_comparison(desk: Desk) -> None:
    states = [state((POOR, {"effect": 0.9})), state((POOR, {"effect": 0.8}))]
    told = desk.full(states)
    assert [arm["name"] for arm in told["arms"]] == ["my_policy", "my_policy_2"]
    alone = desk.full(states[1:])
    assert told["arms"][1]["deaths_averted"] == alone["arms"][0]["deaths_averted"]


def test_before_anything_is_prepared_the_interval_is_of_a_few_draws(files: Path) -> None:
    said = state((POOR, {"effect": 0.7}))
    fresh = desk_of(files)
    quick = fresh.quick(said)
    assert quick["draws"] == ROUGH_DRAWS
    low, high = headline(quick)[1:]
    assert low < headline(quick)[0] < high
    # a full answer that came meanwhile tells how far draws of the comparator lie apart, too
    told = fresh.full([said])
    assert fresh.quick(said)["baseline"]["deaths"] == told["baseline"]["deaths"]


def test_an_answer_to_next_to_nothing_is_no_guide_to_the_next(desk: Desk) -> None:
    """A slider that was at its end for a moment leaves those who ask after it no rougher answer."""
    moved = state((OFFER, {"coverage": 0.33}))
    before = desk.quick(moved)
    desk.full([state((OFFER, {"coverage": 0.0}))])
    again = desk.quick(moved)
    assert again["draws"] == before["draws"] == DRAWS
    assert headline(again) == headline(before)


def test_before_a_policy_begins_it_averts_exactly_nothing(desk: Desk) -> None:
    quick = desk.quick(state((OFFER, {"from": 2006, "to": 2006})))
    by_year = [
        figure
        for figure in quick["sections"]["by"]
        if figure["measure"] == "deaths_averted" and figure["level"] in ("year 2004", "year 2005")
    ]
    assert [(figure["value"], figure["interval95"]) for figure in by_year] == [(0, [0, 0])] * 2
    assert headline(quick)[1] < headline(quick)[2]


def test_other_years_are_answered_before_they_are_run(desk: Desk) -> None:
    desk.full([state((POOR, {"effect": 0.7}))])
    quick = desk.quick(state((POOR, {"effect": 0.7}), years=(2004, 2005)))
    assert quick["years"] == [2004, 2005]
    # how far an answer was off for other years says nothing of these
    assert quick["quick"]["error"] is None
    told = desk.full([state((POOR, {"effect": 0.7}), years=(2004, 2005))])
    assert headline(quick)[0] == pytest.approx(headline(told)[0], rel=0.03)


def test_what_was_prepared_is_read_again_and_a_spoilt_cache_is_made_anew(
    files: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("scenarios.live.kept.user_cache", lambda: tmp_path)
    said = state((OFFER, {"coverage": 0.33}))
    told, ticks = [], []
    for spoil in (False, False, True):
        desk = desk_of(files)
        for kept in tmp_path.glob("answers/*.npz"):
            if spoil:
                kept.write_bytes(kept.read_bytes()[:1000])
        ticks.append([])
        desk.prepare(lambda what, done, of: ticks[-1].append(done))
        told.append(headline(desk.quick(said)))
    assert told[0] == told[1] == told[2]
    anew = [*range(0, DRAWS + 1, BLOCK), DRAWS]
    assert ticks == [anew, [DRAWS], anew]


def test_an_empty_policy_averts_exactly_nothing(desk: Desk) -> None:
    quick = desk.quick(state())
    assert headline(quick) == (0, 0, 0)
    assert quick["arms"][0]["averts_nothing"]


def test_births_at_steps_of_a_quick_answer_have_no_interval(desk: Desk) -> None:
    """They are those of the central draw: an interval would be of nothing."""
    quick = desk.quick(state((OFFER, {"coverage": 0.33})))
    reach = quick["sections"]["reach"]
    assert reach
    assert {figure["interval95"] for figure in reach} == {None}


def test_an_effect_set_by_hand_is_called_a_what_if(desk: Desk) -> None:
    assert desk.quick(state((OFFER, {"coverage": 0.33})))["arms"][0]["evidence"] is None
    assert desk.quick(state((OFFER, {"effect": 1.7})))["arms"][0]["evidence"]["status"] == "what_if"


def test_a_share_that_would_leave_its_range_is_refused(desk: Desk) -> None:
    with pytest.raises(DocumentError):
        desk.quick(state((POOR, {"effect": 40.0})))


def test_preparing_can_be_ended(files: Path) -> None:
    def stop(what: str, done: int, of: int) -> None:
        raise KeyboardInterrupt

    fresh = desk_of(files, seed=2)
    with pytest.raises(KeyboardInterrupt):
        fresh.prepare(stop)
    assert fresh.quick(state((POOR, {})))["draws"] == ROUGH_DRAWS


def test_a_structure_that_ships_fewer_draws_is_answered_over_those_there_are_and_not_leaned_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = state((POOR, {"effect": 0.7}))
    before = headline(desk.quick(said))
    monkeypatch.setattr("scenarios.live.desk.up_to_shipped", lambda model, structure, most, source: 20)
    assert desk.full([said])["draws"] == 20
    assert headline(desk.quick(said)) == before
