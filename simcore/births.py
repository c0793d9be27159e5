"""Individual births: a table of them, every variable in every arm, and one of them in words.

A birth is known by the seed, the draw, its stratum and its number there, as in a run: a table of births
shows the babies that a comparison of the same seed and draw counts.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simcore.arms import Arm
from simcore.documents import DocumentError, Problem
from simcore.draws import DrawBlock
from simcore.kernels.deaths import Realised, realise_births
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import evaluate_births
from simcore.model import Model, Structure
from simcore.pack import apportion
from simcore.program import compile_natural
from simcore.run import MakeArms, pack_worlds
from simcore.worlds import ArmConflict, Worlds, lay_arms

CENTRAL = -1
"""The number of the central draw in a table of births."""
IDENTITY = ("birth", "draw", "stratum_birth", "arm")
OUTCOME = ("died", "cause", "age_band", "day_of_death")

Levels = NDArray[np.uint8]


def births_table(
    model: Model,
    structure: Structure,
    draw: DrawBlock,
    make_arms: MakeArms,
    years: Sequence[int],
    n: int,
    seed: int,
) -> pd.DataFrame:
    """``n`` births, one row for each birth and arm.

    Births are spread over the strata in proportion to the births the model has there. Neither ``n`` nor
    the arms change a baby: more of them only adds rows, and another arm adds rows and columns.

    Parameters
    ----------
    draw
        A block of one draw.
    make_arms
        Arms of that block, with names of their own; the first one is the comparator.
    seed
        That of a run, to see the same babies.

    Returns
    -------
    pandas.DataFrame
        ``birth``
            Place in this table, from 0.
        ``draw``
            The parameter draw; -1 for the central one.
        ``stratum_birth``
            Number of the birth within its stratum, the same in every table and run.
        ``arm``
        stratum dimensions
            Whole numbers where all their labels are, labels otherwise.
        variables
            Label of the value in this arm. ``<variable>_natural``, without any policy, stands beside
            those that some arm can change.
        ``died``, ``cause``, ``age_band``, ``day_of_death``
            The last three are missing for those who live; days are completed days of life.
        ``<intervention>_reached``, ``<intervention>_accepts``
            Steps of a cascade; ``no`` throughout in an arm without it.
        ``<intervention>_moves_<variable>``
            ``yes`` where that intervention itself gave the variable another value in this arm. What only
            follows from it differs from its natural value and is moved by none.

    Raises
    ------
    ValueError
        If the block holds more than one draw, or ``n`` is below one.
    DocumentError
        If two arms mean different things by one intervention, or two columns would have one name.
    """
    if draw.size != 1 or n < 1:
        raise ValueError("a table of births shows at least one birth of one draw")
    program = compile_natural(model, structure, draw, years)
    arms = list(make_arms(program, draw))
    try:
        worlds = lay_arms(program, [*arms, Arm("natural")])
    except ArmConflict as error:
        raise DocumentError(Problem(model.name, None, None, "", str(error))) from None
    simulated = apportion(model.births_in(worlds.network.strata), n)
    packer = pack_worlds(program, worlds, simulated)
    number = int(draw.index[0])
    packed = packer.with_deaths(packer.plan(), 0)
    levels = evaluate_births(packed, seed, number)
    reader = _Reader(worlds, packed, levels, len(arms))
    first = _identity(simulated, CENTRAL if number == 2**32 - 1 else number, worlds.names[: len(arms)])
    spec = model.spec
    variables = tuple(spec.variables)
    fate = realise_births(packed, seed, number)
    happened = _fates(fate, len(arms), tuple(spec.deaths.causes), tuple(spec.deaths.age_bands))
    known = [*first, *reader.strata(), *reader.variables(variables), *happened]
    return _frame([*known, *reader.stages(variables), *reader.moves()], model)


Column = tuple[str, object]


def _identity(simulated: NDArray[np.int64], draw: int, names: tuple[str, ...]) -> Iterator[Column]:
    births = simulated.ravel()
    n = int(births.sum())
    start = np.cumsum(births) - births
    within = np.arange(n) - np.repeat(start, births)
    yield "birth", np.repeat(np.arange(n), len(names))
    yield "draw", np.full(n * len(names), draw)
    yield "stratum_birth", np.repeat(within, len(names))
    yield "arm", _labelled(np.tile(np.arange(len(names)), n), names)


class _Reader:
    """Turns levels by arm, variable and birth into columns with labels, a birth's arms together.

    The natural world stands hidden after the ``n_arms`` shown.
    """

    def __init__(
        self,
        worlds: Worlds,
        packed: Packed,
        levels: Levels,
        n_arms: int,
    ) -> None:
        self.network, self.packed, self.levels = worlds.network, packed, levels
        self.n_arms = n_arms
        self.names = [*worlds.network.strata, "slice", *(node.name for node in worlds.network.nodes)]

    def strata(self) -> Iterator[Column]:
        for name, labels in self.network.strata.items():
            codes = self._of(name)[: self.n_arms].T.ravel()
            if all(label.isdecimal() and str(int(label)) == label for label in labels):
                yield name, np.array([int(label) for label in labels])[codes]
            else:
                yield name, _labelled(codes, labels)

    def variables(self, names: tuple[str, ...]) -> Iterator[Column]:
        for name in names:
            holder = self.network.carrier(name)
            yield name, self._labels(holder, self._of(holder)[: self.n_arms])
            if self._may_differ(holder):
                natural = np.repeat(self._of(holder)[[self.n_arms]], self.n_arms, axis=0)
                yield f"{name}_natural", self._labels(holder, natural)

    def stages(self, variables: tuple[str, ...]) -> Iterator[Column]:
        for node in self.network.nodes:
            if node.name not in variables and node.stands_for is None:
                yield node.name.replace(":", "_"), self._labels(node.name, self._of(node.name)[: self.n_arms])

    def moves(self) -> Iterator[Column]:
        """Who was moved by which intervention: where its own step gave another value."""
        moved: dict[str, NDArray[np.bool_]] = {}
        for node in self.network.nodes:
            if node.stands_for is not None:
                column = _moves(node.name, node.stands_for)
                differs = self._of(node.name)[: self.n_arms] != self._of(node.parents[0])[: self.n_arms]
                moved[column] = moved.get(column, False) | differs
        for column, values in moved.items():
            yield column, _labelled(values.T.ravel(), ("no", "yes"))

    def _of(self, name: str) -> Levels:
        """``uint8[arms, births]``, hidden arms included."""
        return self.levels[:, self.names.index(name)]

    def _labels(self, name: str, levels: Levels) -> pd.Categorical[str]:
        labels = self.network.levels(name)
        return _labelled(levels.T.ravel(), labels)

    def _may_differ(self, name: str) -> bool:
        """Whether some arm could give the variable another value than it has without policy."""
        column = self.packed.column[:, self.names.index(name)]
        return bool((column[: self.n_arms] != column[self.n_arms]).any())


def _labelled(codes: NDArray[Any], labels: Sequence[str]) -> pd.Categorical[str]:
    """Labels for level numbers, missing where the number is -1; a byte a row."""
    return pd.Categorical.from_codes(codes.astype(np.int64), categories=pd.Index(labels))


def _moves(step: str, variable: str) -> str:
    return f"{step.partition(':')[0]}_moves_{variable}"


def _fates(fate: Realised, n_arms: int, causes: tuple[str, ...], bands: tuple[str, ...]) -> Iterator[Column]:
    cause, band, day = (part[:n_arms].T.ravel() for part in fate)
    yield "died", cause >= 0
    yield "cause", _labelled(cause, causes)
    yield "age_band", _labelled(band, bands)
    yield "day_of_death", pd.arrays.IntegerArray(day.astype(np.int32), day < 0)


def _frame(columns: Sequence[Column], model: Model) -> pd.DataFrame:
    names = [name for name, _ in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = (
            f"two columns of a table of births would be called `{twice[0]}`; "
            "give the intervention another id, or the variable another name"
        )
        raise DocumentError(Problem(model.name, None, None, "", message))
    return pd.DataFrame(dict(columns))


def describe_birth(table: pd.DataFrame, birth: int) -> str:
    """One birth in words: who the family is, what each arm changes and by which step, what happens.

    ``table`` is one that :func:`births_table` made, or that was read back from its file.

    >>> print(describe_birth(pd.DataFrame({
    ...     "birth": [7, 7], "draw": -1, "stratum_birth": 2, "arm": ["as_it_is", "offer_to_all"],
    ...     "imd_decile": 1, "smoking": ["to_delivery", "quit"], "smoking_natural": "to_delivery",
    ...     "gestation": ["28_31", "37_plus"], "gestation_natural": "28_31",
    ...     "died": [True, False], "cause": ["other", None], "age_band": ["days_1_6", None],
    ...     "day_of_death": [4, None], "offer_accepts": ["no", "yes"],
    ...     "offer_moves_smoking": ["no", "yes"],
    ... }), 7))
    Birth 7 (number 2 of its stratum, central draw), without any policy: imd decile: 1; smoking: to delivery;
      gestation: 28-31.
    as_it_is: nothing is changed for this birth. The baby dies on day 4, cause: other.
    offer_to_all: offer accepts: yes. offer moves smoking from to delivery to quit. It follows that gestation is
      37 plus, not 28-31. The baby lives, who dies in as_it_is.

    Raises
    ------
    ValueError
        If the table has no such birth.
    """
    found = table[table["birth"] == birth].to_dict("records")
    if not found:
        raise ValueError(f"no birth {birth} in this table, which has {table['birth'].nunique():,}")
    rows: list[Row] = [{str(name): value for name, value in row.items()} for row in found]
    lines = [_family(rows[0])]
    for row in rows:
        cascade, changes = _cascade(row), _changes(row)
        nothing = "this changes nothing" if cascade else "nothing is changed for this birth"
        parts = [*cascade, *(changes or [nothing]), _fate(row, rows[0])]
        lines.append(f"{row['arm']}: " + ". ".join(parts) + ".")
    return "\n".join(
        textwrap.fill(line, 110, subsequent_indent="  ", break_on_hyphens=False) for line in lines
    )


Row = Mapping[str, Any]


def _described(row: Row) -> Iterator[tuple[str, Any, Any]]:
    """Strata and variables of a birth: name, value in the arm, value without any policy."""
    names = list(row)
    for name in names[len(IDENTITY) : names.index(OUTCOME[0])]:
        if not (name.endswith("_natural") and name.removesuffix("_natural") in row):
            yield name, row[name], row.get(f"{name}_natural", row[name])


def _steps(row: Row) -> dict[str, str]:
    names = list(row)
    return {name: str(row[name]) for name in names[names.index(OUTCOME[-1]) + 1 :]}


def _family(row: Row) -> str:
    draw = "central draw" if row["draw"] == CENTRAL else f"draw {row['draw']}"
    facts = "; ".join(f"{_plain(name)}: {_plain(natural)}" for name, _, natural in _described(row))
    birth = f"Birth {row['birth']} (number {row['stratum_birth']} of its stratum, {draw})"
    return f"{birth}, without any policy: {facts}."


def _cascade(row: Row) -> list[str]:
    """Every step of the cascades that have begun for this birth."""
    moves = tuple(_moves("", name) for name, _, _ in _described(row))
    stages = [
        (*name.rpartition("_")[::2], value) for name, value in _steps(row).items() if not name.endswith(moves)
    ]
    begun = {intervention for intervention, _, value in stages if value != "no"}
    shown = ", ".join(f"{of} {stage}: {value}" for of, stage, value in stages if of in begun)
    return [shown] if shown else []


def _changes(row: Row) -> list[str]:
    """What differs from the natural value, and which intervention moved it, if one did."""
    steps = _steps(row)
    changes, followed = [], []
    for name, value, natural in _described(row):
        ending = _moves("", name)
        movers = [
            s.removesuffix(ending) for s, moved in steps.items() if s.endswith(ending) and moved == "yes"
        ]
        if movers and value != natural:
            by = " and ".join(movers)
            changes.append(f"{by} moves {_plain(name)} from {_plain(natural)} to {_plain(value)}")
        elif value != natural:
            followed.append(f"{_plain(name)} is {_plain(value)}, not {_plain(natural)}")
    return [*changes, *(["It follows that " + "; ".join(followed)] if followed else [])]


def _fate(row: Row, comparator: Row) -> str:
    """What happens, beside what happens in the comparator."""
    dies, other = _death(row), _death(comparator)
    if row is comparator:
        return f"The baby {dies or 'lives'}"
    if dies == other:
        return f"The baby {dies or 'lives'}, as in {comparator['arm']}"
    why = "" if _values(row) != _values(comparator) else " (only the hazards of the two arms differ)"
    if dies and other:
        return f"The baby {dies}; in {comparator['arm']} it {other}{why}"
    return f"The baby {dies or 'lives'}, who {'dies' if other else 'lives'} in {comparator['arm']}{why}"


def _death(row: Row) -> str:
    return f"dies on day {int(row['day_of_death'])}, cause: {_plain(row['cause'])}" if row["died"] else ""


def _values(row: Row) -> list[Any]:
    return [value for _, value, _ in _described(row)]


def _plain(label: object) -> str:
    """A name or label as one would say it: ``days_28_90`` is days 28-90."""
    return re.sub(r"(?<=\d)_(?=\d)", "-", str(label)).replace("_", " ")
