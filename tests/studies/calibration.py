"""The posterior of a reduced England is calibrated: many made worlds, and errors planted in their posteriors.

Steps of the yearly walk have England's wide prior here, so that scales are integrated around as in England's own fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy import stats

from tests.chance import least_variance
from tests.models.reduced import calibration
from tests.sbc import FAULTS, Fault, Ranked, Study, scores, standard, white
from tests.studies.claims import ALMOST, LEVEL, Claim, standard_normal
from tests.studies.rounds import progress

WORLDS, DRAWS = 200, 200
PLANTED = 200
"""Worlds in which an error is planted."""
HELD = 40
"""Worlds fitted with the composition of deaths that they were made from, too."""
WIDE = "{distribution: lognormal, median: 0.03, ci95: [0.0075, 0.12]}"
OF_MARGINS = ("hr_under_20", "hr_pakistani_congenital", "hr_pakistani_rest", "hr_black_rest")
INSIDE = (0.05, 0.95)


def claims(
    seed: int,
    worlds: int = WORLDS,
    planted: int = PLANTED,
    held: int = HELD,
    faults: Mapping[str, Fault] = FAULTS,
) -> Iterator[Claim]:
    study = Study(calibration(first="2014", step=WIDE), DRAWS, scales=True)
    data_sets = progress(study.data_sets(worlds, seed), worlds, "made worlds")
    found = [study.rank(data, i) for i, data in enumerate(data_sets)]
    places = scores(found)
    for name, z in places.items():
        yield standard_normal(f"place of the truth, {name}", z)
    # a variance of v would be mended by weighing those margins by 1 / v
    both = np.concatenate([places[name] for name in OF_MARGINS])
    yield standard_normal("places of the ratios that two one-way margins of the same deaths inform", both)
    yield coverage(found)
    yield from of_planted(seed, planted, faults)
    yield composition(seed, held)


def coverage(found: list[Ranked]) -> Claim:
    """Intervals of 90% hold the truth nine times out of ten, for every quantity."""
    n, names = len(found), list(found[0].place)
    inside = np.array([[INSIDE[0] < each.place[name] < INSIDE[1] for name in names] for each in found])
    held = inside.sum(axis=0)
    low, high = stats.binom.ppf([LEVEL / len(names) / 2, 1 - LEVEL / len(names) / 2], n, 0.9)
    # the coverage at which the lower bound is missed with probability 1%
    grid = np.linspace(0.5, 0.9, 401)
    least = grid[stats.binom.cdf(low - 1, n, grid) > 0.99].max(initial=0.5)
    return Claim(
        "intervals of 90%",
        f"hold {held.mean() / n:.1%} of {n} truths on average, {held.min() / n:.1%} ({names[held.argmin()]}) to"
        f" {held.max() / n:.1%}; allowed {low / n:.1%} to {high / n:.1%}",
        f"{least:.0%} in one quantity",
        [name for name, k in zip(names, held, strict=True) if not low <= k <= high],
    )


def of_planted(seed: int, n: int, faults: Mapping[str, Fault]) -> Iterator[Claim]:
    """The scores of sound posteriors, and those of posteriors with an error, which must be found."""
    study = Study(calibration())
    together: dict[str, list[np.ndarray]] = {name: [] for name in ("", *faults)}
    single: dict[str, list[np.ndarray]] = {name: [] for name in ("", *faults)}
    for data in progress(study.data_sets(n, seed), n, "worlds with errors planted"):
        for name in together:
            peak = study.peak(faults[name](data.posterior) if name else data.posterior)
            together[name].append(white(data, peak))
            single[name].append(standard(data, peak))
        names = data.posterior.names
    yield standard_normal("truth in whitened coordinates, all together", np.array(together[""]))
    bound = stats.chi2.isf(LEVEL / 10, n) / n
    sound = np.mean(np.square(single[""]), axis=0)
    yield Claim(
        "truth in standard deviations of single parameters",
        f"variance {sound.min():.2f} ({names[sound.argmin()]}) to {sound.max():.2f} ({names[sound.argmax()]})",
        f"variance {least_variance(n, LEVEL):.2f}",
        [f"{names[k]}: variance {sound[k]:.2f}" for k in np.flatnonzero(sound > bound)],
    )
    for name in faults:
        spread = np.mean(np.square(single[name]), axis=0)
        whole = standard_normal("", np.array(together[name]))
        wide = [f"{names[k]} {spread[k]:.2f}" for k in np.argsort(-spread) if spread[k] > bound]
        yield Claim(
            f"planted: {name}",
            f"variance {np.mean(np.square(together[name])):.3f} all together"
            f" ({'; '.join(whole.faults) or 'not found'}), of single parameters above {bound:.2f}:"
            f" {', '.join(wide) or 'none'}",
            f"variance {least_variance(n, LEVEL):.2f} of one parameter",
            [] if whole.faults or wide else ["an error that was planted is not found"],
        )


def composition(seed: int, n: int) -> Claim:
    """Among which cells deaths fall is taken as counted: how far posteriors move when the true ones are known."""
    study = Study(calibration())
    moved = []
    for data in progress(study.data_sets(n, seed), n, "compositions"):
        made, true = study.peak(data.posterior), study.peak(data.with_true_cells())
        own = [k for k, name in enumerate(data.posterior.names) if not name.startswith("level")]
        sd = np.sqrt(np.diag(made.whitening @ made.whitening.T))
        moved.append(((true.z - made.z) / sd)[own])
    size = np.sqrt(np.mean(np.square(moved), axis=0))
    names = [data.posterior.names[k] for k in own]
    most = float(size.max())
    # errors add up in squares: half a standard deviation would widen an interval by 12%
    return Claim(
        "counting error of the composition of deaths",
        f"moves posteriors by {np.median(size):.3f} standard deviations (median),"
        f" {most:.3f} at most ({names[size.argmax()]})",
        f"{ALMOST / np.sqrt(2 * n):.0%} of that",
        [] if most < 1 / 2 else [f"{names[size.argmax()]} moves by {most:.2f}"],
    )
