"""Who the families are: ethnic group, country of birth, age, parity, registration, class, and poverty among them."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.models.england.build import numbers
from simcore.models.england.build.births.counts import weights
from simcore.models.england.build.evidence import DECILES, percent
from simcore.models.england.build.families import country, ethnicity, mothers, poverty_odds, registration
from simcore.models.england.build.labels import COUNTRIES, GROUPS
from tests.england_tables import rows, shares, sums

GIVEN = {
    "ethnic_group": ["imd_decile"],
    "country_of_birth": ["ethnic_group"],
    "background": ["ethnic_group", "country_of_birth"],
    "mother_age": ["imd_decile", "ethnic_group"],
    "parity": ["imd_decile", "mother_age"],
    "registration": ["imd_decile", "ethnic_group", "mother_age"],
    "nssec": ["imd_decile", "registration"],
    "smoking": ["smoking_at_booking"],
    "bmi": ["imd_decile"],
    "breastfeeding": ["imd_decile"],
    "folic_acid": [],
    "healthy_start": [],
    "plurality": [],
    "gestation": ["imd_decile"],
}


def ethnic() -> np.ndarray:
    """float[deciles, groups]: shares of births as shipped."""
    return shares("ethnic_group", 10, 12)


def births_by_group() -> np.ndarray:
    return ethnic() * weights()[:, None]


def group(name: str) -> int:
    return GROUPS.index(name)


@pytest.mark.parametrize("name", list(GIVEN))
def test_shares_of_every_kind_of_birth_sum_to_one(name: str) -> None:
    total, table = sums(name, GIVEN[name]), rows(name)
    assert all(0.0 <= float(row["share"]) <= 1.0 for row in table)
    assert max(abs(t - 1.0) for t in total.values()) < 1e-9
    assert len({r["level"] for r in table}) * len(total) == len(table)


def test_pakistani_babies_are_five_times_as_common_in_the_most_deprived_tenth_as_in_the_least() -> None:
    pakistani = ethnic()[:, group("pakistani")]
    assert (np.diff(pakistani) < 0).all()
    assert 4.5 < pakistani[0] / pakistani[-1] < 5.5
    indian = ethnic()[:, group("indian")]
    assert indian[0] / indian[-1] < 2.0


def test_black_and_white_babies_in_the_more_deprived_half_are_as_published() -> None:
    """Published for 2019: 82.9% of Black and 53% of White births; the fit knew neither."""
    births = births_by_group()[:, [g != "not_stated" for g in GROUPS]]
    for broad, published in (("Black", 0.829), ("White", 0.53)):
        parts = [group(g) for g in ethnicity.BROAD[broad]]
        half = births[:5, parts].sum() / births[:, parts].sum()
        assert half == pytest.approx(published, abs=0.02)


def test_mothers_born_in_pakistan_mostly_have_pakistani_babies() -> None:
    given = shares("country_of_birth", 12, 8)
    births = births_by_group().sum(axis=0)[:, None] * given
    for place, name in (("pakistan", "pakistani"), ("india", "indian"), ("bangladesh", "bangladeshi")):
        column = births[:, COUNTRIES.index(place)]
        assert column[group(name)] / column.sum() > 0.8
        # no more mothers can come from a country than were counted
        assert column[group(name)] <= column.sum()
    assert given[group("white_british"), 0] > 0.95
    assert 0.5 < given[group("pakistani"), COUNTRIES.index("pakistan")] < 0.6


def test_the_seed_of_countries_decides_less_than_the_margins() -> None:
    """A main country three times as likely in the seed moves the Pakistani share by under four points."""
    here, more = (country.country_by_group(home) for home in (100.0, 300.0))
    p, c = group("pakistani"), COUNTRIES.index("pakistan")
    assert abs(more[p, c] / more[p].sum() - here[p, c] / here[p].sum()) < 0.04


def test_most_mothers_under_20_are_not_married_and_one_in_five_registers_alone() -> None:
    births = births_by_group()[..., None] * shares("mother_age", 10, 12, 6)
    by_type = births[..., None] * shares("registration", 10, 12, 6, 4)
    young = by_type.sum(axis=(0, 1))[0] / by_type.sum(axis=(0, 1))[0].sum()
    # England 2018 to 2020: 2,381 married and 10,784 sole of 49,277
    assert young[0] == pytest.approx(2381 / 49277, abs=1e-6)
    assert young[3] == pytest.approx(10784 / 49277, abs=1e-6)


def test_under_20s_are_six_times_as_common_in_the_most_deprived_tenth() -> None:
    births = births_by_group()[..., None] * shares("mother_age", 10, 12, 6)
    young = births.sum(axis=1)[:, 0] / births.sum(axis=(1, 2))
    assert (np.diff(young) < 0).all()
    assert 6.0 < young[0] / young[-1] < 7.0


def test_sole_registration_follows_ethnic_group_as_counted_in_2005() -> None:
    """Published for 2005, unused by the fit: fewest South Asian, then White British, then Black."""
    births = births_by_group()[..., None] * shares("mother_age", 10, 12, 6)
    by_type = (births[..., None] * shares("registration", 10, 12, 6, 4)).sum(axis=(0, 2))
    sole = dict(zip(GROUPS, by_type[:, 3] / by_type.sum(axis=1), strict=True))
    read = [percent("low_income_by_group", row) for row in ("W014", "W011", "W012", "W013")]
    assert read == sorted(read)
    assert sole["pakistani"] < sole["white_british"] < sole["black_african"]
    assert 1.3 < sole["black_african"] / sole["white_british"] < read[3] / read[1]


def test_authorities_without_births_in_2023_take_no_part_in_the_fit() -> None:
    fitted = registration.by_authority()
    assert fitted.shape == (registration.FITTED, 10, 4)
    assert fitted.sum(axis=2) == pytest.approx(np.ones((registration.FITTED, 10)))
    assert (fitted[2, :, 0] > fitted[0, :, 0]).all()  # Asian above White British, married, in every decile


def test_first_births_have_no_gradient_and_fourth_ones_a_steep_one() -> None:
    by_age = mothers.age_by_decile()[..., None] * shares("parity", 10, 6, 4)
    by_parity = by_age.sum(axis=1) / by_age.sum(axis=(1, 2))[:, None]
    assert np.ptp(by_parity[:, 0]) < 0.02
    assert 3.3 < by_parity[0, 3] / by_parity[-1, 3] < 3.8


def test_routine_and_manual_households_lie_between_no_gradient_and_that_of_poverty() -> None:
    by_type = registration.registration_by_decile()[..., None] * shares("nssec", 10, 4, 4)
    classes = by_type.sum(axis=1)
    odds = classes[:, 2] / classes[:, 0]
    poverty = poverty_odds.by_decile() / (1.0 - poverty_odds.by_decile())
    assert (np.diff(odds) < 0).all()
    assert 1.0 < odds[0] / odds[-1] < poverty[0] / poverty[-1]


def test_odds_ratios_of_poverty_are_the_same_in_every_decile() -> None:
    table = poverty_odds.joint()
    odds = table[..., 1] / table[..., 0]
    within = odds / odds[:, :1, :1, :1, :1]
    assert within == pytest.approx(np.broadcast_to(within[:1], within.shape), rel=1e-9)


def test_odds_ratios_of_poverty_lie_between_none_and_the_stated_bound() -> None:
    for row in rows("child_poverty_odds"):
        ratio, bound = float(row["odds_ratio"]), float(row["other_bound"])
        # a group or family in poorer areas has less left within an area, one with fewer lone parents more
        assert 0.9 < ratio < max(1.2, 1.2 * bound), row["level"]


def test_ages_of_mothers_use_the_groups_that_the_cohort_told_apart() -> None:
    young = shares("mother_age", 10, 12, 6)[..., 0]
    assert (young[:, group("pakistani")] < young[:, group("white_british")]).all()
    assert young[:, group("black_african")] == pytest.approx(young[:, group("mixed")], abs=1e-7)


def test_margins_in_blocks_are_fitted_as_whole_axes_are() -> None:
    rng = np.random.default_rng(3)
    seed, truth = rng.uniform(0.5, 2.0, (4, 3)), rng.uniform(0.5, 2.0, (4, 3))
    where, size = numbers.blocks((4, 3), {0: [0, 0, 1, -1], 1: range(3)})
    assert size == (2, 3)
    wanted = np.stack([truth[:2].sum(axis=0), truth[2]])
    table = numbers.fit(seed, [((0,), truth.sum(axis=1)), (where, wanted)])
    assert table.sum(axis=1) == pytest.approx(truth.sum(axis=1), abs=1e-9)
    assert table[:2].sum(axis=0) == pytest.approx(wanted[0], abs=1e-9)
    assert table[2] == pytest.approx(wanted[1], abs=1e-9)
    # a row that is in no block keeps the proportions of the seed
    assert table[3] / table[3, 0] == pytest.approx(seed[3] / seed[3, 0])


def test_deciles_are_named_from_the_most_deprived() -> None:
    assert [r["imd_decile"] for r in rows("ethnic_group")][::12] == list(DECILES)
