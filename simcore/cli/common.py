"""What several verbs read from the command line."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scenarios.question import Question

YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
DEFAULT_YEARS = "2025-2034, or what a model without these has after its reference years"
HIGHEST_RATE = 0.2
SHARE = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE](-?[0-9]{1,2}))?\s*(%?)")


variants_option = click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME=VALUE",
    help="A structural choice, as in child_poverty=half (repeatable).",
)
posterior_option = click.option(
    "--posterior",
    metavar="FILE|solved",
    help="Where draws come from: a posterior file that `simcore calibrate` wrote, or `solved` for the solved ones; "
    "if not given, the posterior that the model names, or the solved ones where it names none.",
)
births_option = click.option(
    "--births",
    type=click.IntRange(1000),
    default=4_000,
    show_default=True,
    metavar="N",
    help="Simulated births for each draw.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    default=1,
    show_default=True,
    metavar="N",
    help="The same seed gives the same numbers, to the last bit.",
)
model_option = click.option(
    "--model", default="england", show_default=True, metavar="NAME", help="A shipped model, or a folder."
)
threads_option = click.option(
    "--threads",
    type=click.IntRange(1),
    metavar="N",
    help="Threads; every processor if not given. Changes no number.",
)


def parse_years(text: str) -> range:
    """``2025-2034`` or ``2025``.

    >>> parse_years("2025-2026")
    range(2025, 2027)
    """
    match = YEARS.fullmatch(text.strip())
    if not match:
        raise click.BadParameter(
            f"`{text}` is not a span of years; write 2025-2034 or 2025", param_hint="--years"
        )
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise click.BadParameter(
            f"`{text}` ends before it begins; write {last}-{first}", param_hint="--years"
        )
    return range(first, last + 1)


def parse_variants(values: Iterable[str]) -> dict[str, str]:
    """``child_poverty=half`` and the like.

    >>> parse_variants(["child_poverty=half"])
    {'child_poverty': 'half'}
    """
    chosen: dict[str, str] = {}
    for value in values:
        name, sign, option = value.partition("=")
        if not sign or not name or not option:
            raise click.BadParameter(
                f"`{value}` has no option; write NAME=VALUE, as in child_poverty=half", param_hint="--variant"
            )
        if chosen.setdefault(name, option) != option:
            raise click.BadParameter(f"`{name}` is given twice; choose one option", param_hint="--variant")
        chosen[name] = option
    return chosen


def parse_precision(text: str) -> float:
    """``1%`` or ``0.01``, as a share.

    >>> parse_precision("0.5%"), parse_precision("0.01")
    (0.005, 0.01)
    """
    from scenarios.precision import COARSEST, FINEST

    match = SHARE.fullmatch(text.strip())
    share = math.nan
    if match:
        share = float(f"{match[1]}e{match[2] or 0}") / (100.0 if match[3] else 1.0)
    if FINEST <= share <= COARSEST:
        return share
    remedy = "write 1%, or 0.01"
    if match and not match[3] and COARSEST < share <= 100.0 * COARSEST:
        remedy = f"write {match[0].strip()}%"
    elif match:
        remedy = f"it must lie between {FINEST:.4%} and {COARSEST:.0%}"
    raise click.BadParameter(f"`{text}` is no precision; {remedy}", param_hint="--precision")


def parse_rate(text: str, option: str) -> float:
    """``1.5%`` or ``0.015`` a year, as a share.

    >>> parse_rate("1.5%", "--discount-rate")
    0.015
    """
    match = SHARE.fullmatch(text.strip())
    rate = float(f"{match[1]}e{match[2] or 0}") / (100.0 if match[3] else 1.0) if match else math.nan
    if 0.0 <= rate <= HIGHEST_RATE:
        return rate
    remedy = f"write {match[0].strip()}%" if match and not match[3] else "write 1.5%, or 0.015"
    raise click.BadParameter(
        f"`{text}` is no rate a year from 0 to {HIGHEST_RATE:.0%}; {remedy}", param_hint=option
    )


def load_question(
    model: str,
    scenarios: Sequence[str],
    baseline: str,
    years: str | None,
    variants: dict[str, str],
    posterior: str | None,
) -> Question:
    """Read and check a question, with the comparator first among its scenarios."""
    span = None if years is None else parse_years(years)
    from scenarios.question import ask

    return ask(
        list(scenarios), model=model, baseline=baseline, years=span, variants=variants, posterior=posterior
    )


def default_threads() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
