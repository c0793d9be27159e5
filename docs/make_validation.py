"""Write docs/validation.md from the shipped model: ``python docs/make_validation.py`` (``--check`` writes nothing).

Every figure on that page is worked out here, from the shipped draws and tables; none is typed in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from validation_baseline import baseline, observed_by_decile
from validation_by_hand import by_hand
from validation_facts import known_facts
from validation_implied import implied
from validation_tools import YEARS, Array, central_draws, england, rows_of, run, shipped, table
from validation_world import RECORDS, records, world

from simcore.achieved import Achieved, achieved
from simcore.draws import DrawBlock
from simcore.results import BlockResult
from simcore.run import Estimator, Settings
from simcore.solved import OWN, read_draws
from simcore.solving import structures

PAGE = Path(__file__).with_name("validation.md")
RETURNED, RETURNED_BESIDE = 20, 2
"""Draws of which contrasts are worked out again: of the default, of every other structure."""
FEW = 5
"""Draws in which estimators are set beside the exact sum."""
SEEDS: dict[Estimator, int] = {"expected": 4, "realised": 4}
MANY = 100_000  # births of each draw where births are drawn
CONTRAST = 0.5  # per cent: how near each do-contrast must come to its published total


def main(check: bool) -> int:
    """Write the page and its table, or compare them with what is there.

    The exit status is 3 when they differ or a bound is missed.
    """
    bounds: list[str] = []
    page = "\n".join(line.rstrip() for line in sections(bounds)) + "\n"
    if bounds:
        sys.stderr.write("\n".join(bounds) + "\n")
        return 3
    wanted = {PAGE: page, RECORDS: records()}
    if not check:
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path for path, text in wanted.items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        sys.stderr.write(
            f"{path.name} is not what the shipped model gives; run python docs/make_validation.py\n"
        )
    return 3 if stale else 0


def sections(missed: list[str]) -> Iterator[str]:
    """The page, line by line; bounds that do not hold are added to ``missed``."""
    model = england()
    yield "# Validation"
    yield ""
    yield "Made by `make validation`; do not edit. Every figure comes from the shipped model:"
    held = [shipped(structure).size for structure in structures(model)]
    yield f"model `{model.name}`, edition {model.spec.edition}, hash `{model.hash}`, {held[0]:,} draws of the default"
    yield f"and {min(held[1:]):,} of each of {len(held) - 1} other structures. [england.md](england.md#the-model) says"
    yield "what the words mean and discusses what is odd. What is counted in groups is summed exactly, draw by draw."
    yield "Draws here are the solved ones, which return what was published; how the posterior that scenarios run on"
    yield "meets what was observed is in [calibration.md](calibration.md)."
    made = (
        baseline, world, known_facts, contrasts, effects, residuals, implied, estimators, by_hand, raw_tables,
    )  # fmt: skip
    for section in made:
        yield ""
        yield from section(missed)


# ---- what was solved


@cache
def _achieved(label: str) -> Achieved:
    structure = next(s for s in structures(england()) if s.label == label)
    return achieved(england(), structure, RETURNED if label == "default" else RETURNED_BESIDE)


def contrasts(missed: list[str]) -> Iterator[str]:
    """Each published total beside what the model gives under do()."""
    yield "## Each published effect comes back out"
    yield ""
    yield f"Each contrast worked out again under `do`, for {RETURNED} draws of the default and {RETURNED_BESIDE} of"
    yield "every other structure: mean over draws of the total that the draw was to return, of what it returns, and the"
    yield f"furthest that any one draw is from its own total (the bound is {CONTRAST}%). What is contrasted with what:"
    yield "[england.md](england.md#contrasts)."
    yield ""
    rows = []
    for structure in structures(england()):
        found = _achieved(structure.label)
        for name, wanted in found.published.items():
            got = found.returned[name]
            furthest = 100 * float(np.abs(got / wanted - 1).max())
            rows.append(
                (
                    f"`{structure.label}`",
                    name,
                    f"{wanted.mean():.4f}",
                    f"{got.mean():.4f}",
                    f"{furthest:.5f}%",
                )
            )
            if furthest > CONTRAST:
                missed.append(f"{structure.label}: {name} is {furthest:.2f}% away in some draw")
    yield from table(("structure", "contrast", "wanted", "returned", "furthest draw"), rows)


def effects(missed: list[str]) -> Iterator[str]:
    """The solved direct effects."""
    del missed
    yield "## Direct effects, as solved"
    yield ""
    yield "Central draw; then median and 95% of all draws that ship, and the share of draws below 1."
    yield ""
    rows = []
    for structure in structures(england()):
        central, draws = central_draws(structure), shipped(structure)
        for name in (contrast.solves for contrast in structure.contrasts.values()):
            values = draws[name]
            low, middle, high = np.quantile(values, [0.025, 0.5, 0.975])
            rows.append((
                f"`{structure.label}`", name, f"{central[name][0]:.3f}", f"{middle:.3f}",
                f"{low:.3f} to {high:.3f}", f"{(values < 1).mean():.3f}",
            ))  # fmt: skip
    yield from table(("structure", "direct effect", "central", "median", "95% of draws", "below 1"), rows)


def residuals(missed: list[str]) -> Iterator[str]:
    """The gradient by decile that no variable explains."""
    del missed
    model = england()
    deciles = model.levels("imd_decile")
    yield "## The residual by decile"
    yield ""
    yield "A factor on every hazard from 24 weeks, solved so that each decile has its observed deaths; mean 1 over"
    yield "those deaths. It is what the variables leave unexplained: 1 throughout would mean that they explain the"
    yield "gradient, above 1 in decile 1 that deprivation does more than they know, below 1 that together they explain"
    yield "more than there is."
    yield "*1 : 10* is decile 1 over decile 10, central draw, then 95% of draws."
    yield ""
    rows = []
    for structure in structures(model):
        central = _residual(central_draws(structure))[0]
        ratio = _residual(shipped(structure))
        ratio = ratio[..., 0] / ratio[..., -1]
        for p, period in enumerate(model.spec.deaths.age_periods):
            low, high = np.quantile(ratio[:, p], [0.025, 0.975])
            span = f"{central[p, 0] / central[p, -1]:.2f} ({low:.2f} to {high:.2f})"
            rows.append((f"`{structure.label}`", period, *(f"{r:.2f}" for r in central[p]), span))
    yield from table(("structure", "deaths", *deciles, "1 : 10"), rows)
    seen = observed_by_decile() / _births()
    text = "; ".join(
        f"{period} {rate[0] / rate[-1]:.2f}"
        for period, rate in zip(model.spec.deaths.age_periods, seen, strict=True)
    )
    yield ""
    yield f"For comparison, the observed death rate of decile 1 over that of decile 10, all gestations: {text}."


def _residual(block: DrawBlock) -> Array:
    assert block.residual is not None
    return block.residual


def _births() -> Array:
    """Live births of the reference years by decile."""
    years = tuple(str(y) for y in england().spec.reference_years)
    births = england().births_in({"year": years, "imd_decile": england().levels("imd_decile")})
    return np.asarray(births.sum(axis=0))


# ---- three estimators


def estimators(missed: list[str]) -> Iterator[str]:
    """Drawn births against the exact sum, draw by draw."""
    model, structure = england(), england().structure()
    names = ("current_policy", "child_poverty_35", "smoking_halved", "smoking_cessation")
    block = read_draws(model, structure, FEW, OWN)
    exact = _headlines(run(structure, block, names, YEARS, Settings(estimator="exact")))
    found = {
        estimator: np.stack([
            _headlines(run(structure, block, names, YEARS, Settings(seed, MANY, estimator=estimator)))
            for seed in range(1, seeds + 1)
        ])
        for estimator, seeds in SEEDS.items()
    }  # fmt: skip
    yield "## Three estimators, one answer"
    yield ""
    yield f"{YEARS[0]}-{YEARS[-1]}, the first {block.size} draws of {MANY:,} births each;"
    yield f"{', '.join(f'{name} under {seeds} seeds' for name, seeds in SEEDS.items())}. Given a draw, what differs"
    yield "from the exact sum is chance alone; *z* is its mean by its own standard error (SE). Realised deaths hold the"
    yield "chance of every death too. Rows share their births, so their *z* go together. The standing tests"
    yield "(`tests/test_exact.py`) do this cell by cell."
    yield ""
    rows = []
    for i, name in enumerate(names):
        what = f"averted, {name}" if i else f"deaths, {name}"
        row = [what, f"{exact[i].mean():,.2f}"]
        for estimator, drawn in found.items():
            off = drawn[:, i] - exact[i]
            error = float(off.std(ddof=1) / np.sqrt(off.size))
            z = float(off.mean()) / error
            row += [f"{drawn[:, i].mean():,.2f}", f"{error:.2f}", f"{z:+.2f}"]
            if abs(z) > 4:
                missed.append(f"{what}: {estimator} and exact differ by {z:.1f} standard errors")
        rows.append(tuple(row))
    yield from table(("quantity", "exact", "expected", "SE", "z", "realised", "SE", "z"), rows)


def _headlines(result: BlockResult) -> Array:
    """Deaths of the comparator, then deaths averted by every other arm: ``float64[arms, draws]``."""
    total = result.deaths.reshape(*result.deaths.shape[:2], -1).sum(axis=-1)
    return np.concatenate([total[:1], total[0] - total[1:]])


# ---- raw tables


def raw_tables(missed: list[str]) -> Iterator[str]:
    """Each published death table, the same scaled, and the target."""
    del missed
    yield "## Raw tables beside the targets"
    yield ""
    yield "From `reconciliation.csv`. *Scaled* is the published table on the totals of England 2018-20; *difference* is"
    yield "target less scaled."
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows_of("reconciliation.csv"):
        groups.setdefault((row["published_table"], row["geography"]), []).append(row)
    for (name, where), rows in groups.items():
        yield ""
        yield f"**{name}, {where}**"
        yield ""
        yield from table(
            ("item", "period", "published", "scaled", "target", "difference", "source"),
            [
                (
                    r["item"],
                    r["period"],
                    f"{int(r['published']):,}",
                    f"{float(r['scaled']):,.1f}",
                    f"{float(r['target']):,.1f}",
                    f"{float(r['difference']):+,.1f}",
                    f"`{r['source_key']}`",
                )
                for r in rows
            ],
        )
        yield ""
        for why in dict.fromkeys(r["why"] for r in rows):
            items = [r["item"] for r in rows if r["why"] == why]
            whose = "" if len(items) == len(rows) else f" ({', '.join(dict.fromkeys(items))})"
            yield f"Why{whose}: {why}."


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
