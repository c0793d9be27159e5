"""Competing risks with constant hazards by bands, against their closed form: who dies, of what, on which day."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from simcore.draws import central
from tests.chance import pearson
from tests.models import Babies, babies, natural_arm
from tests.models.written_folder import Folder

LEVEL = 1e-3
BANDS = {"day_0": [0, 1], "days_1_6": [1, 7], "days_7_27": [7, 28], "days_28_364": [28, 365]}
CAUSES = ("lungs", "heart", "fever")
HAZARDS = {
    # hazards over each band, by cause: of the first, 98% die, most of them within a week
    "under_24": [[1.6, 0.3, 0.1, 0.2], [0.0, 0.5, 0.2, 0.1], [0.4, 0.2, 0.0, 0.3]],
    "at_24_27": [[0.15, 0.1, 0.0, 0.05], [0.05, 0.2, 0.1, 0.0], [0.0, 0.02, 0.2, 0.3]],
    "from_28": [[0.01, 0.0, 0.004, 0.02], [0.0, 0.02, 0.01, 0.0], [0.004, 0.01, 0.0, 0.03]],
}
Hazards = list[list[float]]
SHARES = {"under_24": 0.4, "at_24_27": 0.3, "from_28": 0.3}
BIRTHS = 1_000_000


def nursery() -> Folder:
    """A model file of one variable and three causes."""
    gestation = {
        "kind": "intermediate",
        "meaning": "weeks",
        "decision": "beside_clocks",
        "levels": list(SHARES),
        "shares": {"table": "gestation.csv"},
    }
    causes = {cause: {"meaning": cause, "clock": i} for i, cause in enumerate(CAUSES)}
    rows = [
        (weeks, cause, band, hazard)
        for weeks, by_cause in HAZARDS.items()
        for cause, by_band in zip(CAUSES, by_cause, strict=True)
        for band, hazard in zip(BANDS, by_band, strict=True)
    ]
    document = {
        "model": "nursery",
        "title": "Invented",
        "edition": "1",
        "population": "none",
        "strata": {"dims": {"ward": {"levels": ["one"]}}, "births": "births.csv"},
        "variables": {"gestation": gestation},
        "deaths": {
            "causes": causes,
            "age_bands": BANDS,
            "baseline": {"by": ["gestation"], "table": "hazards.csv"},
        },
    }
    return Folder(
        document,
        {
            "births.csv": (("ward", "births"), ("one", BIRTHS)),
            "gestation.csv": (("level", "share"), *SHARES.items()),
            "hazards.csv": (("gestation", "cause", "age_band", "hazard"), *rows),
        },
    )


def chances(hazards: Hazards) -> np.ndarray:
    """Chance of death by cause on each day, the survivors last: ``float64[3 x 365 + 1]``, by the closed form.

    A day's share of its band's hazard is one over the days in the band; of those who die on a day, causes have
    shares as their hazards.
    """
    hazards = np.asarray(hazards)
    daily = np.concatenate(
        [
            np.repeat(hazards[:, [b]] / (end - begin), end - begin, axis=1)
            for b, (begin, end) in enumerate(BANDS.values())
        ],
        axis=1,
    )
    of_all = daily.sum(axis=0)
    alive = np.exp(-np.concatenate([[0.0], np.cumsum(of_all)]))
    dies = np.array([before - after for before, after in pairwise(alive)])
    by_cause = np.divide(daily, of_all, out=np.zeros_like(daily), where=of_all > 0) * dies
    return np.append(by_cause.ravel(), alive[-1])


@cache
def drawn() -> Babies:
    model = nursery().model
    return babies(model, model.structure(), central(model), natural_arm, (), BIRTHS, seed=4)


def seen(weeks: str) -> tuple[np.ndarray, np.ndarray]:
    """Cause and day of everyone of these weeks."""
    inside = drawn().levels["gestation"][0] == list(SHARES).index(weeks)
    return drawn().fate.cause[0][inside].astype(int), drawn().fate.day[0][inside].astype(int)


def p_of(hazards: Hazards, cause: np.ndarray, day: np.ndarray) -> float:
    """P-value of these causes and days if these are the hazards, by Pearson's statistic."""
    dead = cause >= 0
    counts = np.bincount(cause[dead] * 365 + day[dead], minlength=3 * 365)
    chi, df = pearson(np.append(counts, (~dead).sum()), chances(hazards))
    assert df > 300
    return float(stats.chi2.sf(chi, df))


@pytest.mark.parametrize("weeks", SHARES)
def test_cause_and_day_of_death_follow_the_closed_form(weeks: str) -> None:
    assert p_of(HAZARDS[weeks], *seen(weeks)) > LEVEL


