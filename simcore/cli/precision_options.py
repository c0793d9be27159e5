"""Options of ``simcore compare`` that ask for a precision, and the limits that go with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from simcore.cli.common import parse_precision

if TYPE_CHECKING:
    from scenarios.precision import Precision

NOT_PRECISE = 3
"""Exit status where the precision asked for was not reached: the answer is given, what was demanded of it is not."""

Command = Callable[..., int]


def precision_options(command: Command) -> Command:
    """Add ``--precision`` and its limits."""
    for option in reversed(
        (
            click.option(
                "--precision",
                metavar="SHARE",
                help="Add draws or births until every headline (the comparator's deaths, and the deaths averted by "
                "each scenario) has a standard error of at most this share of itself: 1%, 0.5%, 0.01. The error "
                "counts both the finite number of draws and that of births. A headline under 0.1% of the "
                "comparator's deaths is judged as though it were that large. What was reached is printed; exit "
                "status 3 where a limit stopped it first.",
            ),
            click.option(
                "--most-draws",
                type=click.IntRange(100),
                metavar="N",
                help="With --precision: draws at which to stop; all that ship with the model if not given.",
            ),
            click.option(
                "--most-births",
                type=click.IntRange(1000),
                metavar="N",
                help="With --precision: births for each draw at which to stop; 1,000,000 if not given.",
            ),
        )
    ):
        command = option(command)
    return command


def precision_asked(text: str | None, most_draws: int | None, most_births: int | None) -> Precision | None:
    """The precision asked for, with the limits named beside it."""
    if text is None:
        for name, value in (("--most-draws", most_draws), ("--most-births", most_births)):
            if value is not None:
                raise click.UsageError(
                    f"{name} is a limit of --precision; name one as well, as in --precision 1%"
                )
        return None
    share = parse_precision(text)
    from scenarios.precision import Precision

    return Precision(share, most_draws) if most_births is None else Precision(share, most_draws, most_births)


def within_limits(asked: Precision | None, draws: int | None, births: int) -> tuple[int | None, int]:
    """Sizes to begin with: those asked for, which must lie within the limits, or what limits leave of the defaults."""
    if asked is None:
        return draws, births
    source = click.get_current_context().get_parameter_source
    limits: tuple[tuple[str, int | None, int | None], ...] = (
        ("draws", draws, asked.most_draws),
        ("births", births, asked.most_births),
    )
    for name, begin, most in limits:
        given = source(name) is not ParameterSource.DEFAULT
        if most is not None and begin is not None and given and begin > most:
            raise click.UsageError(f"--{name} {begin} is more than --most-{name} {most}; raise the limit")
    return draws, min(births, asked.most_births)
