"""Write docs/validation.md from the shipped model: ``python docs/make_validation.py`` (``--check`` writes nothing).

Every figure on that page is worked out here, from the shipped draws and tables; none is typed in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from validation_by_hand import by_hand
from validation_facts import known_facts
from validation_groups import Asked, count_births, count_each
from validation_tools import YEARS, Array, central_draws, distinct, england, rows_of, run, shipped, table
from validation_world import RECORDS, records, world

from simcore.achieved import Achieved, achieved
from simcore.contrasts import ReferenceYears
from simcore.draws import DrawBlock
from simcore.model import Structure
from simcore.results import BlockResult
from simcore.run import Estimator, Settings
from simcore.solve import observed
from simcore.solved import read_draws
from simcore.solving import structures

PAGE = Path(__file__).with_name("validation.md")
RETURNED, RETURNED_BESIDE = 20, 2
"""Draws of which contrasts are worked out again: of the default, of every other structure."""
FEW = 5
"""Draws in which estimators are set beside the exact sum."""
WITHIN = 0.1  # per cent: how near the baseline must come to what was observed
SEEDS: dict[Estimator, int] = {"expected": 4, "realised": 4}
MANY = 100_000  # births of each draw where births are drawn
MOVED = 0.05  # of a rate: how far a structure must move some level of a variable to be shown
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
    made = (
        baseline, world, known_facts, contrasts, effects, residuals, implied, estimators, by_hand, raw_tables,
    )  # fmt: skip
    for section in made:
        yield ""
        yield from section(missed)


# ---- the baseline of the reference years


def baseline(missed: list[str]) -> Iterator[str]:
    """Observed deaths beside the model's, central draw."""
    model = england()
    deaths = model.spec.deaths
    found = {s.label: _modelled(s) for s in structures(model)}
    tables = {
        "age period and decile": (list(_decile_labels()), _observed_by_decile().ravel()),
        "gestation": (list(model.levels("gestation")), _observed().sum(axis=(1, 2))),
        "cause": (list(deaths.causes), _observed().sum(axis=(0, 2))),
        "age band": (list(deaths.age_bands), _observed().sum(axis=(0, 1))),
    }
    yield "## The baseline returns what was observed"
    yield ""
    yield "England, 2018-20, central draw, structure `default`, nothing drawn. *Observed* is the published table"
    yield "as reconciled ([below](#raw-tables-beside-the-targets)). Deciles, causes and ages are summed from the"
    yield "cells of a comparison; gestation is a second road (the solver's sums)."
    for name, (labels, seen) in tables.items():
        yield ""
        rows = [
            (label, _1(o), _1(m), _percent(m, o))
            for label, o, m in zip(labels, seen, found["default"][name], strict=True)
        ]
        rows.append(
            (
                "**all**",
                _1(seen.sum()),
                _1(found["default"][name].sum()),
                _percent(found["default"][name].sum(), seen.sum()),
            )
        )
        yield from table((f"deaths by {name}", "observed", "model", "difference"), rows)
    yield ""
    yield f"The greatest difference under every structure, in per cent (the bound is {WITHIN}%):"
    yield ""
    furthest: list[tuple[str, ...]] = []
    for label, margins in found.items():
        worst = {n: 100 * float(np.abs(margins[n] / seen - 1).max()) for n, (_, seen) in tables.items()}
        furthest.append((f"`{label}`", *(f"{w:.4f}" for w in worst.values())))
        missed += [f"{label}: deaths by {n} are {w:.2f}% away" for n, w in worst.items() if w > WITHIN]
    yield from table(("structure", *tables), furthest)


def _modelled(structure: Structure) -> dict[str, Array]:
    """Deaths of the reference years by each margin."""
    model = england()
    central = central_draws(structure)
    years = model.spec.reference_years
    deaths = run(structure, central, ("current_policy",), years, Settings(estimator="exact")).deaths[0, 0]
    deaths = deaths.sum(axis=0)
    bands = list(model.spec.deaths.age_bands)
    periods = [
        deaths[..., [bands.index(b) for b in names]].sum(axis=(1, 2))
        for names in model.spec.deaths.age_periods.values()
    ]
    return {
        "age period and decile": np.concatenate(periods),
        "gestation": ReferenceYears(model, structure, central).evaluate(central).cells[0].sum(axis=(1, 2)),
        "cause": deaths.sum(axis=(0, 2)),
        "age band": deaths.sum(axis=(0, 1)),
    }


