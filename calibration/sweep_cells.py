"""A sweep file -> the fits that it declares, each checked in every word before any is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from importlib.resources import files
from itertools import product
from pathlib import Path

from calibration.check import check_against
from calibration.observed import observe
from calibration.read import configs, model_of, read_calibration
from calibration.schema import Calibration
from calibration.sweep_options import Chosen, Options
from calibration.sweep_schema import Method, Sweep
from calibration.targets import Observed
from simcore.documents import Document, parse_yaml, read_yaml
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.problems import DocumentError, Loc, Problem, hint
from simcore.shipped import find_shipped, shipped_names
from simcore.strict import check

BASE = "base"
MOST_CELLS = 1000
Settled = tuple[Calibration, Structure, Observed]
"""The config of a cell, its structure, and what it is compared with."""
LIBRARIES = ("numpy", "scipy", "numba", "arviz-stats", "h5netcdf")


@dataclass(frozen=True)
class Cell:
    """One fit of a sweep, as plain data that another process can be handed.

    Attributes
    ----------
    name
        ``base``, or its options, ``feedback=full+years=from_2014``.
    config, model
        The config's path or bare name, and the model's folder.
    changes
        Values in place of the config's, as :func:`calibration.read.read_calibration` takes them.
    variants
        The structure: every choice of it.
    draws
        How many its posterior will hold.
    inputs
        Sixteen hexadecimal digits over all that its figures hang on.
    """

    name: str
    config: str
    model: str
    changes: Mapping[str, object]
    method: Method
    variants: Mapping[str, str]
    draws: int
    inputs: str


@dataclass(frozen=True)
class Planned:
    """A checked sweep: its file, the config that it starts from, and the cells, the base first."""

    sweep: Sweep
    base: Calibration
    model: Model
    cells: tuple[Cell, ...]


def read_sweep(name_or_path: str, question: str = "") -> Planned:
    """Read a sweep file, or a shipped one by its bare name, with every cell that it declares.

    ``question`` is a digest of what every cell is asked once it is fitted.

    Raises
    ------
    DocumentError
        With every problem of the file, each where it stands; those of the config that it starts from, if it has any.
    """
    return plan(read_yaml(find_sweep(name_or_path)), question)


def parse_sweep(text: str, name: str, question: str = "") -> Planned:
    """Like :func:`read_sweep` for text at hand; ``name`` stands where the file's path would."""
    return plan(parse_yaml(text, name), question)


def find_sweep(name_or_path: str) -> str:
    """The path of a file, or of a shipped sweep."""
    return find_shipped(name_or_path, "calibration", "sweeps", "shipped sweep")


def sweeps() -> tuple[str, ...]:
    """The bare names of the shipped sweeps.

    >>> sweeps()
    ('england',)
    """
    return shipped_names("calibration", "sweeps")


def checked(document: Document) -> Sweep:
    """A sweep whose form is sound; its words have still to be looked up (:func:`plan`)."""
    sweep = check(document, Sweep)
    sweep._document = document
    return sweep


def plan(document: Document, question: str = "") -> Planned:
    """The cells of a document. Errors as in :func:`read_sweep`."""
    sweep = checked(document)
    path = _config(sweep)
    base = read_calibration(path)
    model = load_model(model_of(base))
    check_against(base, model)
    planner = _Planner(Options(sweep, base), path, model, f"{code('calibration', 'simcore')} {question}")
    problems = list(planner.words())
    if problems:
        raise DocumentError(problems)
    return Planned(sweep, base, model, planner.cells())