def test_the_closed_form_is_that_of_a_world_in_which_nearly_all_die() -> None:
    assert chances(HAZARDS["under_24"]).sum() == pytest.approx(1.0)
    assert 1 - chances(HAZARDS["under_24"])[-1] == pytest.approx(1 - np.exp(-3.9))
    assert chances(HAZARDS["under_24"])[0] == pytest.approx(1.6 / 2.0 * (1 - np.exp(-2.0)))


def of_band(day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First day of each day's band, and the days in it."""
    edges = np.array([begin for begin, _ in BANDS.values()] + [365])
    band = np.searchsorted(edges, day, side="right") - 1
    return edges[band], np.diff(edges)[band]


def uniform_in_band(cause: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    begin, length = of_band(day)
    return cause, begin + (np.random.default_rng(1).random(day.size) * length).astype(int)


def a_day_late(cause: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    begin, length = of_band(day)
    return cause, np.minimum(day + 1, begin + length - 1)


def some_a_day_late(cause: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times rounded, where they should be cut off: half of the deaths are a day later."""
    late = np.random.default_rng(2).random(day.size) < 0.5
    return cause, np.where(late, a_day_late(cause, day)[1], day)


def first_cause_first(cause: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One death in 15 of the second cause goes to the first."""
    moved = (cause == 1) & (np.random.default_rng(3).random(cause.size) < 1 / 15)
    return np.where(moved, 0, cause), day


@pytest.mark.parametrize("error", [uniform_in_band, a_day_late, some_a_day_late, first_cause_first])
def test_a_planted_error_in_cause_or_day_is_caught_where_nearly_all_die(error) -> None:
    assert p_of(HAZARDS["under_24"], *error(*seen("under_24"))) < 1e-9


@pytest.mark.parametrize("error", [a_day_late, some_a_day_late])
def test_days_off_by_one_are_caught_where_a_quarter_dies(error) -> None:
    assert p_of(HAZARDS["at_24_27"], *error(*seen("at_24_27"))) < 1e-9


def test_a_hazard_wrong_by_four_per_cent_is_caught_with_probability_99_in_100() -> None:
    """Of immaturity on day 0, before 24 weeks: power from the non-centrality of Pearson's statistic."""
    truth = HAZARDS["under_24"]
    wrong = [[truth[0][0] * 0.96, *truth[0][1:]], *truth[1:]]
    cause, day = seen("under_24")
    assert p_of(wrong, cause, day) < LEVEL
    p, q = chances(wrong), chances(truth)
    away = cause.size * float(((q - p)[p > 0] ** 2 / p[p > 0]).sum())
    df = int((cause.size * p >= 5).sum())
    assert stats.ncx2.sf(stats.chi2.isf(LEVEL, df), df, away) > 0.99


def test_the_time_within_a_band_is_exponential_over_a_hundred_years_of_days() -> None:
    """A band of 36,500 days shows the time itself: two causes, Kolmogorov's distance of 466,000 deaths."""
    hazards = np.array([2.0, 0.7])
    folder = nursery()
    rows = [(w, c, "all", h) for w in SHARES for c, h in zip(("lungs", "heart"), hazards, strict=True)]
    deaths = {
        **folder.document["deaths"],
        "age_bands": {"all": [0, 36_500]},
        "causes": {c: {"meaning": c, "clock": i} for i, c in enumerate(("lungs", "heart"))},
    }
    table = (("gestation", "cause", "age_band", "hazard"), *rows)
    model = folder.with_({"hazards.csv": table}, deaths=deaths).model
    fate = babies(model, model.structure(), central(model), natural_arm, (), 500_000, seed=4).fate
    dead = fate.cause[0] >= 0
    # given death within the band, 1 - exp(-H t) over 1 - exp(-H) is uniform
    t, total = (fate.day[0][dead] + 0.5) / 36_500, hazards.sum()
    u = np.expm1(-total * t) / np.expm1(-total)
    assert stats.kstest(u, "uniform").pvalue > LEVEL
    # the cause is independent of the time
    first = fate.cause[0][dead] == 0
    assert stats.ks_2samp(u[first], u[~first]).pvalue > LEVEL
    chi, df = pearson(np.bincount(fate.cause[0][dead]), hazards / total)
    assert stats.chi2.sf(chi, df) > LEVEL
    # power: times uniform in the band, or a hazard of 2% more, are told apart
    assert stats.kstest(t, "uniform").pvalue < 1e-9
    assert stats.kstest(np.expm1(-1.02 * total * t) / np.expm1(-1.02 * total), "uniform").pvalue < LEVEL