def _observed() -> Array:
    """``float64[gestation, causes, age bands]``."""
    return np.asarray(observed(england()).cells[0])


def _observed_by_decile() -> Array:
    """``float64[age periods, deciles]``."""
    strata = observed(england()).strata
    assert strata is not None
    return np.asarray(strata[0])


def _decile_labels() -> Iterator[str]:
    for period in england().spec.deaths.age_periods:
        for decile in england().levels("imd_decile"):
            yield f"{period}, decile {decile}"


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
    seen = _observed_by_decile() / _births()
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


# ---- what follows from it


def implied(missed: list[str]) -> Iterator[str]:
    """Rates of groups as the model has them: not effects, but what it says one would see."""
    del missed
    yield "## What it implies, group by group"
    yield ""
    yield "Reference years, central draw. These are crude rates, as one would count them among such babies; they hold"
    yield "everything that goes with belonging to the group, and are no effects. Of other structures only variables"
    yield f"are shown of which some level is {100 * MOVED:.0f}% off the default."
    yield ""
    rows = []
    default = _implied(england().structure())
    for structure in distinct():
        of_this = default if structure.label == "default" else _implied(structure)
        for name, (share, preterm, rate) in of_this.items():
            if structure.label != "default" and _furthest(rate, default[name][2]) < MOVED:
                continue
            for i, level in enumerate(england().levels(name)):
                died = f"{1000 * rate[i]:.2f}" if share[i] > 0 else "nobody"
                early = f"{100 * preterm[i]:.1f}%" if share[i] > 0 else ""
                figures = f"{100 * share[i]:.1f}%", early, died
                rows.append((f"`{structure.label}`", f"{name}: {level}", *figures))
    head = ("structure", "group", "of births", "under 37 weeks", "infant deaths per 1,000")
    yield from table(head, rows)


def _furthest(rates: Array, others: Array) -> float:
    """Greatest relative distance; levels where nobody is are not compared."""
    return float(np.nanmax(np.abs(rates / others - 1)))


def _implied(structure: Structure) -> dict[str, tuple[Array, Array, Array]]:
    """Of every level of every variable the share of births, the share preterm and the rate of infant death."""
    model, years = england(), england().spec.reference_years
    names = list(model.spec.variables)
    alone: dict[str, Asked] = {name: ((name,), years) for name in names}
    by_weeks: dict[str, Asked] = {name: ((name, "gestation"), years) for name in names if name != "gestation"}
    central = central_draws(structure)
    groups = count_each(model, structure, central, alone.values())
    weeks = count_births(model, structure, central, by_weeks.values())
    found = {}
    for name in names:
        births = groups[alone[name]].births[0]
        deaths = groups[alone[name]].deaths[0].sum(axis=(-1, -2))
        if name == "gestation":
            term = births * (np.arange(births.size) == births.size - 1)
        else:
            term = weeks[by_weeks[name]][0][:, -1]
        with np.errstate(invalid="ignore"):
            found[name] = births / births.sum(), 1 - term / births, deaths / births
    return found


# ---- three estimators


def estimators(missed: list[str]) -> Iterator[str]:
    """Drawn births against the exact sum, draw by draw."""
    model, structure = england(), england().structure()
    names = ("current_policy", "child_poverty_35", "smoking_halved", "smoking_cessation")
    block = read_draws(model, structure, FEW)
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


# ---- small things


def _1(value: float) -> str:
    return f"{value:,.1f}"


def _percent(value: float, of: float) -> str:
    return f"{100 * (value / of - 1) + 0.0:+.4f}%".replace("-0.0000%", "+0.0000%")


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
