"""Numbers with their uncertainty: what a file says is what is sampled, or the file is refused."""

import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import simcore.distributions
from simcore.distributions import Distribution, fixed
from simcore.documents import parse_yaml
from simcore.problems import DocumentError
from simcore.strict import Strict, check


class Quantity(Strict):
    value: Distribution


def read(text: str) -> Any:
    return check(parse_yaml(f"value: {text}", "quantity.yaml"), Quantity).value


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return str(caught.value)


PUBLISHED = [
    "1.44",
    "{distribution: fixed, value: 3}",
    "{distribution: lognormal, median: 1.44, ci95: [1.19, 1.73]}",
    "{distribution: normal, mean: 5.8, ci95: [2.4, 9.2]}",
    "{distribution: uniform, low: 0.4, high: 0.9}",
    "{distribution: beta, median: 0.3, ci95: [0.2, 0.42]}",
    "{distribution: beta, mean: 0.439, ci95: [0.422, 0.456]}",
]


def test_the_examples_in_the_module_run() -> None:
    assert doctest.testmod(simcore.distributions).failed == 0


@pytest.mark.parametrize("text", PUBLISHED)
def test_samples_keep_the_centre_and_the_interval_of_the_file(text: str) -> None:
    value = read(text)
    low, middle, high = value.quantile([0.025, 0.5, 0.975])
    wanted = getattr(value, "ci95", (low, high))
    width = wanted[1] - wanted[0]
    assert low == pytest.approx(wanted[0], abs=0.05 * width)
    assert high == pytest.approx(wanted[1], abs=0.05 * width)
    assert middle == pytest.approx(value.central, abs=0.02 * width)


@pytest.mark.parametrize("text", PUBLISHED)
def test_more_luck_never_gives_less_and_samples_stay_in_bounds(text: str) -> None:
    value = read(text)
    samples = value.quantile(np.linspace(0.001, 0.999, 999).reshape(3, 333))
    assert samples.shape == (3, 333) and samples.dtype == np.float64
    assert (np.diff(samples.ravel()) >= 0).all()
    assert value.bounds[0] <= samples.min() and samples.max() <= value.bounds[1]


def test_quantiles_agree_with_an_independent_library() -> None:
    u = np.linspace(0.01, 0.99, 99)
    normal = read("{distribution: normal, mean: 1, ci95: [0, 2]}")
    assert np.allclose(normal.quantile(u), stats.norm(1, normal.sigma).ppf(u))
    ratio = read("{distribution: lognormal, median: 2, ci95: [1, 4]}")
    assert np.allclose(ratio.quantile(u), stats.lognorm(ratio.sigma, scale=2).ppf(u))
    share = read("{distribution: beta, mean: 0.2, ci95: [0.13, 0.28]}")
    assert np.allclose(share.quantile(u), stats.beta(*share.shape).ppf(u))
    assert stats.beta(*share.shape).mean() == pytest.approx(0.2)


def test_a_plain_number_is_a_known_one() -> None:
    assert read("2") == fixed(2) and read("2").central == 2.0


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        (
            "{distribution: lognormal, median: 0.8, ci95: [0.3, 0.85]}",
            ":1:8: value:",
            "implies a median near 0.505",
        ),
        ("{distribution: normal, mean: 5, ci95: [2.4, 9.2]}", ":1:8: value:", "implies a mean near 5.8"),
        (
            "{distribution: beta, mean: 0.1, ci95: [0.05, 0.4]}",
            ":1:8: value:",
            "the nearest beta with this mean has",
        ),
        (
            "{distribution: beta, mean: 0.1, median: 0.1, ci95: [0.05, 0.2]}",
            ":1:8",
            "exactly one of mean and median",
        ),
        (
            "{distribution: beta, median: 30, ci95: [20, 42]}",
            ":1:37: value.median",
            "write a number less than 1",
        ),
        ("{distribution: beta, median: 0.3, ci95: [20, 42]}", ":1:8: value:", "write it as a fraction of 1"),
        ("{distribution: lognormal, median: 1, ci95: [2, 1]}", ":1:8: value:", "write the lower bound first"),
        ("{distribution: lognormal, median: 1, ci95: [0, 1]}", ":1:8: value:", "above 0"),
        ("{distribution: uniform, low: 2, high: 1}", ":1:8: value:", "write the smaller as low"),
        (
            "{distribution: logormal, median: 1, ci95: [1, 2]}",
            ":1:23: value.distribution",
            "did you mean `lognormal`?",
        ),
        ("{distribution: normal, medain: 1, ci95: [0, 2]}", ":1:31: value.medain", "did you mean `mean`?"),
        ("{distribution: normal, mean: 1, ci95: [0]}", ":1:46: value.ci95", "has 1 item; write two"),
        ("{median: 1}", ":1:8: value.distribution", "is missing"),
        ("true", ":1:8: value:", "write a number, or"),
        ("'0.5'", ":1:8: value:", "remove the quotes, or"),
        ("1e999", ":1:8", "too large a number"),
        (".inf", ":1:8: value:", "write a number, or"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_with_the_remedy(text: str, address: str, words: str) -> None:
    message = refusal(text)
    assert message.startswith("quantity.yaml" + address) and words in message


positive = st.floats(1e-6, 1e6)


@given(
    st.sampled_from(["lognormal", "normal", "beta"]),
    st.sampled_from(["median", "mean"]),
    *[st.floats(-2, 2)] * 3,
)
def test_any_three_numbers_give_a_sample_or_a_located_refusal(
    kind: str, centre: str, middle: float, low: float, high: float
) -> None:
    text = f"{{distribution: {kind}, {centre}: {middle:.9f}, ci95: [{low:.9f}, {high:.9f}]}}"
    try:
        value = read(text)
    except DocumentError as error:
        assert "quantity.yaml:1:" in str(error)
    else:
        assert np.isfinite(value.quantile([0.001, 0.5, 0.999])).all()


@given(positive, st.floats(1.01, 20))
def test_a_ratio_and_its_reciprocal_are_the_same_uncertainty(median: float, factor: float) -> None:
    text = "{{distribution: lognormal, median: {:.17g}, ci95: [{:.17g}, {:.17g}]}}"
    ratio = read(text.format(median, median / factor, median * factor))
    inverse = read(text.format(1 / median, 1 / median / factor, 1 / median * factor))
    u = np.array([0.1, 0.3, 0.8])
    assert np.allclose(ratio.quantile(u) * inverse.quantile(1 - u), 1)
