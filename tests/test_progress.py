"""What a run without a terminal says of itself: nothing while it is short, then how long it will go on."""

from __future__ import annotations

import pytest

import simcore.cli.progress
from simcore.cli.progress import FIRST_WORD, Progress


def said(
    ticks: list[tuple[float, str, int, int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:
    """Lines on standard error of a run whose ticks come at these seconds."""
    clock = [0.0]
    monkeypatch.setattr(simcore.cli.progress, "monotonic", lambda: clock[0])
    with Progress("draws") as progress:
        for clock[0], *tick in ticks:
            progress.tick(*tick)
    return capsys.readouterr().err.splitlines()


def test_a_short_run_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks = [(i * FIRST_WORD / 11, "draws", 20 * i, 200) for i in range(11)]
    assert said(ticks, monkeypatch, capsys) == []


def test_a_long_run_says_how_long_it_will_take_and_says_so_less_and_less_often(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """5,000,000 draws of which 1,000 take a second: more than an hour."""
    ticks = [(float(i), "draws", 1000 * i, 5_000_000) for i in range(5001)]
    lines = said(ticks, monkeypatch, capsys)
    assert lines[0] == "20,000 of 5,000,000 draws, about 83 minutes left"
    assert lines[-1] == "2,560,000 of 5,000,000 draws, about 41 minutes left"
    assert len(lines) == 8


def test_what_was_at_hand_makes_no_run_look_faster(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks = [(0.0, "draws", 800, 1000), (100.0, "draws", 820, 1000), (900.0, "draws", 1000, 1000)]
    assert said(ticks, monkeypatch, capsys) == ["820 of 1,000 draws, about 15 minutes left"]


def test_another_structure_has_a_time_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks = [(0.0, "draws", 0, 40), (5.0, "draws", 40, 40), (5.0, "half", 0, 200), (85.0, "half", 80, 200)]
    assert said(ticks, monkeypatch, capsys) == ["half: 80 of 200 draws, about 2 minutes left"]
