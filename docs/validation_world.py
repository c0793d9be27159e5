"""The section of docs/validation.md that sets the model beside what was observed, group by group."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from validation_compare import DRAWS, Compared, compare_all
from validation_observed import Observed
from validation_tools import table

FAR = 3.0
"""A predicted figure further off than this, in standard errors, must be discussed."""
SHOWN = 2.0
REMARKS = Path(__file__).with_name("misfits.csv")
RECORDS = Path(__file__).with_name("validation_world.csv")
"""Every count beside the model, as a table to compute with."""
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
    yield "both: the counting error of the deaths and the spread of the draws; births by class are a sample of one"
    yield "in ten, as *z* knows. *Fitted*: the model is solved to return this margin over 2018-20, of which 2020 is a"
    yield "third, or a ratio on the factor is of the same source. All else is *predicted*: no death of it was"
    yield "fitted, though how early babies of each ethnic group are born was read. The model is of England; counts of"
    yield "England and Wales are compared by their rates. The same, and every group by cause, as a table:"
    yield f"`{RECORDS.name}`. No deaths of babies small for gestational age are published; deaths by birthweight are,"
    yield "and the model has none."
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


# ---- the same as a table


@dataclass(frozen=True)
class Record:
    """What a row of the table says of one count."""

    factor: str
    level: str
    within: str
    cause: str
    outcome: str
    period: str
    geography: str
    counted: int
    observed: float
    central: float
    model: float
    z: float
    fitted: bool


COLUMNS = (
    "factor", "level", "label", "within", "cause", "outcome", "period", "geography", "births", "counted",
    "with_unlinked", "observed", "observed_low", "observed_high", "central", "model", "model_low", "model_high", "z",
    "status",
)  # fmt: skip


def records(draws: int = DRAWS) -> str:
    """Every count beside the model: rates for 1,000 births, of the central draw and of draws."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for c in compare_all(draws):
        rates = c.seen.rate, *c.seen.interval(), c.central, c.rate, c.low, c.high
        rows.writerow((
            *_place(c.seen).values(), f"{c.seen.births:.0f}", c.seen.count, f"{c.seen.deaths:.1f}",
            *(f"{1000 * rate:.5f}" for rate in rates), f"{c.z:.3f}", "fitted" if c.fitted else "predicted",
        ))  # fmt: skip
    return text.getvalue()


def _place(seen: Observed) -> dict[str, str]:
    """What a count is of, as the first columns of the table say it."""
    return {
        "factor": seen.factor, "level": "+".join(seen.levels), "label": seen.label, "within": _within(seen),
        "cause": seen.cause, "outcome": seen.outcome, "period": seen.period, "geography": seen.geography,
    }  # fmt: skip


def _within(seen: Observed) -> str:
    return f"{seen.within[0]}={'+'.join(seen.within[1])}" if seen.within else ""


def read_records(path: Path = RECORDS) -> list[Record]:
    """The table as it was written."""
    with open(path, newline="", encoding="utf-8") as file:
        return [
            Record(
                *(row[name] for name in ("factor", "level", "within", "cause", "outcome", "period", "geography")),
                int(row["counted"]), *(float(row[name]) for name in ("observed", "central", "model", "z")),
                row["status"] == "fitted",
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


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
    # each figure stands under the first remark that speaks of it
    of_remark: list[list[Compared]] = [[] for _ in remarks]
    for c in far:
        place = _place(c.seen)
        first = next((i for i, remark in enumerate(remarks) if speaks_of(remark, place)), None)
        if first is not None:
            of_remark[first].append(c)
    for remark, touched in zip(remarks, of_remark, strict=True):
        if touched:
            labels = dict.fromkeys(c.seen.label for c in touched)
            whom = (
                ", ".join(labels)
                if remark["level"]
                else "other levels"
                if len(labels) > 1
                else next(iter(labels))
            )
            parts = [
                whom,
                *(f"{remark[key]}".replace("=", " ") for key in ("within", "cause") if remark[key]),
            ]
            yield f"- **`{remark['factor']}`, {', '.join(parts)}.** {remark['remark']}"
    far_off = ((_place(c.seen), c.z) for c in predicted)
    missed += undiscussed(far_off, remarks)


def _name(seen: Observed) -> str:
    within = f"{seen.within[0]} {' and '.join(seen.within[1])}" if seen.within else ""
    cause = seen.cause if seen.factor != "cause" else ""
    return ", ".join(part for part in (seen.label, within, cause) if part)


def undiscussed(
    found: Iterable[tuple[Mapping[str, str], float]], remarks: Sequence[Mapping[str, str]]
) -> Iterator[str]:
    """Predicted figures (what each is of, and its z) that are far off, of which nothing is said."""
    for place, z in found:
        if abs(z) > FAR and not any(speaks_of(remark, place) for remark in remarks):
            names = ("factor", "level", "within", "cause", "outcome", "period")
            what = ", ".join(place[name] for name in names if place[name])
            yield f"{what}: z is {z:+.1f}, and {REMARKS.name} says nothing about it"


def read_remarks(path: Path = REMARKS) -> list[dict[str, str]]:
    """What is to be said of groups that the model misses: an empty cell stands for any."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def speaks_of(remark: Mapping[str, str], place: Mapping[str, str]) -> bool:
    """Whether a remark is about this count."""
    return all(remark[key] in ("", place[key]) for key in ("factor", "level", "within", "cause", "outcome"))
