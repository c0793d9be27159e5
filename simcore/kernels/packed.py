"""The packed program: everything a kernel needs, as plain arrays with the checks that keep it in bounds."""

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from simcore.kernels.arrays import Ints, Words, ensure, inside, plain
from simcore.kernels.outcome import BESIDE_CLOCKS, CLOCK_BLOCKS, Outcome

MOST_LEVELS = 255
"""A level is held in one byte."""
OWN, FIRST_LEVEL = -1, -2
"""What an arm's table does, where it is not that it repeats a parent: levels of its own, or always the first."""
_CERTAIN = np.uint32(2**32 - 1)


@dataclass(frozen=True, eq=False)
class Packed:
    """A program for kernels: variables in causal order, tables of every arm, strata of births.

    Variables 0 to ``n_given - 1`` are given: the levels of a birth's stratum, and last the slice,
    ``(k + key) % n_levels[n_given - 1]`` for birth ``k`` of the stratum with that key. The rest are drawn.
    The table of variable ``v`` in arm ``a`` begins at ``table_start[a, v]`` in ``thresholds``; it is rows x
    (levels - 1), non-decreasing in a row; the row is ``sum(strides[v] * level(parents[v]))`` and the level the
    number of thresholds that do not exceed the birth's word.

    ``column[a, v]`` is where the levels of ``v`` in arm ``a`` are held (`share_columns`): arms with the same
    values share one, and a table that repeats a parent's level (``repeats[a, v]``, a policy step where there is
    no policy) takes the parent's. The column after the last holds the first level of everything.

    Raises
    ------
    ValueError
        When shapes disagree, an index could leave its array, or two decisions would share a word.
    """

    n_given: int
    n_levels: Ints  # [variables]
    parents: Ints  # [variables, most parents] padded with -1
    strides: Ints  # [variables, most parents]
    decision: Ints  # [variables] -1 for given ones, else below the clocks' or BESIDE_CLOCKS
    thresholds: Words  # flat
    table_start: Ints  # [arms, variables]
    repeats: Ints  # [arms, variables] OWN, FIRST_LEVEL, or the parent whose level the table repeats
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
            ("repeats", np.int64, 2),
            ("column", np.int64, 2),
            ("stratum_start", np.int64, 1),
            ("stratum_levels", np.int64, 2),
            ("stratum_key", np.uint32, 1),
            ("profile_vars", np.int64, 1),
            ("profile_strides", np.int64, 1),
        ):
            object.__setattr__(self, name, plain(getattr(self, name), dtype, dims, name))
        self._check()

    def with_thresholds(self, thresholds: Words) -> "Packed":
        """The same program with the tables of another draw: what hangs on shapes alone is not checked again.

        Raises
        ------
        ValueError
            When there are more or fewer thresholds, or a table no longer repeats what it should.
        """
        other = copy(self)
        object.__setattr__(other, "thresholds", plain(thresholds, np.uint32, 1, "thresholds"))
        ensure(other.thresholds.shape == self.thresholds.shape, "thresholds: another number of them")
        other._check_repeated()
        return other

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
        """Columns of levels over all arms, that of the first level of everything not among them."""
        return int(self.column[self.repeats != FIRST_LEVEL].max()) + 1

    @cached_property
    def rows(self) -> Ints:
        """Rows of each variable's table, ``int64[variables]``."""
        used = self.parents >= 0
        return 1 + np.where(used, self.strides * (self.n_levels[self.parents] - 1), 0).sum(axis=1)

    def table(self, arm: int, v: int) -> Words:
        """Thresholds of one variable in one arm, ``uint32[rows, levels - 1]``."""
        begin, n = self.table_start[arm, v], self.n_levels[v] - 1
        return self.thresholds[begin : begin + self.rows[v] * n].reshape(-1, n)

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
            "repeats": (self.repeats, (arms, v)),
            "column": (self.column, (arms, v)),
            "stratum_key": (self.stratum_key, (self.stratum_start.size - 1,)),
            "stratum_levels": (self.stratum_levels, (self.stratum_start.size - 1, given - 1)),
            "profile_strides": (self.profile_strides, self.profile_vars.shape),
        }
        for name, (array, shape) in shapes.items():
            ensure(array.shape == shape, f"{name}: shape {shape} expected, got {array.shape}")
        ensure(
            1 <= given <= v and arms >= 1, "a program has at least one arm and the slice as a given variable"
        )
        ensure(
            bool(((self.n_levels >= 1) & (self.n_levels <= MOST_LEVELS)).all()), "levels: 1 to 255 a variable"
        )
        self._check_births()
        self._check_tables()
        self._check_columns()
        ensure(inside(self.profile_vars, v) and bool((self.profile_strides >= 0).all()), "profile_vars")
        ensure(self.n_profiles < 2**32, "profile_strides: 2**32 profiles or more")
        drawn = self.decision[given:]
        ensure(
            bool((((drawn >= 0) & (drawn < 4 * CLOCK_BLOCKS)) | (drawn == BESIDE_CLOCKS)).all()),
            "decision numbers are 0 to 4 * CLOCK_BLOCKS - 1, or BESIDE_CLOCKS",
        )
        ensure(np.unique(drawn).size == drawn.size, "decisions with one number would share their luck")
        if self.outcome is not None:
            self.outcome.check_within(self.n_levels, arms)
            ensure(self.n_cells < 2**32, "cell_strides: 2**32 cells or more")

    def _check_births(self) -> None:
        births = np.diff(self.stratum_start)
        ensure(
            self.stratum_start[0] == 0 and bool(((births >= 0) & (births < 2**32)).all()),
            "stratum_start: must begin at 0 and add 0 to 2**32 - 1 births a stratum",
        )
        most = self.n_levels[: self.n_given - 1]
        ensure(
            bool(((self.stratum_levels >= 0) & (self.stratum_levels < most)).all()),
            "stratum_levels: a level is outside its variable",
        )
        ensure(
            np.unique(self.stratum_key).size == self.stratum_key.size,
            "stratum_key: strata with one key would share their luck",
        )

    def _check_tables(self) -> None:
        before = np.arange(self.n_variables)[:, None]
        ensure(
            bool(((self.parents >= -1) & (self.parents < before)).all()),
            "parents must come before their child",
        )
        ensure(bool((self.strides >= 0).all()), "strides must not be negative")
        start = self.table_start[:, self.n_given :]
        end = (self.table_start + self.rows * (self.n_levels - 1))[:, self.n_given :]
        ensure(
            bool((start >= 0).all() and (end <= self.thresholds.size).all()),
            "table_start: a table leaves `thresholds`",
        )
        ensure(self.thresholds.size < 2**32, "thresholds: 2**32 or more")

    def _check_columns(self) -> None:
        given = slice(None, self.n_given)
        ensure(
            bool((self.column[:, given] == self.column[0, given]).all()), "given columns differ between arms"
        )
        ensure(bool((self.repeats[:, given] == OWN).all()), "repeats: given variables have no table")
        shared = share_columns(self.table_start, self.parents, self.n_given, self.repeats)
        ensure(bool((self.column == shared).all()), "column: not as share_columns numbers them")
        self._check_repeated()

    def _check_repeated(self) -> None:
        checked: set[tuple[int, int, int]] = set()
        for arm, v in np.argwhere(self.repeats != OWN):
            repeated = int(self.repeats[arm, v])
            once = (int(v), int(self.table_start[arm, v]), repeated)
            if once not in checked:
                checked.add(once)
                self._check_repeats(arm, v, repeated)

    def _check_repeats(self, arm: int, v: int, repeated: int) -> None:
        table = self.table(arm, v)
        if repeated == FIRST_LEVEL:
            ensure(bool((table == _CERTAIN).all()), "repeats: a table has other levels than the first")
            return
        place = np.flatnonzero(self.parents[v] == repeated)
        ensure(place.size == 1 and self.n_levels[v] == self.n_levels[repeated], "repeats: no such parent")
        level = np.arange(len(table)) // self.strides[v, place[0]] % self.n_levels[v]
        expected = np.where(np.arange(table.shape[1]) < level[:, None], 0, _CERTAIN)
        ensure(bool((table == expected).all()), "repeats: a table does not repeat the parent's level")


