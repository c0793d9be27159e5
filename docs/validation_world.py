"""The section of docs/validation.md that sets the model beside what was observed, group by group."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from validation_compare import DRAWS, Compared, compare_all
from validation_observed import Observed
from validation_tools import table

FAR = 3.0
"""A predicted figure further off than this, in standard errors, must be discussed."""
SHOWN = 2.0
REMARKS = Path(__file__).with_name("misfits.csv")
TITLES = {"all": "All births", "cause": "Cause of death", "age_at_death": "Age at death"}


def world(missed: list[str]) -> Iterator[str]:
    """Model against observed, and the largest misfits with what is to be said of them."""
    found = compare_all()
    yield "## Baseline against the world"
    yield ""
    yield f"Infant deaths for 1,000 live births, `default`, {DRAWS} draws, beside every published count of a"
    yield "group that the model has. *Counted*: deaths as published. *With unlinked*: with a share of those that no"
    yield "table by characteristics has (208 of 2,226 in 2020 were not linked to a birth). Observed rates have their"
    yield "exact Poisson 95%, the model's the 95% of draws. *z* is counted less expected by the standard error of"
    yield "both: the counting error of the deaths and the spread of the draws. *Fitted*: the model is solved to return"
    yield "this margin over 2018-20, of which 2020 is a third, or a ratio on the factor was read from the same source."
    yield "All else is *predicted*: nothing of it was fitted. The model is of England; counts of England and Wales are"
    yield "compared by their rates."
    for factor in dict.fromkeys(c.seen.factor for c in found):
        some = [c for c in found if c.seen.factor == factor and _main(c.seen)]
        if some:
            yield ""
            yield f"**{TITLES.get(factor, f'By `{factor}`')}**"
            yield ""
            yield from _table(some)
    yield from _misfits(found, missed)


def _main(seen: Observed) -> bool:
    """Told in the tables; groups within groups and their causes are told only where they are far off."""
    return seen.within is None and (not seen.cause or seen.factor == "cause")


def _table(some: Sequence[Compared]) -> Iterator[str]:
    rows = [
        (c.seen.label, c.seen.period, c.seen.geography, c.seen.outcome, f"{c.seen.births:,.0f}", f"{c.seen.count:,}",
         f"{c.seen.deaths:,.0f}", _rate(c.seen.rate), _span(*c.seen.interval()), _rate(c.rate),
         _span(c.low, c.high), f"{c.z:+.1f}", "fitted" if c.fitted else "predicted")
        for c in some
    ]  # fmt: skip
    told = "group", "when", "where", "deaths", "births", "counted", "with unlinked"
    yield from table((*told, "observed", "95%", "model", "95%", "z", ""), rows)


def _rate(value: float) -> str:
    return f"{1000 * value:.3f}" if value < 0.01 else f"{1000 * value:.1f}"


def _span(low: float, high: float) -> str:
    return f"{_rate(low)} to {_rate(high)}"


# ---- misfits


def _misfits(found: Sequence[Compared], missed: list[str]) -> Iterator[str]:
    predicted = [c for c in found if not c.fitted]
    near = sum(abs(c.z) < SHOWN for c in predicted)
    yield ""
    yield "### The largest misfits"
    yield ""
    yield f"Of {len(predicted)} predicted figures {near} are within {SHOWN:.0f} standard errors. Groups and causes"
    yield "within groups are among them; infant deaths hold their two parts, so that they go together. The"
    yield "others, the furthest first:"
    yield ""
    far = sorted((c for c in predicted if abs(c.z) >= SHOWN), key=lambda c: -abs(c.z))
    rows = [
        (f"{c.z:+.1f}", f"`{c.seen.factor}`", _name(c.seen), c.seen.outcome, f"{c.seen.period}, {c.seen.geography}",
         _rate(c.seen.rate), _rate(c.rate), f"{c.seen.rate / c.rate:.2f}")
        for c in far
    ]  # fmt: skip
    yield from table(("z", "factor", "group", "deaths", "when, where", "observed", "model", "ratio"), rows)
    remarks = read_remarks()
    yield ""
    for remark in remarks:
        touched = [c for c in far if speaks_of(remark, c.seen)]
        if touched:
            whom = ", ".join(dict.fromkeys(c.seen.label for c in touched)) if remark["level"] else "any level"
            what = f", {remark['cause']}" if remark["cause"] else ""
            yield f"- **`{remark['factor']}`, {whom}{what}.** {remark['remark']}"
    missed += undiscussed(far, remarks)


def _name(seen: Observed) -> str:
    within = f"{seen.within[0]} {' and '.join(seen.within[1])}" if seen.within else ""
    cause = seen.cause if seen.factor != "cause" else ""
    return ", ".join(part for part in (seen.label, within, cause) if part)


def undiscussed(found: Sequence[Compared], remarks: Sequence[dict[str, str]]) -> Iterator[str]:
    """Predicted figures that are far off, of which nothing is said."""
    for c in found:
        if not c.fitted and abs(c.z) > FAR and not any(speaks_of(remark, c.seen) for remark in remarks):
            what = f"{c.seen.factor}, {_name(c.seen)}, {c.seen.outcome}, {c.seen.period}"
            yield f"{what}: z is {c.z:+.1f}, and {REMARKS.name} says nothing about it"


def read_remarks(path: Path = REMARKS) -> list[dict[str, str]]:
    """What is to be said of groups that the model misses: an empty cell stands for any."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def speaks_of(remark: dict[str, str], seen: Observed) -> bool:
    """Whether a remark is about this count."""
    here = {
        "factor": seen.factor,
        "level": "+".join(seen.levels),
        "cause": seen.cause,
        "deaths": seen.outcome,
    }
    return all(remark[key] in ("", value) for key, value in here.items())
