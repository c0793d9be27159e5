"""The effects of docs/england.md: arrows, contrasts, what is solved, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from causal_links import DEATHS, is_neutral, links, told
from england_tables import section
from validation_tools import england, rows_of, table

from simcore.contrasts import ReferenceYears
from simcore.distributions import Distribution
from simcore.solved import OWN, read_central, read_draws, shipped_draws
from simcore.solving import structures

# ---- arrows


@section
def odds_ratios() -> Iterator[str]:
    """Every odds ratio between variables."""
    rows = []
    for name, variable in england().spec.variables.items():
        for ratio in variable.odds_ratios:
            for level, value in ratio.ratios.items():
                rows.append((
                    f"`{name}`", told(ratio.of) if ratio.of else "all but the first", f"`{ratio.parent}` = `{level}`",
                    "acts" if ratio.causal else "found together", *_value(value),
                ))  # fmt: skip
    yield from table(("odds of", "levels", "with", "arrow", "ratio", "value", "grade"), rows)


@section
def hazards() -> Iterator[str]:
    """Every ratio on the hazards of death."""
    deaths = england().spec.deaths
    rows = []
    for ratio in deaths.hazard_ratios:
        within = deaths.ratios_act_within if ratio.within is None else ratio.within
        among = "; ".join(f"{name}: {told(levels)}" for name, levels in within.items()) or "all"
        for level, value in ratio.ratios.items():
            rows.append((
                f"`{ratio.parent}` = `{level}`", _part(ratio.causes, deaths.causes),
                _ages(ratio.age_bands, deaths.age_periods), among, *_value(value),
            ))  # fmt: skip
    yield from table(("of", "on causes", "at ages", "among", "ratio", "value", "grade"), rows)


def _part(chosen: Iterable[str] | None, every: Iterable[str]) -> str:
    """Some of a list, said in the shorter way."""
    if chosen is None:
        return "all"
    left = [name for name in every if name not in set(chosen)]
    return f"all but {told(left)}" if left and len(left) < len(list(chosen)) else told(chosen)


def _ages(bands: Iterable[str] | None, periods: Mapping[str, Iterable[str]]) -> str:
    if bands is None:
        return "all"
    return next((name for name, members in periods.items() if set(members) == set(bands)), told(bands))


def _value(ratio: float | str) -> tuple[str, str, str]:
    """Name, value with interval, grade."""
    if not isinstance(ratio, str):
        return "", f"{ratio:g}", ""
    parameter = england().spec.parameters.get(ratio)
    if parameter is not None:
        return f"`{ratio}`", interval(parameter.value), parameter.grade or ""
    return f"`{ratio}`", f"solved: {_solved(ratio)}", ""


def interval(value: Distribution) -> str:
    """Central value and 95%, as published where it was."""
    low, high = getattr(value, "ci95", None) or value.quantile(np.array([0.025, 0.975]))
    return f"{value.central:.4g}" if low == high else f"{value.central:.4g} ({low:.3g} to {high:.3g})"


def _solved(name: str) -> str:
    """A solved effect of the default structure: central draw, 95% of all draws."""
    model = england()
    structure = model.structure()
    draws = read_draws(model, structure, shipped_draws(model, structure, OWN) or 1, OWN)
    low, high = np.quantile(draws[name], [0.025, 0.975])
    return f"{read_central(model, structure, OWN)[name][0]:.2f} ({low:.2f} to {high:.2f})"


# ---- published totals and what the model returns


@section
def contrasts() -> Iterator[str]:
    """Each published total, what the model returns under do(), and the direct effect that does it."""
    model = england()
    solve = model.spec.solve
    assert solve is not None
    structure = model.structure()
    central = read_central(model, structure, OWN)
    returned = ReferenceYears(model, structure, central).evaluate(central).measures
    rows = []
    for name, contrast in solve.contrasts.items():
        held = [f"{v} = {level}" for v, level in contrast.holding.items()]
        among = [f"{v} = {level}" for v, level in contrast.among.items()]
        outcome = getattr(contrast.outcome, "deaths", None)
        said = (
            f"{outcome} death" if outcome else f"{contrast.outcome.variable}: {told(contrast.outcome.levels)}"
        )
        parameter = model.spec.parameters[contrast.value]
        rows.append((
            f"`{name}`", f"`{contrast.set}`: {contrast.to} against {contrast.from_}",
            "; ".join([*(f"among {a}" for a in among), *(f"holding {h}" for h in held)]) or "all births",
            f"{said}, {contrast.measure.replace('_', ' ')}", interval(parameter.value), parameter.grade or "",
            " ".join(_ids(parameter.note)), f"`{parameter.source}`",
            f"{returned[name][0]:.4f}", f"`{contrast.solves}` {_solved(contrast.solves)}",
        ))  # fmt: skip
    head = (
        "contrast", "exposure", "whom", "outcome and measure", "published (95%)", "grade", "evidence", "source",
        "returned", "solves: central (95%)",
    )  # fmt: skip
    yield from table(head, rows)
    yield ""
    yield "*Returned*: what the model gives at the central draw, of which the published central value was asked. How"
    yield "far any draw of any structure is from what it was asked to return:"
    yield "[validation.md](validation.md#each-published-effect-comes-back-out)."


@section
def solved() -> Iterator[str]:
    """The central solved effects under every structure, and the residual."""
    model = england()
    solve = model.spec.solve
    assert solve is not None
    found = {s.label: (s, read_central(model, s, OWN)) for s in structures(model)}
    rows = [
        (
            f"`{one.solves}`",
            *(f"{b[one.solves][0]:.2f}" if name in s.contrasts else "" for s, b in found.values()),
        )
        for name, one in solve.contrasts.items()
    ]
    for p, period in enumerate(model.spec.deaths.age_periods):
        gradients = [b.residual[0, p] for _, b in found.values() if b.residual is not None]
        cells = [f"{each[0] / each[-1]:.2f}" for each in gradients]
        rows.append((f"residual, {period}, decile 1 over 10", *cells))
    yield from table(("", *(f"`{label}`" for label in found)), rows)


@section
def choices() -> Iterator[str]:
    """Every variant and its options."""
    rows = []
    for name, variant in england().spec.variants.items():
        for option, chosen in variant.options.items():
            default = " (default)" if option == variant.default else ""
            rows.append((f"`{name}={option}`{default}", variant.meaning, chosen.meaning))
    yield from table(("choice", "what is chosen", "meaning"), rows)
    labels = [s.label for s in structures(england())]
    yield ""
    yield f"{len(labels)} structures are told apart: {told(labels)}."


@section
def parameters() -> Iterator[str]:
    """Every parameter, where it comes from and how far it is trusted."""
    rows = [
        (
            f"`{n}`",
            p.meaning,
            p.unit,
            interval(p.value),
            p.grade or "",
            " ".join(_ids(p.note)),
            f"`{p.source}`",
        )
        for n, p in england().spec.parameters.items()
    ]
    yield from table(("parameter", "meaning", "unit", "value (95%)", "grade", "evidence", "source"), rows)


def _ids(note: str) -> list[str]:
    """Evidence and assumptions named in a note."""
    return list(dict.fromkeys(re.findall(r"\b[A-Z]{1,2}\d{2,5}\b", note)))


# ---- what is missing


@section
def missing() -> Iterator[str]:
    """Effects that are neutral, parameters that rest on an assumption, variables that nothing hangs on."""
    model = england()
    spec = model.spec
    neutral = [f"`{link.start}` to `{link.end}`" for link in links(model) if link.look == "neutral"]
    yield f"**Arrows without an effect by default**: {', '.join(neutral) or 'none'}."
    yield ""
    some = [
        f"`{ratio.parent}` = `{level}` on `{name}`"
        for name, ratios in (
            *((n, v.odds_ratios) for n, v in spec.variables.items()),
            (DEATHS, spec.deaths.hazard_ratios),
        )
        for ratio in ratios
        for level, value in ratio.ratios.items()
        if is_neutral(spec, value) and f"`{ratio.parent}` to `{name}`" not in neutral
    ]
    yield f"**Levels without an effect beside others that have one**: {', '.join(some) or 'none'}."
    yield ""
    starts = {link.start for link in links(model)}
    idle = [name for name in spec.variables if name not in starts]
    yield f"**Variables from which no arrow goes out**: {told(idle) or 'none'}."
    yield ""
    weak = [
        (f"`{n}`", p.meaning, interval(p.value), p.note) for n, p in spec.parameters.items() if p.grade == "D"
    ]
    yield "**Parameters of grade D**, which no published figure gives:"
    yield ""
    yield from table(("parameter", "meaning", "value (95%)", "what it rests on"), weak)
    if spec.assumptions:
        rows = rows_of(spec.assumptions)
        high = [r for r in rows if r["risk"] == "high"]
        yield ""
        yield f"**Assumptions of high risk** ({len(high)} of {len(rows)} in `{spec.assumptions}`):"
        yield ""
        yield from table(
            ("id", "assumption", "alternatives"), [(r["id"], r["statement"], r["alternatives"]) for r in high]
        )
