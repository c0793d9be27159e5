"""Quick answers beside full ones, over policies put together by chance: ``make quick-answers``.

Each policy has one to four levers of the shipped files, most of their numbers moved, some aimed at a few deciles or
ramped. Ends with status 1 where a headline is off by more than :data:`MOST`.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from scenarios.live.averted import Deaths
from scenarios.live.desk import Desk
from scenarios.live.fields import Field
from scenarios.live.levers import Lever
from scenarios.precision import FLOOR
from simcore.problems import DocumentError

MOST = 0.03
"""The largest error of a headline that is taken, as a share of it; of one under a thousandth of all deaths, of that."""


@dataclass(frozen=True)
class Compared:
    """How far a quick answer was off, as shares of the headline."""

    headline: float
    interval: float
    cells: float
    averted: float


def policy(random: Random, levers: list[Lever], first: int, last: int) -> list[dict[str, Any]]:
    """One to four levers, moved."""
    some = random.sample(levers, min(len(levers), random.choice([1, 1, 1, 2, 2, 3, 4])))
    return [{"lever": lever.id, "set": _moved(random, lever, first, last)} for lever in some]


def _moved(random: Random, lever: Lever, first: int, last: int) -> dict[str, Any]:
    said: dict[str, Any] = {f.name: _value(random, f) for f in lever.fields if random.random() < 0.6}
    if lever.fields and random.random() < 0.3:
        begins = random.randint(first, last)
        said |= {"from": begins, "to": random.randint(begins, last)}
    if lever.fields and random.random() < 0.3:
        deciles = random.sample(range(1, 11), random.randint(1, 6))
        said["deciles"] = [str(decile) for decile in sorted(deciles)]
    return said


def _value(random: Random, field: Field) -> float:
    if field.name in ("coverage", "uptake"):
        return round(random.uniform(0.05, 1.0), 3)
    # from a fifth of the published way to half as far again
    nothing = 0.0 if field.unit in ("%", "points") else 1.0
    value = nothing + (field.value - nothing) * random.uniform(0.2, 1.5)
    return round(min(field.high, max(field.low, value)), 4)


def compare(desk: Desk, state: dict[str, Any]) -> Compared:
    """The quick answer to a state, then the full one.

    Raises
    ------
    DocumentError
        If the state cannot be used.
    """
    quick, full = desk.estimate(state), desk.run(state)
    all_deaths = full.total[0].mean()
    guessed, found = (Deaths.of(m, 0) - Deaths.of(m, 1) for m in (quick, full))
    size = max(abs(found.mean), FLOOR * all_deaths)
    ends = [np.quantile(of.parts["total"], [0.025, 0.975]) for of in (guessed, found)]
    cells = [
        np.abs(guessed.parts[name].mean(axis=0) - found.parts[name].mean(axis=0)).max()
        for name in found.parts
        if name.startswith("by:")
    ]
    return Compared(
        abs(guessed.mean - found.mean) / size,
        float(np.abs(ends[0] - ends[1]).max()) / size,
        float(max(cells)) / size,
        found.mean,
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quick_answers", description=__doc__)
    parser.add_argument("--states", type=int, default=60, help="how many policies (60)")
    parser.add_argument("--seed", type=int, default=1, help="other policies (1)")
    asked = parser.parse_args(arguments)
    random, desk = Random(asked.seed), Desk(threads=2)
    desk.prepare()
    levers, years = list(desk.reader.levers.values()), desk.years
    found: list[Compared] = []
    refused, begin = 0, time.monotonic()
    while len(found) < asked.states:
        chosen = policy(random, levers, years[0], years[-1])
        try:
            one = compare(desk, {"v": 1, "years": [years[0], years[-1]], "policy": chosen})
        except DocumentError:
            refused += 1
            continue
        found.append(one)
        names = ", ".join(lever["lever"].partition("/")[2] for lever in chosen)
        print(
            f"{time.monotonic() - begin:5.0f} s  averted {one.averted:8.1f}  off by {one.headline:6.2%}  "
            f"interval {one.interval:6.2%}  worst cell {one.cells:6.2%}  {names}",
            flush=True,
        )
    return _verdict(found, refused)


def _verdict(found: list[Compared], refused: int) -> int:
    print(f"== {len(found)} policies, {refused} more refused; as shares of the headline: median, 95th, worst")
    for name in ("headline", "interval", "cells"):
        values = np.array([getattr(one, name) for one in found])
        middle, high, worst = np.quantile(values, [0.5, 0.95, 1.0])
        print(f"   {name:9} {middle:6.2%} {high:6.2%} {worst:6.2%}")
    over = sum(one.headline > MOST for one in found)
    print(f"== {over} of {len(found)} headlines are off by more than {MOST:.0%}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
