"""A share changed: those who leave a level (or enter it) are chosen by luck among those who are there (or are not)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.interventions.builder import Builder, decision_of, over
from scenarios.interventions.shares import Found, moving, odds_times, ratio_of, towards
from scenarios.schema import Prevalence
from simcore.arms import Step
from simcore.dims import YEAR
from simcore.network import Array
from simcore.problems import DocumentError

ROUNDING = 1e-12
"""How far beyond 0 or 1 a share may come by rounding alone."""
_REMEDY = {
    "multiply": "multiply by less",
    "add": "add less, or take less away",
    "odds_ratio": "write a smaller ratio",
    "set": "set a smaller share, or write `spread: everywhere`",
}


def lay_prevalence(builder: Builder, place: int, change: Prevalence) -> None:
    """The step that carries the exposure from here on.

    Raises
    ------
    DocumentError
        If a share would leave 0 to 1, or it cannot be told to which levels those who move would go.
    """
    levels = builder.program.network.levels(change.of)
    moved = [levels.index(level) for level in change.level or levels[1:2]]
    to = levels if change.to is None else (change.to,)
    others = [levels.index(level) for level in to if levels.index(level) not in moved]
    chances = _Laying(builder, place, change, moved, others).chances()
    if chances is None:
        return
    aimed = builder.aimed(change)
    strata = tuple(builder.program.network.strata)
    parents = (*strata, *(name for name in aimed if name not in strata))
    hit = builder.hit(parents, aimed)[..., None]
    spread = (..., *[None] * (len(parents) - len(strata)), slice(None))
    unmoved = np.eye(len(levels)).reshape(len(levels), *[1] * len(parents), len(levels))
    table = np.where(hit, chances[spread], unmoved)
    name = f"{change.id}:{change.of}"
    builder.steps.append(
        Step(name, levels, (change.of, *parents), table, decision_of(name), replaces=change.of)
    )


@dataclass(frozen=True)
class _Laying:
    """One change of a share, over one program. Arrays are ``float64[draws or 1, *strata]`` unless said otherwise."""

    builder: Builder
    place: int
    change: Prevalence
    moved: list[int]
    """The levels whose share changes."""
    others: list[int]
    """The levels that leavers go to and entrants come from."""

    def chances(self) -> Array | None:
        """The chance of each new level given the old one, ``float64[draws or 1, levels, *strata, levels]``.

        None where a change is none, whatever the share.
        """
        how, strata = self.change.how, self.builder.program.network.strata
        gone, amount = self.numbers()
        nothing = {"multiply": 1.0, "odds_ratio": 1.0, "add": 0.0}.get(how)
        if (gone == 0.0).all() or (amount == nothing).all():
            return None
        if how == "multiply" and (amount <= 1.0).all() and len(self.moved) == len(self.others) == 1:
            # how many are there matters only where some enter, or where several levels share those who move
            shape = (amount.shape[0], *(len(levels) for levels in strata.values()))
            nobody = np.zeros((*shape, len(self.builder.program.network.levels(self.change.of))))
            return moving(np.broadcast_to(amount, shape), np.zeros(1), Found(nobody, self.moved, self.others))
        aimed = self.builder.aimed(self.change)
        births = self.builder.shares(aimed, self.change.of)
        # strata that are not aimed at cannot be what is wrong, nor count towards a share among all aimed at
        hit = self.builder.hit(tuple(strata), aimed)
        found = Found(np.where(hit[..., None], births, 0.0), self.moved, self.others)
        wanted = np.where(found.total > 0, self.wanted(found, gone, amount), 0.0)
        self.refuse_outside(wanted, found)
        wanted = np.clip(wanted, 0.0, 1.0)
        falls = wanted < found.share
        by = np.minimum(amount, 1.0) if how == "multiply" else ratio_of(wanted, found.share)
        stay = np.where(falls, by, 1.0)
        enter = np.where(falls, 0.0, (wanted - found.share) / np.maximum(found.source, 1e-300))
        self.refuse_lost(stay < 1.0, found, self.others)
        self.refuse_lost(enter > 0.0, found, self.moved)
        return moving(stay, np.minimum(enter, 1.0), found)

    def numbers(self) -> tuple[Array, Array]:
        """How much of the way is gone, and by how much the share changes; of a share that is set, to which value."""
        how, number, strata = self.change.how, self.change.amount, tuple(self.builder.program.network.strata)
        if how == "set":
            gone, value = self.builder.over_years(self.change, how, number)
            return over(gone, strata), over(value, strata)
        amount = self.builder.number(self.change, how, number, 0.0 if how == "add" else 1.0)
        return np.ones(1), over(amount, strata)

    def wanted(self, found: Found, gone: Array, amount: Array) -> Array:
        """What the share becomes."""
        if self.change.how == "multiply":
            return found.share * amount
        if self.change.how == "add":
            return found.share + amount
        if self.change.how == "odds_ratio":
            return odds_times(found.share, amount)
        if self.change.spread == "everywhere":
            return towards(found.share, gone, amount)
        # one factor for all strata of a year
        strata = tuple(self.builder.program.network.strata)
        alike = tuple(1 + place for place, axis in enumerate(strata) if axis != YEAR)
        everybody = found.total.sum(axis=alike, keepdims=True)
        share = ratio_of(found.at.sum(axis=alike, keepdims=True), everybody)
        among_all = towards(share, gone, amount)
        nobody = (share == 0.0) & (everybody > 0.0) & (among_all > 0.0)
        if nobody.any():
            where = self.cell(np.broadcast_to(nobody, found.share.shape))
            message = f"nobody is at {self.named(self.moved)} in {where}, so that no factor makes it more"
            raise self.refusal(f"{message}; write `spread: everywhere`")
        return found.share * ratio_of(among_all, share)

    def refuse_outside(self, wanted: Array, found: Found) -> None:
        """Raise where a share would leave 0 to 1, or more would enter than there are to."""
        short = np.where(found.total > 0, wanted - found.share - found.source, 0.0)
        beyond = np.maximum(np.maximum(wanted - 1.0, -wanted), short)
        if beyond.max() <= ROUNDING:
            return
        at = np.unravel_index(int(beyond.argmax()), beyond.shape)
        where, there = self.cell(beyond == beyond.max()), self.named(self.moved)
        remedy = _REMEDY[self.change.how]
        if 0.0 <= wanted[at] <= 1.0:
            coming, source = (
                np.broadcast_to(a, beyond.shape)[at] for a in (wanted - found.share, found.source)
            )
            message = f"would bring {coming:.1%} of births to {there} in {where}, and {source:.1%} are at "
            raise self.refusal(f"{message}{self.named(self.others)}; {remedy}, or leave out `to`")
        some = " in some draws" if (beyond.max(axis=tuple(range(1, beyond.ndim))) <= ROUNDING).any() else ""
        message = f"would put {wanted[at]:.1%} of births at {there} in {where}{some}"
        raise self.refusal(f"{message}; a share lies between 0% and 100%, {remedy}")

    def refuse_lost(self, some: np.ndarray, found: Found, levels: list[int]) -> None:
        """Raise where some go to one of several levels at which nobody is, so that it cannot be told to which."""
        lost = some & (found.among(levels).sum(axis=-1) == 0.0) & (found.total > 0)
        if lost.any():
            message = f"nobody is at {self.named(levels)} in {self.cell(lost)}, so that it cannot be told how those "
            raise self.refusal(f"{message}who come spread over them; name one, with `level` or `to`")

    def refusal(self, message: str) -> DocumentError:
        """A problem at the number."""
        return self.builder.refusal(self.place, self.change.how, message)

    def named(self, levels: list[int]) -> str:
        """Levels in words."""
        return " or ".join(f"`{self.builder.program.network.levels(self.change.of)[i]}`" for i in levels)

    def cell(self, where: np.ndarray) -> str:
        """The first stratum of some, in words."""
        strata = self.builder.program.network.strata
        place = np.unravel_index(int(where.argmax()), where.shape)[1:]
        return ", ".join(f"{dim} {strata[dim][i]}" for dim, i in zip(strata, place, strict=True)) or "all"
