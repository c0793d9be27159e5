"""The causal graph of a model as a picture, drawn from ``model.yaml`` alone."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from causal_links import DEATHS, in_words, links, variant_letters
from graph_layout import Arrow, Layout, Point, lay_out

from simcore.model import Model

LETTER = 8.6  # width of a letter of a name, and of one below it
SMALL = 6.6
SIDE, TOP, KEY = 24.0, 58.0, 92.0
HEIGHT, BETWEEN = 46.0, 54.0
INK, FAINT, PAPER = "#1f2328", "#57606a", "#ffffff"
LINES = {
    "causal": f'stroke="{INK}" stroke-width="1.6"',
    "associated": f'stroke="{FAINT}" stroke-width="1.4" stroke-dasharray="6 4"',
    "neutral": f'stroke="{FAINT}" stroke-width="1.4" stroke-dasharray="1.5 4" stroke-linecap="round"',
}
BOXES = {
    "descriptor": f'rx="22" fill="#ffffff" stroke="{INK}" stroke-width="1.4"',
    "exposure": f'rx="3" fill="#e3e7eb" stroke="{INK}" stroke-width="2.4"',
    "intermediate": f'rx="3" fill="#8b949e" stroke="{INK}" stroke-width="1.4"',
    DEATHS: 'rx="3" fill="#1f2328" stroke="none"',
}


def picture(model: Model) -> str:
    """The graph as SVG."""
    spec = model.spec
    names = list(spec.variables)
    arrows = [Arrow(link.start, link.end, link.look) for link in links(model)]
    text = {name: (name, _below(model, name)) for name in names}
    width = {n: max(LETTER * len(a), SMALL * len(b)) + 26 for n, (a, b) in text.items()} | {DEATHS: 200.0}
    layout = lay_out([*names, DEATHS], width, arrows, wide=DEATHS)
    right = max(x + (0 if p.trunk else width[p.name] / 2) for p, x in layout.x.items() if p.name != DEATHS)
    # room for the key below, the graph in the middle of it
    aside, right = max(880.0 - right, 0.0) / 2, max(right, 880.0)
    layout.x = {point: x + aside for point, x in layout.x.items()}
    rows = len(layout.layers)
    size = right + 2 * SIDE, TOP + rows * HEIGHT + (rows - 1) * BETWEEN + KEY
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" role="img" '
        'aria-labelledby="title desc"',
        "     font-family=\"-apple-system, 'Segoe UI', 'Liberation Sans', Helvetica, Arial, sans-serif\" "
        f'font-size="15" fill="{INK}">',
        f'  <title id="title">The causal graph of the model {escape(model.name)}</title>',
        f'  <desc id="desc">{escape(in_words(model))}</desc>',
        *_heads(),
        f'  <rect x="1" y="1" width="{size[0] - 2:.0f}" height="{size[1] - 2:.0f}" rx="12" fill="{PAPER}" '
        'stroke="#d0d7de" stroke-width="2"/>',
        f'  <text x="{SIDE:.0f}" y="34" font-weight="600">Causes above, consequences below</text>',
        *_pieces(layout, right),
        *_boxes(model, layout, width, text, right),
        *_marks(model, layout),
        *_key(model, size[1] - KEY + 30),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _below(model: Model, name: str) -> str:
    variable = model.spec.variables[name]
    strata = [s.removeprefix("imd_") for s in variable.shares.by if s in model.strata]
    return f"{len(variable.levels)} levels" + (f", by {' and '.join(strata)}" if strata else "")


def _y(layer: int) -> float:
    return TOP + layer * (HEIGHT + BETWEEN)


def _heads() -> Iterator[str]:
    yield "  <defs>"
    for look in LINES:
        colour = INK if look == "causal" else FAINT
        yield (
            f'    <marker id="{look}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
        )
    yield "  </defs>"


def _pieces(layout: Layout, right: float) -> Iterator[str]:
    """Arrows, each a curve from the foot of one point to the head of the next."""
    ends = _ends(layout, right)
    for start, end, arrow in layout.pieces:
        x0, x1 = SIDE + ends.get((start, end, "out"), layout.x[start]), SIDE + ends[start, end, "in"]
        y0, y1 = _y(start.layer) + HEIGHT, _y(end.layer)
        middle = (y0 + y1) / 2
        path = f"M{x0:.1f} {y0:.0f} C{x0:.1f} {middle:.0f} {x1:.1f} {middle:.0f} {x1:.1f} {y1:.0f}"
        if end.trunk is not None:
            path += f" V{y1 + HEIGHT:.0f}"
        head = f' marker-end="url(#{arrow.look})"' if end.trunk is None else ""
        yield f'  <path d="{path}" fill="none" {LINES[arrow.look]}{head}/>'


def _ends(layout: Layout, right: float) -> dict[tuple[Point, Point, str], float]:
    """Where lines leave and enter: side by side at a box, straight down into the wide box of deaths."""
    x: dict[tuple[Point, Point, str], float] = {}
    into: dict[Point, list[Point]] = {}
    for start, end, _ in layout.pieces:
        x[start, end, "in"] = layout.x[end]
        into.setdefault(end, []).append(start)
    for end, starts in into.items():
        starts.sort(key=lambda p: layout.x[p])
        if end.name == DEATHS:
            for start in starts:
                x[start, end, "in"] = min(max(layout.x[start], 0.0), right)
        elif end.trunk is None:
            for i, start in enumerate(starts):
                x[start, end, "in"] = layout.x[end] + 13 * (i - (len(starts) - 1) / 2)
    return x


def _boxes(
    model: Model, layout: Layout, width: dict[str, float], text: dict[str, tuple[str, str]], right: float
) -> Iterator[str]:
    for point, x in layout.x.items():
        if point.trunk is not None:
            continue
        y = _y(point.layer)
        if point.name == DEATHS:
            deaths = model.spec.deaths
            yield f'  <rect x="{SIDE:.0f}" y="{y:.0f}" width="{right:.0f}" height="{HEIGHT:.0f}" {BOXES[DEATHS]}/>'
            yield (
                f'  <text x="{SIDE + right / 2:.1f}" y="{y + 20:.0f}" fill="{PAPER}" font-weight="600" '
                f'text-anchor="middle">{escape(model.spec.words.deaths)}</text>'
            )
            said = f"{len(deaths.causes)} causes, {len(deaths.age_bands)} ages at death"
            if deaths.residual is not None:
                said += f"; a residual by {deaths.residual.by}"
            yield (
                f'  <text x="{SIDE + right / 2:.1f}" y="{y + 37:.0f}" fill="{PAPER}" font-size="12" '
                f'text-anchor="middle">{escape(said)}</text>'
            )
            continue
        kind, wide = model.spec.variables[point.name].kind, width[point.name]
        yield (
            f'  <rect x="{SIDE + x - wide / 2:.1f}" y="{y:.0f}" width="{wide:.1f}" height="{HEIGHT:.0f}" '
            f"{BOXES[kind]}/>"
        )
        for line, down, look in zip(
            text[point.name], (20, 37), ('font-weight="600"', 'font-size="12"'), strict=True
        ):
            yield (
                f'  <text x="{SIDE + x:.1f}" y="{y + down:.0f}" {look} text-anchor="middle">{escape(line)}</text>'
            )


def _marks(model: Model, layout: Layout) -> Iterator[str]:
    """The letter of every variant on the last piece of each arrow that it changes."""
    ends = _ends(layout, max(layout.x.values()))
    letters = variant_letters(model)
    last = {
        (start.name, end.name, arrow.look): (start, end)
        for start, end, arrow in layout.pieces
        if end.trunk is None
    }
    for link in links(model):
        start, end = last[link.start, link.end, link.look]
        x0, x1 = layout.x[start], ends[start, end, "in"]
        for i, name in enumerate(link.variants):
            x = SIDE + x0 + 0.75 * (x1 - x0) + 17 * i
            y = _y(end.layer) - 0.32 * BETWEEN
            yield (
                f'  <circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="{PAPER}" stroke="{INK}" stroke-width="1"/>'
                f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="11" font-weight="600" text-anchor="middle">'
                f"{letters[name]}</text>"
            )


def _key(model: Model, y: float) -> Iterator[str]:
    x = SIDE
    for kind in ("descriptor", "exposure", "intermediate"):
        yield f'  <rect x="{x:.0f}" y="{y - 13:.0f}" width="34" height="18" {BOXES[kind].replace("22", "9")}/>'
        yield f'  <text x="{x + 42:.0f}" y="{y:.0f}" font-size="12">{kind}</text>'
        x += 58 + SMALL * len(kind)
    for look, words in (
        ("causal", "acts"),
        ("associated", "found together"),
        ("neutral", "no effect by default"),
    ):
        yield (
            f'  <path d="M{x:.0f} {y - 4:.0f} h38" fill="none" {LINES[look]} marker-end="url(#{look})"/>'
            f'<text x="{x + 46:.0f}" y="{y:.0f}" font-size="12">{words}</text>'
        )
        x += 62 + SMALL * len(words)
    x, y = SIDE, y + 28
    for name, letter in variant_letters(model).items():
        yield (
            f'  <circle cx="{x + 8:.0f}" cy="{y - 4:.1f}" r="8" fill="{PAPER}" stroke="{INK}" stroke-width="1"/>'
            f'<text x="{x + 8:.0f}" y="{y:.1f}" font-size="11" font-weight="600" text-anchor="middle">{letter}</text>'
            f'<text x="{x + 22:.0f}" y="{y:.0f}" font-size="12">variant {escape(name)}</text>'
        )
        x += 100 + SMALL * len(name)
