"""What a treatment makes of a natural chance, and who moves: tables for :mod:`simcore.worlds`."""

from __future__ import annotations

import numpy as np

from simcore.arms import Rule, Treatment
from simcore.network import Array, Labelled


def chance_under(rule: Rule, natural: Array, value: Array) -> Array:
    """The chance that a rule makes of a natural one, before it is capped.

    >>> for rule in ("ratio", "difference", "odds_ratio", "share"):
    ...     print(rule, chance_under(rule, np.array([0.2]), np.array([0.5])).round(4))
    ratio [0.1]
    difference [0.7]
    odds_ratio [0.1111]
    share [0.5]
    """
    if rule == "ratio":
        return natural * value
    if rule == "difference":
        return natural + value
    if rule == "odds_ratio":
        # of certainty no odds ratio takes anything away
        return np.where(
            natural < 1.0,
            natural * value / np.where(natural < 1.0, 1.0 - natural + natural * value, 1.0),
            1.0,
        )
    return np.broadcast_to(value, np.broadcast_shapes(natural.shape, value.shape))


def transition(table: Array, level: int, wanted: Array) -> Array:
    """Chance of each new level given the natural one, so that one level becomes as likely as is wanted.

    Parameters
    ----------
    table : float64[draws or 1, *parents, levels]
        Natural probabilities.
    level
        The level whose probability changes; levels before it are left alone.
    wanted : float64[draws or 1, *parents]
        Its probability after; capped at what it and the levels after it hold together, and at nothing.

    Returns
    -------
    float64[draws or 1, *parents, levels before, levels after]

    Examples
    --------
    Of those who would not quit (0.8), an eighth does, so that 0.2 becomes 0.3:

    >>> transition(np.array([[0.0, 0.2, 0.8]]), 1, np.array([0.3]))[0].round(15)
    array([[1.   , 0.   , 0.   ],
           [0.   , 1.   , 0.   ],
           [0.   , 0.125, 0.875]])
    """
    later = table[..., level + 1 :]
    after = later.sum(axis=-1)
    before = table[..., level]
    raised = np.clip(wanted, 0.0, before + after)
    join = np.where(after > 0, np.maximum(raised - before, 0.0) / np.where(after > 0, after, 1.0), 0.0)
    leave = np.where(before > 0, np.maximum(before - raised, 0.0) / np.where(before > 0, before, 1.0), 0.0)
    share = later / np.where(after > 0, after, 1.0)[..., None]
    leave = np.where(after > 0, leave, 0.0)
    out = np.zeros((*join.shape, table.shape[-1], table.shape[-1]))
    out[...] = np.eye(table.shape[-1])
    for other in range(level + 1, table.shape[-1]):
        out[..., other, other] = 1.0 - join
        out[..., other, level] = join
        out[..., level, other] = leave * share[..., other - level - 1]
    out[..., level, level] = 1.0 - leave
    return out


def moving_table(
    treatment: Treatment, natural: Labelled, levels: tuple[str, ...], at: int, *, not_yet_moved: bool
) -> Array:
    """The step that a treatment becomes: the new level given the old one, what it hangs on, and the step of it.

    Parameters
    ----------
    natural
        ``float64[draws or 1, *axes, levels]``: chances of the variable, over everything that it and the treatment's
        value hang on.
    levels
        Those of the variable.
    at
        Levels of the step; only births at the last one move.
    not_yet_moved
        Whether the value before any treatment stands beside the old one: who differs from it stays as they are.

    Returns
    -------
    float64[draws or 1, old level, (level before any treatment,) *axes, levels of the step, new level]
    """
    level = levels.index(treatment.level)
    chance = natural.values[..., level]
    wanted = chance_under(treatment.rule, chance, _along(natural.axes, treatment.value))
    if treatment.gone is not None:
        wanted = chance + _along(natural.axes, treatment.gone) * (wanted - chance)
    moved = transition(natural.values, level, wanted)
    # everybody not at the last level of the step stays as they are
    stays = np.broadcast_to(np.eye(len(levels)), moved.shape)
    chances = np.moveaxis(np.stack([*[stays] * (at - 1), moved], axis=-3), -2, 1)
    if not not_yet_moved:
        return chances
    n = len(levels)
    same = np.eye(n, dtype=bool).reshape(n, n, *[1] * (chances.ndim - 2))
    unmoved = np.eye(n).reshape(n, 1, *[1] * (chances.ndim - 3), n)
    return np.where(same, chances[:, :, None], unmoved)


def relapse_table(share: Labelled, axes: tuple[str, ...], levels: int) -> Array:
    """Who goes back: ``float64[draws or 1, level before, level after, *axes, no and yes]``."""
    moved = ~np.eye(levels, dtype=bool).reshape(levels, levels, *[1] * len(axes))
    goes = np.where(moved, _along(axes, share)[:, None, None], 0.0)
    return np.stack([1.0 - goes, goes], axis=-1)


def _along(axes: tuple[str, ...], number: Labelled) -> Array:
    """A number over some axes, to be broadcast over all of these: ``float64[draws or 1, *axes]``."""
    order = [1 + number.axes.index(axis) for axis in axes if axis in number.axes]
    sizes = dict(zip(number.axes, number.values.shape[1:], strict=True))
    return number.values.transpose(0, *order).reshape(-1, *(sizes.get(axis, 1) for axis in axes))


def relapse_factor(factor: Labelled, variable: str, first_band: int) -> Array | None:
    """What a hazard factor is multiplied by for those who go back.

    Parameters
    ----------
    factor
        A factor with the variable among its axes.
    first_band
        Age bands before it are left alone.

    Returns
    -------
    float64[draws or 1, no and yes, level before, *axes, causes, age bands] or None
        The factor's value at the level before over that at the level now; none if they never differ.

    Raises
    ------
    ValueError
        If there is no hazard at a level now, and some at a level before.
    """
    axis = 1 + factor.axes.index(variable)
    now = factor.values
    before, now = np.expand_dims(np.moveaxis(now, axis, 1), axis + 1), now[:, None]
    if (now == before)[..., first_band:].all():
        return None
    if ((now == 0.0) & (before != 0.0))[..., first_band:].any():
        raise ValueError(f"a level of {variable} has no hazard where another has")
    ratio = np.where(now == before, 1.0, before / np.where(now == 0.0, 1.0, now))
    ratio[..., :first_band] = 1.0
    return np.stack([np.ones_like(ratio), ratio], axis=1)
