"""Counted profiles, deaths and deaths averted are a standard normal sample: every draw of England that ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tests.studies.claims import Claim, no_gap, standard_normal
from tests.studies.rounds import progress, shared_out
from tests.test_standard_scores import (
    Seen,
    averted_scores,
    death_scores,
    errors_away,
    look_at,
    profile_scores,
    question,
)

MODELS = ("england", "harbour")
ARMS = ("first", "second")
TIMES = 50
AXES = {name: int(name.startswith(("profile", "death"))) for name in Seen._fields if name != "births"}
"""Where draws are: behind the arms, if there are any."""


def claims(seed: int, models: Sequence[str] = MODELS, times: int = TIMES) -> Iterator[Claim]:
    for name in models:
        asked = question(name, times)._replace(seed=seed)
        rounds = shared_out(asked.draws, asked.draws.size // times)
        parts: list[Seen] = []
        profiles: list[list[np.ndarray]] = [[] for _ in ARMS]
        for i, draws in enumerate(progress(rounds, times, f"{name}, rounds of draws")):
            found = look_at(asked._replace(draws=draws))
            for arm, scores in enumerate(profiles):
                # where within its own probability a count is placed must be new in each round
                scores.append(profile_scores(found, arm, luck=seed * times + i))
            parts.append(
                found._replace(profiles=found.profiles[:, :0], profile_chances=found.profile_chances[:, :0])
            )
        yield from of_model(name, together(parts), [np.concatenate(scores) for scores in profiles])


def together(parts: Sequence[Seen]) -> Seen:
    """All draws."""
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts], axis) for name, axis in AXES.items()
    }
    return parts[0]._replace(**joined)


def of_model(name: str, found: Seen, profiles: Sequence[np.ndarray]) -> Iterator[Claim]:
    for arm, which in enumerate(ARMS):
        yield standard_normal(f"{name}, profiles of the {which} arm", profiles[arm])
        yield standard_normal(
            f"{name}, deaths by cause and band of the {which} arm", death_scores(found, arm)
        )
    yield standard_normal(f"{name}, deaths averted", averted_scores(found, found.saved - found.harmed))
    error = np.sqrt((found.saved + found.harmed).sum()) / (found.births * found.averted_chances).sum()
    yield no_gap(f"{name}, realised difference and its expectation", errors_away(found), float(error), "it")
