"""What a scenario says that its writer may not expect is told in words, and the engine does as it is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenarios.notes import find_notes
from simcore.treatment import transition
from tests.conftest import Call
from tests.models import FOLDER, invented, scenario, scenario_text, support

HARBOUR = invented("harbour")


def notes(to: str, level: str, value: object, *, only_if_met: bool = False) -> list[str]:
    policy = scenario("offer", support(to, ("pregnancy_smoking", level), 0.7, 0.4, value))
    return [note.message for note in find_notes(policy, HARBOUR, only_if_met=only_if_met)]


SHARES = np.array([[0.1, 0.3, 0.2, 0.4]])
"""Of four levels, in their order."""


@pytest.mark.parametrize("ratio", [1.2, 2.0, 2.9, 3.0, 9.0])
def test_people_come_from_the_levels_after_the_one_named_in_proportion_and_never_from_those_before(
    ratio: float,
) -> None:
    moves = transition(SHARES, 1, SHARES[:, 1] * ratio)[0]
    assert (moves[:2] == np.eye(4)[:2]).all()
    after = SHARES[0] @ moves
    assert after[0] == 0.1
    assert after[1] == pytest.approx(min(0.3 * ratio, 0.3 + 0.2 + 0.4))
    assert after[2] / after.sum() * 0.4 == pytest.approx(after[3] / after.sum() * 0.2)


def test_a_value_under_one_sends_people_to_the_levels_after_in_proportion() -> None:
    moves = transition(SHARES, 1, SHARES[:, 1] * 0.5)[0]
    assert (moves[[0, 2, 3]] == np.eye(4)[[0, 2, 3]]).all()
    assert SHARES[0] @ moves == pytest.approx([0.1, 0.15, 0.2 + 0.05, 0.4 + 0.1])


def test_a_note_says_from_which_levels_people_come_and_from_which_nobody_does() -> None:
    assert notes("smoking: [no, yes]", "quit", 1.5) == [
        "note: people come to `quit` from to_delivery, and nobody comes from none; none stands before it in `levels`"
    ]
    assert notes("smoking: [no, yes]", "quit", 0.5) == [
        "note: a value under 1 sends people from `quit` to to_delivery, and nobody to none; none stands before it "
        "in `levels`"
    ]
    both = notes("smoking: yes", "quit", "{distribution: lognormal, median: 1.1, ci95: [0.9, 1.35]}")[0]
    assert both.startswith("note: people come to `quit`") and "; a value under 1 sends people" in both


def test_there_is_no_note_where_the_level_named_is_the_first() -> None:
    assert notes("smoking: yes", "none", 1.5) == []


def test_a_comparison_is_silent_of_levels_at_which_nobody_is_offered_anything() -> None:
    """In the harbour's table nobody who smokes at booking stands at `none`."""
    assert notes("smoking: yes", "quit", 1.5, only_if_met=True) == []
    assert len(notes("smoking: [no, yes]", "quit", 1.5, only_if_met=True)) == 1


def test_a_note_is_told_by_a_check_and_beside_an_answer_and_refuses_nothing(
    simcore: Call, tmp_path: Path
) -> None:
    offer = support("smoking: [no, yes]", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5)
    mine, base = tmp_path / "mine.yaml", tmp_path / "base.yaml"
    mine.write_text(scenario_text("mine", offer))
    base.write_text(scenario_text("base"))
    told = f"{mine}:7:"
    checked = simcore("validate", mine, "--model", FOLDER / "harbour")
    assert checked.status == 0
    assert any(
        line.startswith(told) and "nobody comes from none" in line for line in checked.stdout.splitlines()
    )
    numbers = ("--years", 2001, "--draws", 2, "--births", 1000)
    answered = simcore("compare", mine, "--baseline", base, "--model", FOLDER / "harbour", *numbers, "--json")
    assert answered.status == 0
    assert answered.stderr.startswith(told) and "nobody comes from none" in answered.stderr
    assert answered.stdout.startswith("{")
