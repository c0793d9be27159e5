"""How child poverty goes with ethnic group, parity, registration and class."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..births.counts import REFERENCE_YEARS, weights
from ..evidence import Cells, Table, percent
from ..labels import CLASSES, GROUPS, PARITIES, REGISTRATIONS, TOGETHER
from ..numbers import Array, Margin, blocks, fit, logit, relevel
from .household_class import CLASS_GRADIENT, CLASS_STEPS, class_joint
from .mothers import parity_joint
from .poverty import poverty_of
from .registration import registration_joint

PUBLISHED_GROUPS = {
    "White": ("W001", "W006", ("white_british", "white_other")),
    "Indian": ("W002", "W006", ("indian",)),
    "Black or Black British": ("W004", "W006", ("black_african", "black_caribbean", "other_black")),
    "Chinese, Mixed or Other": ("W005", "W006", ("mixed", "other")),
    "Pakistani": ("W008", "W009", ("pakistani",)),
    "Bangladeshi": ("W007", "W009", ("bangladeshi",)),
}
"""Published group: its figure, the figure of all in the same table, the groups here; two groups have none."""

IN_GROUP = [next((i for i, (_, _, g) in enumerate(PUBLISHED_GROUPS.values()) if x in g), -1) for x in GROUPS]
LEVELS = {"ethnic_group": GROUPS, "parity": PARITIES, "registration": REGISTRATIONS, "nssec": CLASSES}
"""Parents of child poverty and their levels, in the order of axes, after the deciles."""

LARGE = [0, 0, 1, 1]
"""Parity as poverty by family size is published: the baby is a first or second child, or a later one."""


def by_decile() -> Array:
    """float64[deciles]: share of births in poverty before housing costs, 2018 to 2020."""
    w = np.stack([weights(year) for year in REFERENCE_YEARS])
    shares = np.stack([poverty_of(year)[0] for year in REFERENCE_YEARS])
    return np.asarray((w * shares).sum(axis=0) / w.sum(axis=0), np.float64)


@cache
def parents() -> Array:
    """float64[deciles, groups, parity, registration types, classes]: births of England 2018 to 2020.

    Given decile and age, parity goes with neither ethnic group nor registration; class goes with decile and
    registration alone.
    """
    by_parity = parity_joint() / parity_joint().sum(axis=2, keepdims=True)
    by_class = class_joint() / class_joint().sum(axis=2, keepdims=True)
    out: Array = np.einsum("dear,dap,drc->deprc", registration_joint(), by_parity, by_class)
    return out


def births_of(axis: int, groups: list[int]) -> Array:
    """float64[published groups]: births of England 2018 to 2020, along one axis of `parents`."""
    along = parents().sum(axis=tuple(a for a in range(5) if a != axis))
    return np.array([along[[g == k for g in groups]].sum() for k in range(max(groups) + 1)])


def class_odds() -> Array:
    """float64[classes]: odds ratios of poverty, assumed: half way from none to that of the extreme deciles."""
    ends = logit(by_decile()[[0, -1]])
    steps = np.array([CLASS_STEPS[c] for c in CLASSES])
    return np.exp(CLASS_GRADIENT * float(ends[0] - ends[1]) * steps)


def group_targets() -> Array:
    """float64[published groups]: share in poverty that keeps the published odds against all, at the level here."""
    w = births_of(1, IN_GROUP)
    figures = [
        (percent("low_income_by_group", row), percent("low_income_by_group", all_rows))
        for row, all_rows, _ in PUBLISHED_GROUPS.values()
    ]
    return relevel(np.array([float(logit(p) - logit(q)) for p, q in figures]), w, level())


def published_sizes() -> list[float]:
    """Shares in poverty of families of one or two children (the mean of both), and of three or more."""
    small = (percent("low_income_by_group", "W015") + percent("low_income_by_group", "W016")) / 2.0
    return [small, percent("prevalence", "P273")]


def published_families() -> list[float]:
    """Shares in poverty of children of couples, and of lone parents."""
    return [percent("prevalence", "P272"), percent("prevalence", "P271")]


def size_targets() -> Array:
    """float64[2]: share in poverty of first and second children, and of later ones."""
    return relevel(logit(published_sizes()), births_of(2, LARGE), level())


def family_targets() -> Array:
    """float64[2]: share in poverty at one address, and at two or registered alone: couples and lone parents."""
    return relevel(logit(published_families()), births_of(3, TOGETHER), level())


def level() -> float:
    """Share of all births in poverty, 2018 to 2020."""
    return float(np.average(by_decile(), weights=parents().sum(axis=(1, 2, 3, 4))))


@cache
def joint() -> Array:
    """float64[deciles, groups, parity, registration types, classes, 2]: births of England, not poor and poor.

    Fitted to poverty by decile, ethnic group, family size and family type as published, from a seed in which classes
    have their assumed odds: so within a decile the odds ratios multiply, and each is the same in all deciles.
    """
    before = parents()
    n = float(before.sum())
    births = before.sum(axis=(1, 2, 3, 4))
    decile = np.column_stack([births * (1.0 - by_decile()), births * by_decile()])
    seed = np.stack([before, before * class_odds()], axis=5)
    margins: list[Margin] = [
        ((0, 1, 2, 3, 4), before / n),
        ((0, 5), decile / n),
    ]
    for axis, groups, shares in (
        (1, IN_GROUP, group_targets()),
        (2, LARGE, size_targets()),
        (3, TOGETHER, family_targets()),
    ):
        where, _ = blocks(seed.shape, {axis: groups, 5: range(2)})
        here = births_of(axis, groups)
        margins.append((where, np.column_stack([here * (1.0 - shares), here * shares]) / n))
    return fit(seed / n, margins) * n


def published_ratios() -> dict[str, Array]:
    """The odds ratios over all deciles together: as published, or twice the assumption on the log scale."""

    def against_first(shares: Array, groups: list[int]) -> Array:
        odds = np.append(np.exp(logit(shares) - logit(shares[0])), 1.0)  # -1, no figure: none
        return np.asarray(odds[groups], np.float64)

    return {
        "ethnic_group": against_first(group_targets(), IN_GROUP),
        "parity": against_first(size_targets(), LARGE),
        "registration": against_first(family_targets(), TOGETHER),
        "nssec": class_odds() ** 2,
    }


def child_poverty_odds() -> Table:
    """Odds ratios of child poverty within a decile, by ethnic group, parity, registration and class."""
    odds = joint()[0, ..., 1] / joint()[0, ..., 0]
    keys = {
        "ethnic_group": "hansard_poverty_2004;hbai_press_2021",
        "parity": "ecp2023",
        "registration": "ecp2023",
        "nssec": "mccabe_2024_data;derived_la_lsoa",
    }
    bounds = published_ratios()
    table: list[Cells] = []
    for axis, (parent, names) in enumerate(LEVELS.items()):
        along = np.moveaxis(odds, axis, 0).reshape(len(names), -1)[:, 0]
        for name, ratio, bound in zip(names, along / along[0], bounds[parent], strict=True):
            table.append(
                {"parent": parent, "level": name, "odds_ratio": round(float(ratio), 7)}
                | {"other_bound": round(float(bound), 4), "source_key": keys[parent]}
                | {"rule": "derived:child_poverty_odds"}
            )
    return table