def code(*packages: str) -> str:
    """Sixteen hexadecimal digits over the source of packages, command line left out, and what they compute with."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in LIBRARIES]).encode())
    for package in packages:
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*.py")):
            if path.relative_to(root).parts[0] != "cli":
                digest.update(str(path.relative_to(root)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def name_of(chosen: Chosen) -> str:
    """The name of a cell.

    >>> name_of({}), name_of({"feedback": "full", "years": "from_2014"})
    ('base', 'feedback=full+years=from_2014')
    """
    return "+".join(f"{choice}={option}" for choice, option in chosen.items()) or BASE


@dataclass(frozen=True)
class _Planner:
    """Options, the config's path, its model, and what counts beside them."""

    options: Options
    path: str
    model: Model
    beside: str
    known: dict[str, Settled] = field(default_factory=dict)
    """Cells read so far: their tables are read once."""

    @property
    def sweep(self) -> Sweep:
        return self.options.sweep

    def words(self) -> Iterator[Problem]:
        """Problems of options by themselves: words that are not known, and what cannot be fitted."""
        for choice, option, _ in self.options.every():
            problems = list(self.options.unknown(choice, option))
            yield from problems or self._refused({choice: option})

    def _refused(self, chosen: Chosen) -> Sequence[Problem]:
        try:
            self._settled(chosen)
        except DocumentError as error:
            return [self.options.told(problem, chosen) for problem in error.problems]
        return []

    def cells(self) -> tuple[Cell, ...]:
        """Every cell. Raises DocumentError where nothing is changed, two are the same, or a value is changed twice."""
        every = list(self._chosen())
        if len(every) > MOST_CELLS:
            message = (
                f"makes {len(every):,} cells, and at most {MOST_CELLS:,} are fitted; write `one_at_a_time`"
            )
            raise DocumentError(self.sweep.problem(("cross",), message))
        cells: list[Cell] = []
        problems: list[Problem] = []
        seen: dict[str, str] = {}
        for chosen in every:
            found = [*self.options.twice(chosen)] or self._refused(chosen)
            if found:
                problems += found
                continue
            cell = self._cell(chosen)
            before = seen.setdefault(cell.inputs, cell.name)
            if before != cell.name:
                problems.append(self._same(chosen, before))
            cells.append(cell)
        if problems:
            raise DocumentError(problems)
        return tuple(cells)

    def _same(self, chosen: Chosen, before: str) -> Problem:
        at: Loc = ("grid", *list(chosen.items())[-1])
        message = (
            "changes nothing: the config says the same; take the option out, or change something"
            if before == BASE
            else f"makes the same fit as `{before}`; take one of the two out"
        )
        return self.sweep.problem(at, message, "key")

    def _chosen(self) -> Iterator[Chosen]:
        """The options of every cell, the base first."""
        if self.sweep.cross == "one_at_a_time":
            yield {}
            yield from ({choice: option} for choice, option, _ in self.options.every())
            return
        for picked in product(*([None, *options] for options in self.sweep.grid.values())):
            named = zip(self.sweep.grid, picked, strict=True)
            yield {choice: option for choice, option in named if option is not None}

    def _cell(self, chosen: Chosen) -> Cell:
        config, structure, observed = self._settled(chosen)
        method: Method = self.sweep.method
        for choice, option in chosen.items():
            method = self.sweep.grid[choice][option].method or method
        draws = config.quick.draws if method == "quick" else config.sampler.draws * config.sampler.chains
        # what is held out is scored, so it counts as well
        seen = replace(observed, counts=(*observed.counts, *(held.target for held in observed.held_out)))
        said = config.model_dump(mode="json", by_alias=True, exclude={"title", "why", "variants"})
        choices = dict(structure.choices)
        inputs = (said, choices, method, self.model.hash, seen.digest, self.beside)
        digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]
        changes, folder = self.options.changes(chosen), str(self.model.folder)
        return Cell(name_of(chosen), self.path, folder, changes, method, choices, draws, digest)

    def _settled(self, chosen: Chosen) -> Settled:
        """Raises DocumentError."""
        name = name_of(chosen)
        if name not in self.known:
            self.known[name] = self._read(chosen)
        return self.known[name]

    def _read(self, chosen: Chosen) -> Settled:
        config = read_calibration(self.path, self.options.changes(chosen))
        check_against(config, self.model)
        structure = self.model.structure(config.variants)
        return config, structure, observe(config, self.model, structure)


def _config(sweep: Sweep) -> str:
    """A shipped config, or a file beside the sweep."""
    beside = Path(sweep.document.path).parent / sweep.config
    if sweep.config in configs():
        return sweep.config
    if beside.is_file():
        return str(beside)
    message = f"no config `{sweep.config}` ships, and no such file is beside this one; {hint(sweep.config, configs())}"
    raise DocumentError(sweep.problem(("config",), message))
