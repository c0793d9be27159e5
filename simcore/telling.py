"""One birth in words: who it is, which number decided what, where the arms part, what each clock says."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from simcore.birth_id import find_birth
from simcore.draws import DrawBlock
from simcore.individuals import CENTRAL, lay_individuals
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.one_birth import Decided, Followed, InArm, OneBirth, Step, look_at
from simcore.results import strata_of
from simcore.run import MakeArms

WIDTH = 110
NOT_THERE = "no"
"""The level of a stage that a birth is not at."""
FIGURES = 3
"""Significant figures of a number, unless it takes more to tell it from its bounds."""


def tell_birth(
    model: Model,
    structure: Structure,
    draw: DrawBlock,
    make_arms: MakeArms,
    years: Sequence[int],
    birth: str,
    seed: int,
) -> str:
    """One birth in words, by its id in a table of births or a run of the same seed and draw.

    Arguments and errors are those of :func:`simcore.births.births_table`.

    Raises
    ------
    DocumentError
        If there is no such birth.
    """
    wanted = find_birth(model, years, birth)
    place = wanted.place(strata_of(model, years))

    def only(births: Array) -> np.ndarray:
        chosen = np.zeros(births.shape, np.int64)
        chosen[place] = wanted.number + 1
        return chosen

    births = lay_individuals(model, structure, draw, make_arms, years, seed, only)
    return in_words(look_at(births, wanted.number))


def in_words(birth: OneBirth) -> str:
    """The facts of one birth as text, in lines of at most 110 columns where words allow."""
    lines = [*_who(birth), "", *_arms(birth), "", *_clocks(birth), "", *_ends(birth)]
    return "\n".join(_folded(line) for line in lines)


def _who(birth: OneBirth) -> Iterator[str]:
    draw = "the central draw" if birth.draw == CENTRAL else f"draw {birth.draw}"
    place = ", ".join(f"{_plain(dim)} {_plain(label)}" for dim, label in birth.strata)
    number = birth.id.number
    more = (
        f"; number {number:,} is met only where a run draws more than there are"
        if number >= birth.births
        else ""
    )
    yield (
        f"Birth {birth.id} of {birth.model}, {draw}, seed {birth.seed}: {place}, "
        f"a stratum of {birth.births:,.0f} {birth.called}{more}."
    )
    yield ""
    yield "Without any policy (a number between 0 and 1 decides each line, and stays the same in every arm):"
    for decided in birth.natural:
        yield f"  {_plain(decided.name)}: {_plain(decided.level)}. {_chance(decided)}"


def _arms(birth: OneBirth) -> Iterator[str]:
    comparator = birth.arms[0]
    for arm in birth.arms:
        yield f"{arm.name}: {_parting(arm, comparator)}"
        for step in _begun(arm.steps):
            yield f"  {_step(step)}"
        for followed in arm.followed:
            yield f"  It follows: {_followed(followed)}"
        yield from (f"  {line}" for line in _hazards(arm, comparator))


def _parting(arm: InArm, comparator: InArm) -> str:
    """Where the arm parts from the comparator; for that itself, whether it leaves the birth as it is."""
    if arm is comparator:
        moved = [step for step in arm.steps if step.moves is not None and step.was != step.decided.level]
        return "the comparator" + ("." if moved else ", in which nothing is changed for this birth.")
    parting = arm.parting
    if parting is None:
        same = "every value is the same"
        return (
            f"{same}, and only hazards part from {comparator.name}."
            if arm.hazards
            else (f"nothing parts this birth from {comparator.name}.")
        )
    where = f"parts from {comparator.name} at {_plain(parting.variable)}"
    values = f"{_plain(parting.here)} here, {_plain(parting.there)} there"
    whose = "moves it" if parting.acts_here else "moves it there and not here"
    return f"{where}: {values}; {parting.intervention} {whose}."


def _begun(steps: Sequence[Step]) -> Iterator[Step]:
    """Steps up to the first that a birth does not come to: what is certain after it goes without saying."""
    out: set[str] = set()
    for step in steps:
        if step.intervention not in out or step.decided.chance < 1.0:
            yield step
        if step.moves is None and step.decided.level == NOT_THERE:
            out.add(step.intervention)


def _step(step: Step) -> str:
    decided = step.decided
    if step.moves is None:
        return f"{step.intervention}, {_plain(decided.name)}: {_plain(decided.level)}. {_chance(decided)}"
    variable, now = _plain(step.moves), _plain(decided.level)
    if step.was == decided.level:
        return f"{step.intervention} leaves {variable} at {now}. {_chance(decided)}"
    return f"{step.intervention} moves {variable} from {_plain(step.was)} to {now}. {_chance(decided)}"


def _followed(followed: Followed) -> str:
    natural, now = followed.natural, followed.now
    return f"{_plain(now.name)} is {_plain(now.level)}, not {_plain(natural.level)}. {_chance(now)}"


def _hazards(arm: InArm, comparator: InArm) -> list[str]:
    """Hazards that an intervention multiplies, causes of one ratio and age together."""
    together: dict[tuple[float, str], list[str]] = {}
    for change in arm.hazards:
        together.setdefault((change.ratio, change.age_band), []).append(_plain(change.cause))
    by_cause: dict[tuple[float, str], list[str]] = {}
    for (ratio, band), causes in together.items():
        by_cause.setdefault((ratio, ", ".join(causes)), []).append(_plain(band))
    return [
        f"Hazards of {causes} are {figures(ratio)} times those of {comparator.name} for the same values "
        f"(age at death: {', '.join(bands)})."
        for (ratio, causes), bands in by_cause.items()
    ]


def _chance(decided: Decided) -> str:
    """The chance of what was decided, what it hung on, the numbers that would have given it, and the number."""
    given = ", ".join(f"{_plain(name)} {_plain(level)}" for name, level in decided.given)
    hung_on = f" given {given}" if given else ""
    if decided.chance == 1.0:
        return f"Certain{hung_on}."
    low, number, high = apart([decided.low, decided.number, decided.high])
    return (
        f"Chance {_in_100(decided.chance)}{hung_on}: numbers from {low} to {high}; the number was {number}."
    )


def _clocks(birth: OneBirth) -> Iterator[str]:
    yield (
        f"Each cause has a clock. It rings {_within(birth)} if its number is below the limit that hazards set, "
        "the lower the sooner:"
    )
    for c, clock in enumerate(birth.arms[0].clocks):
        in_arms = {arm.name: arm.clocks[c] for arm in birth.arms}
        rising = sorted({clock.number, *(at.limit for at in in_arms.values())})
        shown = dict(zip(rising, apart(rising), strict=True))
        told: dict[str, list[str]] = {}
        for name, at in in_arms.items():
            rings = f"never {_within(birth)}" if math.isinf(at.time) else f"rings after {_days(at.time)} days"
            told.setdefault(f"limit {shown[at.limit]}, {rings}", []).append(name)
        everywhere = len(told) == 1 and len(birth.arms) > 1
        parts = [f"{'every arm' if everywhere else ', '.join(names)}: {what}" for what, names in told.items()]
        yield f"  {_plain(clock.cause)}, number {shown[clock.number]}. {'; '.join(parts)}."


def _within(birth: OneBirth) -> str:
    return "within the year" if birth.days == 365 else f"within {birth.days:g} days"


def _days(time: float) -> str:
    """Days of life, with as many figures as it takes to see which day has been completed."""
    for places in range(FIGURES, 18):
        if int(float(figures(time, places))) == int(time):
            return figures(time, places)
    return repr(time)


def _ends(birth: OneBirth) -> Iterator[str]:
    comparator = birth.arms[0]
    for arm in birth.arms:
        ringing = sorted((c.time, _plain(c.cause)) for c in arm.clocks if not math.isinf(c.time))
        if arm.death is None:
            what = f"No clock rings {_within(birth)}: lives"
        else:
            cause, band, day = arm.death
            only = (
                "is the only clock to ring"
                if len(ringing) == 1
                else (
                    f"rings first, before {', '.join(f'{name} ({_days(time)} days)' for time, name in ringing[1:])}"
                )
            )
            what = f"{_plain(cause)} {only}: dies on day {day} ({_plain(band)})"
        if arm is not comparator:
            if (arm.death is None) != (comparator.death is None):
                what += f", but {'dies' if comparator.death else 'lives'} in {comparator.name}"
            elif arm.death == comparator.death:
                what += f", as in {comparator.name}"
        yield f"{arm.name}: {what[0].upper()}{what[1:]}."


def _in_100(chance: float) -> str:
    """A probability out of 100, never rounded to all or nothing."""
    places = FIGURES
    while float(figures(100 * chance, places)) >= 100:
        places += 1
    return f"{figures(100 * chance, places)} in 100"


def figures(value: float, places: int = FIGURES) -> str:
    """So many significant figures, without an exponent.

    >>> figures(0.000412345), figures(12.345), figures(0.0), figures(1.0)
    ('0.000412', '12.3', '0', '1')
    """
    if value == 0.0 or math.isinf(value):
        return f"{value:g}"
    decimals = max(places - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def apart(values: Sequence[float]) -> list[str]:
    """Rising values with as many figures as it takes to see that they rise.

    >>> apart([0.0, 0.879, 0.87952])
    ['0', '0.879', '0.88']
    >>> apart([0.87951, 0.87952])
    ['0.87951', '0.87952']
    """
    for places in range(FIGURES, 18):
        shown = [figures(value, places) for value in values]
        if all(float(a) < float(b) for a, b in pairwise(shown)):
            return shown
    return [repr(value) for value in values]


def _folded(line: str) -> str:
    # further in than any line begins, so that where one begins can be seen
    return textwrap.fill(
        line, WIDTH, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )


def _plain(label: object) -> str:
    """A name or label as one would say it: ``days_28_90`` is days 28-90."""
    return re.sub(r"(?<=\d)_(?=\d)", "-", str(label)).replace("_", " ")
