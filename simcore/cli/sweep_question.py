"""The question that every cell of a sweep is asked, with its own posterior: deaths averted by scenario files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simcore.problems import DocumentError, Problem

if TYPE_CHECKING:
    from calibration.sweep_cells import Cell, Planned
    from calibration.sweep_schema import Sweep
    from scenarios.uncertainty import Estimate


@dataclass(frozen=True)
class Asked:
    """The headline of a sweep, as plain data that another process can be handed.

    ``scenarios`` and ``baseline`` are bare names or paths.
    """

    scenarios: tuple[str, ...]
    baseline: str
    first: int
    last: int
    draws: int
    births: int
    seed: int

    @classmethod
    def of(cls, sweep: Sweep) -> Asked | None:
        """What a sweep file asks, its scenarios found; None where it asks nothing. Raises DocumentError."""
        asked = sweep.headline
        if asked is None:
            return None
        problems: list[Problem] = []
        found = []
        named = [(("headline", "scenarios", i), name) for i, name in enumerate(asked.scenarios)]
        for loc, name in [*named, (("headline", "baseline"), asked.baseline)]:
            try:
                found.append(_find(name, Path(sweep.document.path).parent))
            except DocumentError as error:
                problems += [sweep.problem(loc, problem.message) for problem in error.problems]
        if problems:
            raise DocumentError(problems)
        *scenarios, baseline = found
        years = asked.years
        return cls(tuple(scenarios), baseline, years.first, years.last, asked.draws, asked.births, asked.seed)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits over the question: the content of scenario files, and how it is run."""
        from calibration.sweep_cells import code
        from scenarios.read import read_scenario

        contents = [read_scenario(name).document.digest for name in (*self.scenarios, self.baseline)]
        said = contents, self.first, self.last, self.draws, self.births, self.seed, code("scenarios")
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def check(self, planned: Planned) -> None:
        """Look up every word of the scenarios in the model. Raises DocumentError."""
        from scenarios.question import ask

        sweep = planned.sweep
        for cell in planned.cells:
            if cell.draws < self.draws:
                message = (
                    f"asks for {self.draws:,} draws, and the posterior of `{cell.name}` holds {cell.draws:,}"
                )
                raise DocumentError(sweep.problem(("headline", "draws"), f"{message}; ask for fewer"))
        try:
            ask(list(self.scenarios), model=planned.cells[0].model, baseline=self.baseline, years=self.years)
        except DocumentError as error:
            raise DocumentError(
                sweep.problem(("headline", "years"), p.message) if p.file == "--years" else p
                for p in error.problems
            ) from None

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1)

    def __call__(self, cell: Cell, posterior: Path) -> Mapping[str, Any]:
        """Deaths under the comparator, and averted by each scenario, as ``simcore compare --posterior`` has them."""
        from scenarios.question import ask, try_arms
        from scenarios.running import Forgotten, HeadlineRun
        from scenarios.uncertainty import averted, deaths_under, estimate
        from simcore.run import Settings

        question = ask(
            list(self.scenarios), model=cell.model, baseline=self.baseline, years=self.years,
            variants=dict(cell.variants), posterior=posterior,
        )  # fmt: skip
        try_arms(question)
        settings = Settings(seed=self.seed, births=self.births, threads=1)
        margins = HeadlineRun(question, settings, Forgotten(), lambda what, done, of: None).to(self.draws)
        arms = {name: estimate(*averted(margins, arm)) for arm, name in enumerate(margins.arms) if arm}
        return {
            "deaths": _plain(estimate(*deaths_under(margins, 0))),
            "averted": {name: _plain(found) for name, found in arms.items()},
        }


def _plain(found: Estimate) -> dict[str, float]:
    low, high = found.interval95
    return {"mean": found.mean, "low": low, "high": high, "mc_error": found.mc_error}


def _find(name: str, folder: Path) -> str:
    """A shipped scenario by its name, or a file by its path from a folder."""
    from simcore.shipped import find_shipped, shipped_names

    if name in shipped_names("scenarios", "library"):
        return name
    beside = folder / name
    if beside.is_file():
        return str(beside)
    find_shipped(name, "scenarios", "library", "shipped scenario")
    raise DocumentError(
        Problem(name, None, None, "", f"no such file: {beside}; write its path from this file's folder")
    )