def share_columns(table_start: Ints, parents: Ints, n_given: int, repeats: Ints | None = None) -> Ints:
    """Number the columns: arms share one where the table and every parent's column are the same.

    Parameters
    ----------
    table_start : int64[arms, variables]
        Equal tables must begin at the same place: arms that share a table point at it.
    parents : int64[variables, most parents], padded with -1
    n_given : int
        Leading variables that are the same in every arm.
    repeats : int64[arms, variables], optional
        As `Packed` has it; every table has levels of its own if not given.

    Returns
    -------
    int64[arms, variables]
        Numbered as they are met, arm by arm.
    """
    arms, variables = table_start.shape
    column = np.full((arms, variables), FIRST_LEVEL, np.int64)
    known: dict[tuple[int, ...], int] = {}
    for arm in range(arms):
        for v in range(variables):
            repeated = OWN if repeats is None else int(repeats[arm, v])
            if v < n_given:
                column[arm, v] = known.setdefault((v,), len(known))
            elif repeated >= 0:
                column[arm, v] = column[arm, repeated]
            elif repeated == OWN:
                ancestors = [int(column[arm, p]) for p in parents[v] if p >= 0]
                column[arm, v] = known.setdefault((v, int(table_start[arm, v]), *ancestors), len(known))
    column[column == FIRST_LEVEL] = len(known)
    return column
