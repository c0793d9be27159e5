"""The timed guard's verdict, on times that are made up: nothing is timed here (`make bench-guard` does that)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest

from benchmarks.guard import RATIOS, RECORDED, Ratio, judge, main, read, timed
from benchmarks.slowed import WAYS
from tests.conftest import ROOT

FAST = Ratio("counted", "NumPy", "profiles.py")
ARMS = Ratio("ten arms", "one arm", "differing.py")
KNOWN = {FAST.name: 0.02, ARMS.name: 2.0}


def verdict(*tries: Mapping[str, float]) -> tuple[list[str], list[list[str]]]:
    """Ratios that are lost, and what each try was asked for."""
    asked: list[list[str]] = []

    def tried(ratios: Sequence[Ratio]) -> Mapping[str, float]:
        asked.append([ratio.name for ratio in ratios])
        return {name: value for name, value in tries[len(asked) - 1].items() if name in asked[-1]}

    return [ratio.name for ratio in judge(tried, [FAST, ARMS], KNOWN)[1]], asked


def test_a_ratio_up_to_half_as_much_again_passes_at_once() -> None:
    assert verdict({FAST.name: 0.0299, ARMS.name: 2.99}) == ([], [[FAST.name, ARMS.name]])


def test_a_ratio_beyond_that_in_three_tries_fails_and_what_was_fine_is_not_tried_again() -> None:
    lost, asked = verdict(*[{FAST.name: 0.0301, ARMS.name: 2.0}] * 3)
    assert lost == [FAST.name]
    assert asked == [[FAST.name, ARMS.name], [FAST.name], [FAST.name]]


def test_one_good_try_of_three_is_enough() -> None:
    slow, fast = {FAST.name: 0.05, ARMS.name: 4.0}, {FAST.name: 0.02, ARMS.name: 2.0}
    assert verdict(slow, slow, fast)[0] == []


def test_a_ratio_that_is_no_number_fails() -> None:
    assert verdict(*[{FAST.name: float("nan"), ARMS.name: 2.0}] * 3)[0] == [FAST.name]


@pytest.mark.parametrize(
    ("given", "judged"),
    [([0.52, 0.9, 0.53], 0.55), ([0.9, 0.53, 0.9], None)],
    ids=["all rounds but one", "all but two"],
)
def test_the_wall_is_judged_where_threads_that_share_nothing_had_two_processors_nearly_always(
    given: list[float], judged: float | None
) -> None:
    wall = Ratio("two threads", "one thread", "fanout.py", "wall")
    times = {
        "one thread": {"wall": [2.0, 1.0, 4.0]},
        "two threads": {"wall": [1.1, 0.8, 4.0]},
        "numbers alone: one thread": {"wall": [1.0, 1.0, 1.0]},
        "numbers alone: two threads": {"wall": given},
    }
    assert wall.of(times) == (None if judged is None else pytest.approx(judged))
    least, lost = judge(lambda _: {}, [wall], {wall.name: 0.5})
    assert (least, lost) == ({}, [])


def test_processor_time_is_judged_by_the_best_of_all_rounds() -> None:
    times = {"counted": {"thread": [3.0, 1.0]}, "NumPy": {"thread": [40.0, 50.0]}}
    assert FAST.of(times) == pytest.approx(1 / 40)


def test_jobs_are_timed_in_turn_by_every_clock() -> None:
    called: list[str] = []
    times = timed({"a": (lambda: called.append("a"), 1), "b": (lambda: called.append("b"), 1)})
    changes = "".join(x for x, before in zip(called, ["", *called], strict=False) if x != before)
    assert changes == "ab" * 8  # once without a clock, then seven rounds
    assert {len(rounds) for clocks in times.values() for rounds in clocks.values()} == {7}


def test_every_ratio_is_recorded_and_says_where_to_look() -> None:
    recorded = read()
    assert set(recorded["ratios"]) == {ratio.name for ratio in RATIOS}
    assert recorded["machine"].keys() >= {"processor", "processors", "python"}
    # a file named alone lies with the kernels
    named = [
        (ratio.name, file if "/" in file else f"simcore/kernels/{file}")
        for ratio in RATIOS
        for file in re.findall(r"[\w/]+\.py", ratio.look)
    ]
    assert {name for name, _ in named} == {ratio.name for ratio in RATIOS}
    assert [file for _, file in named if not (ROOT / file).is_file()] == []
    loops = {"counted": "simcore/kernels/profiles.py", "realised": "simcore/kernels/realise.py"}
    timed_loops = {ratio.name: loops.get(ratio.above.split()[0]) for ratio in RATIOS}
    assert [name for name, loop in timed_loops.items() if loop and (name, loop) not in named] == []


def test_kernels_slowed_on_purpose_are_not_recorded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.guard.measure", lambda *_: pytest.fail("something was timed"))
    before = RECORDED.read_bytes()
    with pytest.raises(SystemExit):
        main(["--broken", next(iter(WAYS)), "--record"])
    assert "kernels slowed on purpose are not recorded" in capsys.readouterr().err
    assert RECORDED.read_bytes() == before
