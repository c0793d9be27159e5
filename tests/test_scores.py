"""Scores of predictions: right where the answer is known, fair to rivals, and not fooled by too narrow an interval."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from calibration.forecast import named_normals
from calibration.held_out import predict_counts, score_counts
from calibration.predictive import check_contrast, check_counts, check_shares
from calibration.rivals import last_value, last_value_with_error, poisson_regression
from calibration.scores import HALF, MOST, Predicted, crps, interval, log_probability, scored
from calibration.targets import ContrastTarget, CountTarget, ShareTarget
from tests.forecasts import AREAS, forecast

SIGMA = 4.0
"""Standard errors: once in 16,000 tests."""


def target(deaths, births, years, dispersion=0.0):
    levels = tuple(map(str, range(births.shape[-1])))
    periods = ("neonatal", "postneonatal")[: deaths.shape[1]]
    return CountTarget("made", "area", levels, tuple(years), periods, births, deaths, dispersion)


# ---- scores


@pytest.mark.parametrize("y", [-2.0, 0.0, 0.7, 3.0])
def test_the_crps_of_normal_draws_is_the_closed_form(y):
    draws = np.random.default_rng(1).standard_normal((40_000, 1))
    wanted = y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / np.sqrt(np.pi)
    # the spread of |x - y| is below 1, so 0.02 is four standard errors of 40,000 draws
    assert crps(draws, np.array([y]))[0] == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize(("mean", "y"), [(3.0, 0), (3.0, 3), (80.0, 95)])
def test_the_crps_of_poisson_draws_is_the_sum_over_its_distribution(mean, y):
    k = np.arange(400)
    wanted = ((stats.poisson.cdf(k, mean) - (k >= y)) ** 2).sum()
    draws = np.random.default_rng(2).poisson(mean, (40_000, 1)).astype(float)
    assert crps(draws, np.array([y]))[0] == pytest.approx(wanted, abs=SIGMA * np.sqrt(mean / 40_000) * 2)


def test_the_crps_of_a_few_draws_is_right_on_average():
    draws = np.random.default_rng(3).standard_normal((5, 20_000))
    found, wanted = crps(draws, np.zeros(20_000)), 2 * stats.norm.pdf(0.0) - 1 / np.sqrt(np.pi)
    error = found.std() / np.sqrt(20_000)
    assert abs(found.mean() - wanted) < SIGMA * error
    # planted: the spread over all pairs, a draw with itself among them, as for a sample taken for the whole
    planted = np.abs(draws).mean(axis=0) - 0.8 * (np.abs(draws).mean(axis=0) - found)
    assert abs(planted.mean() - wanted) > 10 * error


@pytest.mark.parametrize("dispersion", [0.0, 0.02])
def test_the_log_score_is_of_the_probability_of_the_count(dispersion):
    means, y = np.array([[50.0], [70.0]]), np.array([64.0])
    if dispersion:
        each = stats.nbinom.pmf(64, 1 / dispersion, 1 / (1 + dispersion * means[:, 0]))
    else:
        each = stats.poisson.pmf(64, means[:, 0])
    found = log_probability(Predicted(means, means, dispersion), y)
    assert found[0] == pytest.approx(np.log(each.mean()))


def test_intervals_cover_what_they_claim_where_the_model_is_known_and_fewer_without_chance():
    random, cells = np.random.default_rng(4), 2000
    rate = 100 * np.exp(0.05 * random.standard_normal((1501, cells)))
    counts = random.poisson(rate).astype(float)
    truth, predicted = counts[0], Predicted(rate[1:], counts[1:])
    score = scored(predicted, truth)
    for covered, claimed in ((score.coverage50, score.claimed50), (score.coverage90, score.claimed90)):
        assert abs(covered - claimed) < SIGMA * np.sqrt(claimed * (1 - claimed) / cells)
    # counts are whole: a closed interval holds a little more than its name says
    assert 0.50 <= score.claimed50 < 0.56 and 0.90 <= score.claimed90 < 0.92
    without = scored(Predicted(rate[1:], rate[1:]), truth)
    assert without.coverage90 < 0.7 and without.crps > score.crps


def test_a_prediction_that_is_too_wide_scores_worse_though_it_covers():
    random = np.random.default_rng(5)
    truth = random.poisson(100.0, 500).astype(float)
    sharp, wide = (
        Predicted(mean, random.poisson(mean).astype(float))
        for mean in (np.full((2000, 500), 100.0), 100 * np.exp(0.3 * random.standard_normal((2000, 500))))
    )
    assert scored(wide, truth).coverage90 > scored(sharp, truth).coverage90
    assert scored(wide, truth).crps > scored(sharp, truth).crps
    assert scored(wide, truth).log_score > scored(sharp, truth).log_score


# ---- rivals


def made(rate, births, seed):
    """Counts at ``rate``, ``[years, periods, strata]``, of the first ten years and of the four after."""
    random = np.random.default_rng(seed)
    years = range(2001, 2001 + len(rate))
    deaths = random.poisson(rate * births).astype(float)
    whole = np.broadcast_to(births, (len(rate), rate.shape[-1]))
    seen = target(deaths[:10], np.array(whole[:10]), years[:10])
    return seen, target(deaths[10:], np.array(whole[10:]), years[10:])


def rival_scores(seen, held, draws=1000):
    predictions = (
        last_value(seen, held.births, draws, 1),
        last_value_with_error(seen, held.births, draws, 1),
        poisson_regression(seen, held.births, held.years, draws, 1),
    )
    return [scored(p, held.deaths) for p in predictions]


def test_a_regression_is_the_best_rival_of_a_straight_trend_and_the_worst_of_a_turn():
    gone_by = np.arange(14.0)[:, None, None]
    level = 0.004 * np.exp(0.1 * np.arange(10.0))
    straight = np.broadcast_to(level * np.exp(-0.05 * gone_by), (14, 2, 10))
    turned = np.broadcast_to(level * np.exp(-0.05 * np.minimum(gone_by, 9.0)), (14, 2, 10))
    last, _, regression = rival_scores(*made(straight, 50_000.0, 6))
    assert regression.crps < 0.8 * last.crps and regression.log_score < last.log_score
    assert abs(regression.coverage90 - regression.claimed90) < SIGMA * np.sqrt(0.09 / 80)
    last, _, regression = rival_scores(*made(turned, 50_000.0, 6))
    assert regression.crps > 1.1 * last.crps


def test_the_last_value_with_its_own_error_covers_where_the_bare_one_does_not():
    flat = np.full((14, 2, 10), 0.002)
    found = [rival_scores(*made(flat, 50_000.0, seed))[:2] for seed in range(20)]
    # counts of one stratum share the error of its last value: twenty strata and periods, twenty data sets
    bare, own = (np.mean([pair[i].coverage90 for pair in found]) for i in (0, 1))
    assert own == pytest.approx(0.907, abs=SIGMA * 0.3 / np.sqrt(400))
    assert bare < 0.907 - SIGMA * 0.4 / np.sqrt(400)
    assert np.mean([a.log_score - b.log_score for a, b in found]) > 0


def test_a_regression_widens_by_how_much_more_than_by_chance_counts_vary():
    random = np.random.default_rng(7)
    rate = 0.004 * random.gamma(100, 1 / 100, (14, 2, 10))
    seen, held = made(rate, 100_000.0, 8)
    plain, quasi = (
        scored(poisson_regression(seen, held.births, held.years, 1000, 1, quasi=q), held.deaths)
        for q in (False, True)
    )
    # a variance five times that of chance: an interval for nine tenths holds half
    assert plain.coverage90 < 0.7 and abs(quasi.coverage90 - 0.9) < SIGMA * np.sqrt(0.09 / 80)
    assert quasi.log_score < plain.log_score


def test_who_knows_of_a_random_walk_foresees_one_better_than_either_rival():
    fitted, later = tuple(range(2001, 2011)), tuple(range(2011, 2015))
    births, own, rivals = np.full((14, 3), 80_000.0), [], []
    for seed in range(24):
        random = np.random.default_rng(100 + seed)
        walk = 0.08 * random.standard_normal((14, 2)).cumsum(axis=0)
        rate = 0.0005 + 0.003 * np.exp(walk[:, :, None] + np.zeros(3))
        deaths = random.poisson(rate * births[:, None]).astype(float)
        seen, held = (target(deaths[a], births[a], y) for a, y in ((np.s_[:10], fitted), (np.s_[10:], later)))
        known = forecast(1000, seed=seed, step=0.08, years=fitted)
        known = replace(known, path=known.path + walk[None, :10].swapaxes(1, 2), strata=seen.levels)
        score = score_counts(known, held, seen, f"walk {seed}")
        own.append(score.model.every.log_score)
        rivals.append([score.rivals[n].every.log_score for n in ("last_value", "poisson_regression")])
    better = np.array(rivals) - np.array(own)[:, None]
    assert (better.mean(axis=0) > 2 * better.std(axis=0) / np.sqrt(24)).all()


# ---- forecasts as their own judges


def as_own_truth(given, thought, draws=600):
    """Coverage and score of what ``thought`` predicts, each draw of ``given`` the truth in its turn."""
    births = np.full((4, 3), 60_000.0)
    held = target(np.zeros((4, 2, 3)), births, range(2012, 2016), given.dispersion)
    truth = predict_counts(given, held, named_normals("truth", draws), 1).counts
    predicted = predict_counts(thought, held, named_normals("thought", draws), 2)
    # the same prediction stands before every truth, so draws of the truth are cells of their own
    ends = [interval(predicted.counts, quantiles) for quantiles in (HALF, MOST)]
    return [((truth >= low) & (truth <= high)).mean() for low, high in ends]


@pytest.mark.parametrize("dispersion", [0.0, 0.01])
def test_intervals_of_a_forecast_hold_what_it_would_make_itself(dispersion):
    sound = forecast(600, dispersion=dispersion)
    half, most = as_own_truth(sound, sound)
    # 600 truths; both sides are drawn, so the error is that of 300
    assert abs(half - 0.515) < 0.5 / np.sqrt(300) * SIGMA / 2
    assert abs(most - 0.905) < 0.3 / np.sqrt(300) * SIGMA / 2


def test_intervals_without_chance_or_without_the_walk_are_caught():
    sound = forecast(600)
    _, still = as_own_truth(sound, replace(sound, step=np.zeros_like(sound.step)))
    assert still < 0.80
    held = target(np.zeros((4, 2, 3)), np.full((4, 3), 60_000.0), range(2012, 2016))
    counts = predict_counts(sound, held, named_normals("truth", 600), 1)
    low, high = interval(counts.expected, MOST)
    assert ((counts.counts >= low) & (counts.counts <= high)).mean() < 0.87


def test_uncertainty_grows_with_the_years_ahead_and_the_middle_is_level():
    births = np.full((4, 3), 60_000.0)
    held = target(np.zeros((4, 2, 3)), births, range(2012, 2016))
    log = np.log(predict_counts(forecast(8000), held, named_normals("ahead", 8000), 1).expected.sum(axis=-1))
    spread = log.std(axis=0)
    assert all((a < b).all() for a, b in pairwise(spread))
    middle = np.median(log, axis=0)
    assert np.abs(middle - middle[0]).max() < SIGMA * 1.25 * spread.max() / np.sqrt(8000)


# ---- could the model have made it?


def test_p_values_of_counts_that_the_model_made_are_spread_and_a_missing_effect_or_spread_is_caught():
    random = np.random.default_rng(9)
    mean = np.full((200, 8, 2, 10), 90.0) * np.exp(0.01 * random.standard_normal((200, 1, 1, 1)))
    births = np.full((8, 10), 30_000.0)
    found = []
    for _ in range(40):
        deaths = random.poisson(90.0, (8, 2, 10)).astype(float)
        checked = check_counts(target(deaths, births, range(2001, 2009)), mean, random, True)
        found.append([checked.p_values["chi_squared"], checked.p_values["largest"], checked.spread])
    p, largest, spread = np.array(found).T
    for values in (p, largest):
        assert stats.kstest(values, "uniform").pvalue > 1e-4
    assert abs(spread.mean() - 1) < SIGMA * np.sqrt(2 / 160 / 40)
    wide = random.poisson(90 * random.gamma(50, 1 / 50, (8, 2, 10))).astype(float)
    checked = check_counts(target(wide, births, range(2001, 2009)), mean, random, True)
    assert checked.p_values["chi_squared"] < 0.01 and checked.spread > 1.5
    one = random.poisson(90.0, (8, 2, 10)).astype(float)
    one[3, 1, 4] = 150
    checked = check_counts(target(one, births, range(2001, 2009)), mean, random, True)
    assert checked.p_values["largest"] < 0.01 and checked.p_values["largest/neonatal"] > 0.01
    worst = max(checked.cells, key=lambda cell: abs(cell.residual))
    assert worst.label == "2004 postneonatal 4" and worst.observed == 150 and worst.residual > 5


def test_shares_that_differ_from_those_of_the_model_are_caught_and_its_own_are_not():
    random, even = np.random.default_rng(10), np.full(3, 1 / 3)

    def p_values(deaths):
        births = np.full(3, 9000.0)
        shares = ShareTarget(
            "made", "area", AREAS, tuple((a,) for a in AREAS), ("infant",), (2011,), ("all",), births, deaths
        )
        return check_shares(shares, np.tile(even, (400, 1, 1, 1)), random, False).p_values

    own = [p_values(random.multinomial(300, even).reshape(1, 1, 3).astype(float))["g"] for _ in range(40)]
    assert stats.kstest(own, "uniform").pvalue > 1e-4
    assert max(p_values(np.array([[[140.0, 80.0, 80.0]]])).values()) < 0.01


def test_the_distance_of_a_published_effect_is_the_tail_beyond_it():
    effect = ContrastTarget("smoking", "smoking", "odds_ratio", float(np.log(2.0)), 0.1)
    away = check_contrast(effect, np.full(50, 2.0 * np.exp(0.3)), True)
    assert away.p_values["distance"] == pytest.approx(2 * stats.norm.sf(3.0))
    (cell,) = away.cells
    assert cell.observed == pytest.approx(2.0) and cell.residual == pytest.approx(-3.0)
