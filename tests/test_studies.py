"""The longer study can fail: faults planted in what it looks at end it with status 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest

from tests.chance import least_shift, least_variance
from tests.studies import cells, errors, keys
from tests.studies.__main__ import PARTS, main
from tests.studies.cells import AXES
from tests.studies.claims import LEVEL, Claim, no_gap, none_small, standard_normal, uniform
from tests.test_keying import WEAK, N
from tests.test_standard_errors import QUANTITIES, Study
from tests.test_standard_scores import Seen, seen

N_SCORES = 20_000
SCORES = np.random.default_rng(2).standard_normal(N_SCORES)
EVEN = (np.arange(1000) + 0.5) / 1000

Claims = Callable[[int], Iterator[Claim]]


def broken(claims: Claims) -> list[str]:
    return [claim.what for claim in claims(1) if claim.faults]


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        (standard_normal("z", SCORES), standard_normal("z", SCORES + 1.1 * least_shift(N_SCORES, LEVEL))),
        (
            standard_normal("z", SCORES),
            standard_normal("z", SCORES * least_variance(N_SCORES, LEVEL) ** 0.55),
        ),
        (no_gap("sum", -4.0, 0.01, "it"), no_gap("sum", -4.3, 0.01, "it")),
        (none_small("p", EVEN, "here", 1000), none_small("p", np.append(EVEN, 1e-8), "here", 1000)),
        (uniform("p", EVEN), uniform("p", EVEN**1.3)),
    ],
    ids=["mean", "variance", "gap", "one P-value", "all P-values"],
)
def test_a_claim_breaks_at_the_size_that_it_says_it_would_find(sound: Claim, faulty: Claim) -> None:
    assert sound.faults == []
    assert faulty.faults
    assert "FOUND" in str(faulty)
    assert "nothing found" in str(sound)


@pytest.mark.parametrize("part", PARTS)
def test_what_is_found_ends_the_study_with_status_1_and_is_named(
    part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def sound(seed: int) -> Iterator[Claim]:
        yield standard_normal(f"seed {seed}", SCORES)

    def faulty(seed: int) -> Iterator[Claim]:
        yield standard_normal(f"seed {seed}", SCORES)
        yield standard_normal("twice as wide", 2 * SCORES)

    assert main(["--seed", "7"], {**dict.fromkeys(PARTS, sound), part: faulty}) == 1
    assert f"1 of {len(PARTS) + 1} claims broken" in (said := capsys.readouterr().out)
    assert said.endswith("broken: twice as wide\n")
    assert said.count("seed 7") == len(PARTS)
    others = [name for name in PARTS if name != part]
    assert main(["--only", *others], {**dict.fromkeys(PARTS, sound), part: faulty}) == 0
    assert f"0 of {len(others)} claims broken" in capsys.readouterr().out


def test_a_weak_keying_is_found() -> None:
    weak = WEAK["halves of the seed mixed"]
    assert next(keys.claims(1, keying=weak, n=N // 32, times=1)).faults


def with_hazards_off(found: Seen) -> Seen:
    return found._replace(death_chances=1.05 * found.death_chances)


def test_hazards_that_are_not_those_of_the_engine_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = partial(cells.claims, models=["harbour"], times=1)
    monkeypatch.setattr(cells, "look_at", lambda asked: seen("harbour"))
    assert broken(claims) == []
    monkeypatch.setattr(cells, "look_at", lambda asked: with_hazards_off(seen("harbour")))
    assert broken(claims) == [f"harbour, deaths by cause and band of the {arm} arm" for arm in cells.ARMS]


def test_rounds_put_together_hold_every_draw_once() -> None:
    found = seen("harbour")
    first, rest = (
        found._replace(
            **{name: np.split(getattr(found, name), [40], axis)[part] for name, axis in AXES.items()}
        )
        for part in (0, 1)
    )
    again = cells.together([first, rest])
    assert all(np.array_equal(getattr(again, name), getattr(found, name)) for name in Seen._fields)


def test_monte_carlo_errors_at_half_their_size_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """In all three quantities, whether births are many or few."""
    claims = partial(errors.claims, many={"harbour, expected": (100, 6)}, few={"harbour, expected": (100, 6)})
    assert broken(claims) == []
    honest = errors.gaps_and_errors

    def halved(asked: Study) -> tuple[np.ndarray, np.ndarray]:
        gaps, told = honest(asked)
        return gaps, told / 2

    monkeypatch.setattr(errors, "gaps_and_errors", halved)
    scores, squares = np.split(np.array(broken(claims)), [3])
    assert scores.tolist() == [f"harbour, expected, {quantity}" for quantity in QUANTITIES]
    assert squares.size == 6
    assert all(what.endswith("square of the error") for what in squares)
