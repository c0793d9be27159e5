"""The packed program: everything a kernel needs, as plain arrays with the checks that keep it in bounds."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]

MOST_LEVELS = 255
"""A level is held in one byte."""


def _plain(array: npt.ArrayLike, dtype: type, dims: int, name: str) -> npt.NDArray[np.generic]:
    """One memory form for every array, so that each kernel is compiled for one signature only."""
    plain = np.require(array, dtype=dtype, requirements=["C", "W"])
    if plain.ndim != dims:
        raise ValueError(f"{name}: {dims} dims expected, got shape {plain.shape}")
    return plain


@dataclass(frozen=True, eq=False)
class Outcome:
    """Causes of death on latent clocks, for realised births.

    ``hazard[row, c, b]`` is the cumulative hazard of cause ``c`` over the whole of band ``b``; in arm ``a``
    the row is ``hazard_start[a] + sum(hazard_strides * level(hazard_vars))``. Deaths are counted in cells
    ``sum(cell_strides * level(cell_vars))`` (any variables; each arm's own levels).
    """

    decision: Ints  # [causes] the decision number of each cause's clock
    edges: Floats  # [bands + 1] days, increasing
    hazard_vars: Ints  # [parents]
    hazard_strides: Ints  # [parents]
    hazard: Floats  # [rows, causes, bands]
    hazard_start: Ints  # [arms]
    cell_vars: Ints  # [cell variables]
    cell_strides: Ints  # [cell variables]

    def __post_init__(self) -> None:
        for name, dtype, dims in (
            ("decision", np.int64, 1),
            ("edges", np.float64, 1),
            ("hazard_vars", np.int64, 1),
            ("hazard_strides", np.int64, 1),
            ("hazard", np.float64, 3),
            ("hazard_start", np.int64, 1),
            ("cell_vars", np.int64, 1),
            ("cell_strides", np.int64, 1),
        ):
            object.__setattr__(self, name, _plain(getattr(self, name), dtype, dims, name))
        if self.hazard.shape[1:] != (self.decision.size, self.edges.size - 1):
            raise ValueError(
                f"hazard {self.hazard.shape} is not rows x {self.decision.size} x {self.edges.size - 1}"
            )
        if not (np.diff(self.edges) > 0).all():
            raise ValueError("band edges must increase")
        if not (np.isfinite(self.hazard).all() and (self.hazard >= 0).all()):
            raise ValueError("hazards must be finite and not negative")


@dataclass(frozen=True, eq=False)
class Packed:
    """A program for kernels: variables in causal order, tables of every arm, strata of births.

    Variables 0 to ``n_given - 1`` are given: the levels of a birth's stratum, and last the slice,
    ``(k + key) % n_levels[n_given - 1]`` for birth ``k`` of the stratum with that key. The rest are drawn.
    The table of variable ``v`` in arm ``a`` begins at ``table_start[a, v]`` in ``thresholds``; it is rows x
    (levels - 1),
    non-decreasing in a row; the row is ``sum(strides[v] * level(parents[v]))`` and the level the number of
    thresholds that do not exceed the birth's word. Arms with the same ``column[a, v]`` share that variable's
    values (see `share_columns`).

    Raises
    ------
    ValueError
        When shapes disagree, an index could leave its array, or two decisions would share a word.
    """

    n_given: int
    n_levels: Ints  # [variables]
    parents: Ints  # [variables, most parents] padded with -1
    strides: Ints  # [variables, most parents]
    decision: Ints  # [variables] -1 for given ones, else 0 <= decision < 2**34
    thresholds: Words  # flat
    table_start: Ints  # [arms, variables]
    column: Ints  # [arms, variables]
    stratum_start: Ints  # [strata + 1] cumulative births
    stratum_levels: Ints  # [strata, n_given - 1]
    stratum_key: Words  # [strata]
    profile_vars: Ints  # [profile variables]
    profile_strides: Ints  # [profile variables]
    outcome: Outcome | None = None

    def __post_init__(self) -> None:
        for name, dtype, dims in (
            ("n_levels", np.int64, 1),
            ("parents", np.int64, 2),
            ("strides", np.int64, 2),
            ("decision", np.int64, 1),
            ("thresholds", np.uint32, 1),
            ("table_start", np.int64, 2),
            ("column", np.int64, 2),
            ("stratum_start", np.int64, 1),
            ("stratum_levels", np.int64, 2),
            ("stratum_key", np.uint32, 1),
            ("profile_vars", np.int64, 1),
            ("profile_strides", np.int64, 1),
        ):
            object.__setattr__(self, name, _plain(getattr(self, name), dtype, dims, name))
        self._check()

    @property
    def n_arms(self) -> int:
        """Arms, the worlds that share these births."""
        return self.column.shape[0]

    @property
    def n_variables(self) -> int:
        """Variables, given and drawn."""
        return self.n_levels.size

    @property
    def n_births(self) -> int:
        """Simulated births in all strata."""
        return int(self.stratum_start[-1])

    @cached_property
    def n_columns(self) -> int:
        """Columns that are worked out for a block of births, over all arms."""
        return int(self.column.max()) + 1

    @cached_property
    def n_profiles(self) -> int:
        """Size of the dense profile index."""
        return self._size(self.profile_vars, self.profile_strides)

    @cached_property
    def n_cells(self) -> int:
        """Size of the dense index of cells in which deaths are counted."""
        outcome = self.deaths
        return self._size(outcome.cell_vars, outcome.cell_strides)

    @property
    def deaths(self) -> Outcome:
        """The outcome, where there must be one.

        Raises
        ------
        ValueError
            When the program was packed without.
        """
        if self.outcome is None:
            raise ValueError("this program was packed without an outcome")
        return self.outcome

    def _size(self, variables: Ints, strides: Ints) -> int:
        return int((strides * (self.n_levels[variables] - 1)).sum()) + 1

    def _check(self) -> None:
        v, arms, given = self.n_variables, self.n_arms, self.n_given
        shapes: dict[str, tuple[npt.NDArray[np.generic], tuple[int, ...]]] = {
            "strides": (self.strides, self.parents.shape),
            "parents": (self.parents, (v, self.parents.shape[1])),
            "decision": (self.decision, (v,)),
            "table_start": (self.table_start, (arms, v)),
            "column": (self.column, (arms, v)),
            "stratum_key": (self.stratum_key, (self.stratum_start.size - 1,)),
            "stratum_levels": (self.stratum_levels, (self.stratum_start.size - 1, given - 1)),
            "profile_strides": (self.profile_strides, self.profile_vars.shape),
        }
        for name, (array, shape) in shapes.items():
            _ensure(array.shape == shape, f"{name}: shape {shape} expected, got {array.shape}")
        _ensure(
            1 <= given <= v and arms >= 1, "a program has at least one arm and the slice as a given variable"
        )
        _ensure(
            bool(((self.n_levels >= 1) & (self.n_levels <= MOST_LEVELS)).all()), "levels: 1 to 255 a variable"
        )
        self._check_births()
        self._check_tables()
        self._check_columns()
        _ensure(_inside(self.profile_vars, v) and bool((self.profile_strides >= 0).all()), "profile_vars")
        _ensure(self.n_profiles < 2**32, "profile_strides: 2**32 profiles or more")
        words = self.decision[given:]
        if self.outcome is not None:
            self._check_outcome(self.outcome)
            words = np.concatenate([words, self.outcome.decision])
        _ensure(bool(((words >= 0) & (words < 2**34)).all()), "decision numbers are 0 to 2**34 - 1")
        _ensure(np.unique(words).size == words.size, "decisions with one number would share their luck")

    def _check_births(self) -> None:
        births = np.diff(self.stratum_start)
        _ensure(
            self.stratum_start[0] == 0 and bool(((births >= 0) & (births < 2**32)).all()),
            "stratum_start: must begin at 0 and add 0 to 2**32 - 1 births a stratum",
        )
        most = self.n_levels[: self.n_given - 1]
        _ensure(
            bool(((self.stratum_levels >= 0) & (self.stratum_levels < most)).all()),
            "stratum_levels: a level is outside its variable",
        )
        _ensure(
            np.unique(self.stratum_key).size == self.stratum_key.size,
            "stratum_key: strata with one key would share their luck",
        )

    def _check_tables(self) -> None:
        before = np.arange(self.n_variables)[:, None]
        _ensure(
            bool(((self.parents >= -1) & (self.parents < before)).all()),
            "parents must come before their child",
        )
        _ensure(bool((self.strides >= 0).all()), "strides must not be negative")
        used = self.parents >= 0
        last_row = np.where(used, self.strides * (self.n_levels[self.parents] - 1), 0).sum(axis=1)
        start = self.table_start[:, self.n_given :]
        end = (self.table_start + (last_row + 1) * (self.n_levels - 1))[:, self.n_given :]
        _ensure(
            bool((start >= 0).all() and (end <= self.thresholds.size).all()),
            "table_start: a table leaves `thresholds`",
        )
        _ensure(self.thresholds.size < 2**32, "thresholds: 2**32 or more")

    def _check_outcome(self, outcome: Outcome) -> None:
        v = self.n_variables
        _ensure(_inside(outcome.hazard_vars, v) and _inside(outcome.cell_vars, v), "outcome variables")
        _ensure(
            outcome.hazard_start.shape == (self.n_arms,) and bool((outcome.hazard_start >= 0).all()),
            "hazard_start",
        )
        _ensure(self.n_cells < 2**32, "cell_strides: 2**32 cells or more")
        rows = outcome.hazard_start.max() + self._size(outcome.hazard_vars, outcome.hazard_strides)
        _ensure(bool(rows <= outcome.hazard.shape[0]), "hazard_start: a table leaves `hazard`")

    def _check_columns(self) -> None:
        given = self.column[:, : self.n_given]
        _ensure(bool((given == given[0]).all()), "given columns differ between arms")
        columns, first = np.unique(self.column.ravel(), return_index=True)
        _ensure(bool((columns == np.arange(columns.size)).all()), "column numbers have gaps")
        owner, variable = np.divmod(first, self.n_variables)
        here = np.arange(self.n_variables)
        _ensure(bool((variable[self.column] == here).all()), "column: one number stands for two variables")
        owners = owner[self.column]
        drawn = slice(self.n_given, None)
        _ensure(
            bool((self.table_start[owners, here] == self.table_start)[:, drawn].all()),
            "column: arms share a column but not its table",
        )
        theirs = self.column[owners[:, :, None], self.parents]
        mine = self.column[:, self.parents]
        _ensure(
            bool(((self.parents < 0) | (theirs == mine)).all()),
            "column: arms share a column but not its parents' columns",
        )


def _inside(variables: Ints, n: int) -> bool:
    return bool(((variables >= 0) & (variables < n)).all())


def _ensure(fine: bool, problem: str) -> None:
    if not fine:
        raise ValueError(f"packed program: {problem}")


def share_columns(table_start: Ints, parents: Ints, n_given: int) -> Ints:
    """Number the columns: arms share one where the table and every parent's column are the same.

    Parameters
    ----------
    table_start : int64[arms, variables]
        Equal tables must begin at the same place: arms that share a table point at it.
    parents : int64[variables, most parents], padded with -1
    n_given : int
        Leading variables that are the same in every arm.

    Returns
    -------
    int64[arms, variables]
        Arm 0 owns columns 0 to V - 1.
    """
    arms, variables = table_start.shape
    column = np.zeros((arms, variables), np.int64)
    known: dict[tuple[int, ...], int] = {}
    for arm in range(arms):
        for v in range(variables):
            if v < n_given:
                column[arm, v] = known.setdefault((v,), len(known))
                continue
            ancestors = [int(column[arm, p]) for p in parents[v] if p >= 0]
            column[arm, v] = known.setdefault((v, int(table_start[arm, v]), *ancestors), len(known))
    return column
