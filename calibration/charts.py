"""Pictures of a fit: chains beside one another, prior beside posterior, counts beside what is predicted of them.

Each is a Vega-Lite specification, plain data, with a title that says what is seen and the same in words for those
who cannot see it. Colours are those of the Analysis Function of the UK government; marks differ in shape too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.diagnostics import rhat
from calibration.forecast import Forecast, Normals
from calibration.held_out import predict_counts
from calibration.scores import HALF, MOST, Predicted, interval
from calibration.targets import CountTarget
from simcore.network import Array
from simcore.picture_style import BLUE, NAVY, ORANGE, PALE, PLUM, SIZE, TEAL, Spec, dressed

CHAIN_COLOURS = (NAVY, TEAL, PLUM, ORANGE)
CHAIN_DASHES = ((1, 0), (6, 2), (2, 2), (8, 2, 2, 2))
PANELS = 12
"""Parameters whose chains are drawn: those that agree least."""
BINS = 20
PER = 1000


@dataclass(frozen=True)
class Chart:
    """A picture: the name of its file, its title, what it shows in words, and its specification."""

    name: str
    title: str
    words: str
    spec: Spec


def rank_chart(draws: Mapping[str, Array]) -> Chart:
    """Ranks of the draws of each chain among all, for the parameters whose chains agree least.

    ``draws`` are ``float64[chains, draws]`` by parameter. Chains that agree have level ranks.
    """
    names = list(draws)
    worst = rhat(np.stack([draws[name] for name in names], axis=-1))
    shown = [names[k] for k in np.argsort(-np.nan_to_num(worst, nan=np.inf), kind="stable")[:PANELS]]
    rows, chains, per_bin = [], 0, 0.0
    for name in shown:
        values = draws[name]
        chains, many = values.shape
        per_bin = many / BINS
        # draws that are equal, as taken twice or rounded, share their rank by turns
        rank = np.argsort(np.argsort(values.T.ravel(), kind="stable"), kind="stable").reshape(many, chains).T
        for chain in range(chains):
            counted = np.histogram(rank[chain], BINS, (0, values.size))[0]
            rows += [
                {
                    "parameter": name,
                    "chain": str(chain + 1),
                    "part": (b + 0.5) / BINS,
                    "times": n / per_bin,
                }
                for b, n in enumerate(counted.tolist())
            ]
    most = float(np.nanmax(worst))
    title = f"Chains {'agree' if most < 1.01 else 'do not agree'}: R-hat is {most:.3f} at most"
    subtitle = (
        f"The {len(shown)} parameters whose chains agree least. From left to right, from the lowest draws to the "
        "highest: how many are from each chain, against an even share. Lines near 1 say that every chain has been "
        "everywhere as often as the others."
    )
    words = f"{title}. {subtitle} Least agreed: {', '.join(shown[:3])}."
    numbered = [str(k + 1) for k in range(chains)]
    base = {"type": "line", "interpolate": "step", "strokeWidth": 1.5}
    encoding = {
        "x": _axis("part", [0.0, 0.5, 1.0]),
        "y": _axis("times", [0.0, 1.0, 2.0]),
        "color": _scale("chain", CHAIN_COLOURS, numbered),
        "strokeDash": _scale("chain", CHAIN_DASHES, numbered),
    }
    inner = {"mark": base, "encoding": encoding, "width": 190, "height": 90}
    spec = _facets(rows, "parameter", shown, 4, inner, title, subtitle)
    return Chart("trace_ranks", title, words, spec)


def prior_chart(parameters: Sequence[Mapping[str, Any]]) -> Chart:
    """Middle 50% and 90% of each parameter after the data, where the prior is the same for all."""
    shown = sorted((one for one in parameters if "/" not in one["name"]), key=lambda one: -one["contraction"])
    rows = [
        dict(zip(("q05", "q25", "q50", "q75", "q95"), one["coordinate"], strict=True))
        | {"parameter": one["name"]}
        for one in shown
    ]
    known = sum(one["contraction"] >= 0.5 for one in shown)
    nothing = [one["name"] for one in shown if one["said"] == "the data say nothing"]
    title = f"The data decide {known} of {len(shown)} parameters, and say nothing of {len(nothing)}"
    subtitle = (
        "Where each is after the data, in standard deviations of what was thought before: bars hold 50% and 90%. "
        "The shaded band holds 90% beforehand."
    )
    words = f"{title}. {subtitle} Nothing is said of: {', '.join(nothing) or 'none'}."
    order = [one["name"] for one in shown]
    y = {"field": "parameter", "type": "nominal", "sort": order, "title": None, "axis": _labels(260)}
    x_title = "prior standard deviations from the middle of the prior"
    whole = {"tickMinStep": 1, "format": "+d"}
    band = {
        "data": {"values": [{"low": -1.645, "high": 1.645}]},
        "mark": {"type": "rect", "color": "#E8E8E8"},
    }
    band |= {"encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}}}
    spec = {
        "data": {"values": rows},
        "width": 520,
        "height": {"step": 17},
        "layer": [
            band,
            _bar("q05", "q95", y, x_title, PALE, 4, {}, along="x"),
            _bar("q25", "q75", y, x_title, NAVY, 8, {}, along="x"),
            {
                "mark": {"type": "tick", "color": ORANGE, "thickness": 3, "size": 14},
                "encoding": {
                    "y": y,
                    "x": {"field": "q50", "type": "quantitative", "title": x_title, "axis": whole},
                },
            },
        ],
    }
    return Chart("prior_and_posterior", title, words, dressed(spec, title, subtitle))


def count_charts(
    forecast: Forecast,
    seen: Sequence[CountTarget],
    held_out: Sequence[CountTarget],
    normal: Normals,
    seed: int = 1,
) -> list[Chart]:
    """Deaths by stratum and year beside 50% and 90% of what draws make, one picture for each period."""
    charts = []
    for target in seen:
        later = [held for held in held_out if held.by == target.by and held.levels == target.levels]
        pairs = [
            (one, predict_counts(forecast, one, normal, seed), one is not target) for one in (target, *later)
        ]
        for period in target.periods:
            charts.append(_counts(target, period, [p for p in pairs if period in p[0].periods]))
    return charts


def _counts(target: CountTarget, period: str, pairs: Sequence[tuple[CountTarget, Predicted, bool]]) -> Chart:
    rows: list[dict[str, Any]] = []
    by = target.by.replace("_", " ")
    stratum = {level: f"{by} {level}" if level.isdigit() else level for level in target.levels}
    inside = {False: [0, 0], True: [0, 0]}
    for one, predicted, ahead in pairs:
        p = one.periods.index(period)
        half, most = (interval(predicted.counts[:, :, p], ends) for ends in (HALF, MOST))
        for y, year in enumerate(one.years):
            for k, level in enumerate(one.levels):
                rate = PER / one.births[y, k]
                observed = float(one.deaths[y, p, k])
                inside[ahead][0] += int(most[0, y, k] <= observed <= most[1, y, k])
                inside[ahead][1] += 1
                bars = {"q05": most[0], "q95": most[1], "q25": half[0], "q75": half[1]}
                rows.append(
                    {"year": str(year), "stratum": stratum[level], "observed": observed * rate}
                    | {"when": "not seen by the fit" if ahead else "seen by the fit"}
                    | {name: float(values[y, k]) * rate for name, values in bars.items()}
                )
    said = [
        f"{hit} of {of} counts {'held out' if ahead else 'fitted'}"
        for ahead, (hit, of) in inside.items()
        if of
    ]
    spoken = {"postneonatal": "post-neonatal"}.get(period, period)
    title = f"{spoken.capitalize()} deaths: {' and '.join(said)} lie in their 90% interval"
    subtitle = (
        f"Deaths per {PER:,} live births by {by} and year. Points were observed; bars hold 50% (dark) and 90% "
        "(pale) of what draws make, chance and all."
    )
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": -90, "labelFontSize": 11}}
    y_title = f"per {PER:,} births"
    ends = [row[name] for row in rows for name in ("q05", "q95", "observed")]
    scale = {"domain": [min(ends), max(ends)], "nice": True, "zero": False}
    when = ["seen by the fit", "not seen by the fit"][: 1 + (len(inside) > 1 and inside[True][1] > 0)]
    point = {
        "mark": {
            "type": "point",
            "filled": True,
            "opacity": 1,
            "size": 46,
            "stroke": "white",
            "strokeWidth": 1,
        },
        "encoding": {
            "x": x,
            "y": {"field": "observed", "type": "quantitative", "title": y_title, "scale": scale},
            "color": _scale("when", (ORANGE, PLUM), when, "observed"),
            "shape": _scale("when", ("circle", "diamond"), when, "observed"),
        },
    }
    layer = [
        _bar("q05", "q95", x, y_title, PALE, 4, scale, along="y"),
        _bar("q25", "q75", x, y_title, BLUE, 8, scale, along="y"),
        point,
    ]
    order = list(stratum.values())
    inner = {"layer": layer, "width": 22 * len({row["year"] for row in rows}), "height": 150}
    spec = _facets(rows, "stratum", order, 5 if len(order) > 5 else len(order), inner, title, subtitle)
    return Chart(f"{target.name}_{period}", title, f"{title}. {subtitle}", spec)


def _bar(
    low: str, high: str, across: Spec, title: str, colour: str, width: int, scale: Spec, along: str
) -> Spec:
    other = "y" if along == "x" else "x"
    value = {"field": low, "type": "quantitative", "title": title, "scale": scale}
    return {
        "mark": {"type": "rule", "color": colour, "strokeWidth": width},
        "encoding": {other: across, along: value, f"{along}2": {"field": high}},
    }


def _axis(field: str, values: Sequence[float]) -> Spec:
    """An axis without words, from the first value to the last."""
    scale = {"domain": [values[0], values[-1]], "clamp": True}
    axis = {"values": list(values), "format": "g"}
    return {"field": field, "type": "quantitative", "title": None, "axis": axis, "scale": scale}


def _scale(field: str, values: Sequence[object], names: Sequence[str], title: str | None = None) -> Spec:
    scale = {"domain": list(names), "range": [values[k % len(values)] for k in range(len(names))]}
    return {"field": field, "type": "nominal", "title": title or field, "scale": scale}


def _labels(limit: int) -> Spec:
    return {"labelLimit": limit, "ticks": False}


def _facets(
    rows: Sequence[Spec],
    field: str,
    order: Sequence[str],
    columns: int,
    inner: Spec,
    title: str,
    subtitle: str,
) -> Spec:
    header = {"title": None, "labelFontSize": SIZE, "labelFontWeight": "bold", "labelLimit": 260}
    spec = {
        "data": {"values": list(rows)},
        "facet": {"field": field, "type": "nominal", "sort": list(order), "header": header},
        "columns": columns,
        "spec": inner,
    }
    return dressed(spec, title, subtitle)
