"""``simcore sensitivity``: headline figures when an assumption is replaced or an effect turned to neutral."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simcore.cli.sensitivity_table import Row, print_rows, read_rows, write_rows

if TYPE_CHECKING:
    from simcore.model import Model
    from simcore.run import MakeArms
    from simcore.sensitivity import Alternatives, Case, Figures
    from simcore.solve import Centre

FILE = Path("ledger") / "sensitivity.csv"


@click.command()
@click.argument("model", default="england")
@click.option("--only", metavar="WORD", help="Cases whose id or kind holds a word; nothing is written.")
@click.option(
    "--to",
    type=click.Path(),
    metavar="FILE",
    help="Where to write; the model's ledger/sensitivity.csv if not given.",
)
def command(model: str, only: str | None, to: str | None) -> None:
    """What the headline of MODEL becomes under each alternative of its ledger/alternatives.yaml.

    Every case is a copy of the model, solved again at its central values, nobody drawn; nothing of the model is
    changed. Then the same with each effect turned to neutral, one at a time. Rows whose inputs have not changed are
    kept: interrupted, the same command goes on.
    """
    from simcore.cli.progress import Progress
    from simcore.documents import read_yaml
    from simcore.load import load_model
    from simcore.sensitivity import cases_of, read_alternatives
    from simcore.warm import warm

    loaded = load_model(model)
    alternatives = read_alternatives(loaded.folder)
    cases = cases_of(loaded, read_yaml(loaded.folder / "model.yaml").data, alternatives)
    asked = _Asked(loaded, alternatives)
    path = Path(to) if to else loaded.folder / FILE
    kept = {(row["id"], row["inputs"]): row for row in read_rows(path, asked.columns)}
    warm()
    chosen = [case for case in cases if only is None or only in case.id or only == case.kind]
    if only is not None and cases[0] not in chosen:
        chosen.insert(0, cases[0])
    rows: list[Row] = []
    with Progress("cases") as progress:
        for done, case in enumerate(chosen):
            progress.tick("sensitivity", done, len(chosen))
            inputs = asked.inputs(case)
            before = kept.pop((case.id, inputs), None)
            rows.append(asked.row(case, inputs) if before is None else {**before, **_about(case)})
            if only is None:
                write_rows(path, asked.with_changes(rows) + list(kept.values()))
    rows = asked.with_changes(rows)
    if only is None:
        rows += asked.not_computed()
        write_rows(path, rows)
    print_rows(rows, asked.names)


class _Asked:
    """One question put to every case: which arms, which years."""

    def __init__(self, model: Model, alternatives: Alternatives) -> None:
        from scenarios.read import read_scenarios

        self.model, self.alternatives = model, alternatives
        first, last = alternatives.headline.years
        self.years = range(first, last + 1)
        self.scenarios = read_scenarios(alternatives.headline.scenarios)
        self.names = tuple(scenario.name for scenario in self.scenarios)

    @cached_property
    def near(self) -> Centre | None:
        """The solution of the model as it is, from which every case starts."""
        from simcore.solve import solve_central
        from simcore.solved import needs_solving

        return solve_central(self.model, self.model.structure()) if needs_solving(self.model) else None

    def arms(self, case: Case) -> MakeArms:
        from scenarios.interventions import arms_of
        from scenarios.read import read_scenario

        baseline = read_scenario(case.change.baseline or self.alternatives.headline.baseline)
        return arms_of([baseline, *self.scenarios])

    def inputs(self, case: Case) -> str:
        """Sixteen hexadecimal digits over all that the figures of a case hang on; words that explain are none of it."""
        from scenarios.meaning import meaning_of, without_words

        said = (
            self.model.hash, case.change.model_dump_json(include=set(_fields())), *(self.years[0], self.years[-1]),
            case.change.baseline or self.alternatives.headline.baseline,
            *(without_words(meaning_of(scenario)) for scenario in self.scenarios),
        )  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def row(self, case: Case, inputs: str) -> Row:
        from simcore.sensitivity import evaluate

        found = evaluate(case, self.model, self.arms(case), self.years, self.near)
        row = _about(case)
        if isinstance(found, str):
            return self._whole({**row, "not_computed": found, "inputs": inputs})
        averted = {f"averted_{n}": f"{x:.2f}" for n, x in zip(self.names, found.averted, strict=True)}
        return self._whole({**row, **_baseline(found), **averted, "inputs": inputs})

    def with_changes(self, rows: Sequence[Row]) -> list[Row]:
        """Rows with their changes against the first, in percent."""
        pairs = [("deaths", "change_deaths"), *((f"averted_{n}", f"change_{n}") for n in self.names)]
        return [row | {change: _percent(row[of], rows[0][of]) for of, change in pairs} for row in rows]

    def not_computed(self) -> list[Row]:
        said = self.alternatives.not_computed
        return [
            self._whole(
                {"kind": "assumption", "id": name, "assumption": name, "meaning": "", "not_computed": why}
            )
            for name, why in said.items()
        ]

    @property
    def columns(self) -> tuple[str, ...]:
        return (
            "kind", "id", "assumption", "meaning", "deaths_per_1000", "deaths", *(f"averted_{n}" for n in self.names),
            "change_deaths", *(f"change_{n}" for n in self.names), "not_computed", "inputs",
        )  # fmt: skip

    def _whole(self, row: Mapping[str, str]) -> Row:
        return {name: row.get(name, "") for name in self.columns}


def _fields() -> tuple[str, ...]:
    from simcore.sensitivity.file import Change

    return tuple(Change.model_fields)


def _about(case: Case) -> Row:
    return {"kind": case.kind, "id": case.id, "assumption": case.assumption, "meaning": case.meaning}


def _baseline(found: Figures) -> Row:
    return {"deaths_per_1000": f"{found.per_1000:.4f}", "deaths": f"{found.deaths:.1f}"}


def _percent(value: str, of: str) -> str:
    """Change in percent, signed: ``+1.20``.

    >>> _percent("101.2", "100"), _percent("", "100"), _percent("1", "0")
    ('+1.20', '', '')
    """
    return f"{100 * (float(value) / float(of) - 1):+.2f}" if value and of and float(of) else ""
