"""Where the nodes and arrows of a layered graph go: causes above, consequences below.

The usual way of drawing such a graph (Sugiyama): a layer for every node, an order within each layer with few
crossings, then places. All long arrows of one node that look alike share one trunk, which branches where they end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GAP = 26.0
"""Least distance between the sides of neighbours in a layer."""
TRUNK = 6.0
"""Width that a passing arrow takes."""
ROUNDS = 60


@dataclass(frozen=True)
class Arrow:
    """From a node to a later one; ``look`` tells arrows apart that must not share a line."""

    start: str
    end: str
    look: str = ""


@dataclass(frozen=True)
class Point:
    """A node, or a place where a trunk passes a layer."""

    name: str
    layer: int
    trunk: str | None = None


@dataclass
class Layout:
    """Every point with its layer and place, and the pieces of line between neighbouring layers."""

    x: dict[Point, float] = field(default_factory=dict)
    pieces: list[tuple[Point, Point, Arrow]] = field(default_factory=list)
    """Each piece once, with one of the arrows it belongs to."""
    layers: list[list[Point]] = field(default_factory=list)


def layers_of(names: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """A layer for each node: below all its causes, and no higher than just above its first consequence.

    >>> layers_of("abc", [Arrow("a", "c"), Arrow("b", "c")])
    {'a': 0, 'b': 0, 'c': 1}
    >>> layers_of("abcd", [Arrow("a", "b"), Arrow("b", "c"), Arrow("d", "c")])
    {'a': 0, 'b': 1, 'c': 2, 'd': 1}
    """
    layer = dict.fromkeys(names, 0)
    for name in names:
        layer[name] = max((layer[a.start] + 1 for a in arrows if a.end == name), default=0)
    for name in reversed(names):
        below = [layer[a.end] for a in arrows if a.start == name]
        if below:
            layer[name] = min(below) - 1
    return layer


def lay_out(
    names: Sequence[str], widths: Mapping[str, float], arrows: Sequence[Arrow], wide: str | None = None
) -> Layout:
    """Places of all nodes and lines; ``names`` in causal order.

    A ``wide`` node is as wide as the picture: a line reaches it wherever it comes down, so that it draws none aside.
    """
    layer = layers_of(names, arrows)
    layout = Layout(layers=[[] for _ in range(1 + max(layer.values(), default=0))])
    for name in names:
        layout.layers[layer[name]].append(Point(name, layer[name]))
    pieces: dict[tuple[Point, Point], Arrow] = {}
    for arrow in arrows:
        before = Point(arrow.start, layer[arrow.start])
        for at in range(layer[arrow.start] + 1, layer[arrow.end]):
            here = Point(arrow.start, at, arrow.look)
            if here not in layout.layers[at]:
                layout.layers[at].append(here)
            pieces.setdefault((before, here), arrow)
            before = here
        pieces[before, Point(arrow.end, layer[arrow.end])] = arrow
    layout.pieces = [(start, end, arrow) for (start, end), arrow in pieces.items()]
    above: dict[Point, list[Point]] = {}
    below: dict[Point, list[Point]] = {}
    for start, end, _ in layout.pieces:
        if end.name != wide or end.trunk is not None:
            above.setdefault(end, []).append(start)
            below.setdefault(start, []).append(end)
    _order(layout, above, below)
    width = {p: TRUNK if p.trunk is not None else widths[p.name] for row in layout.layers for p in row}
    _place(layout, above, below, width)
    return layout


def _order(
    layout: Layout, above: Mapping[Point, Sequence[Point]], below: Mapping[Point, Sequence[Point]]
) -> None:
    """Sort each layer by the mean place of neighbours, up and down; the order with fewest crossings stays."""
    best = [list(row) for row in layout.layers]
    fewest = _crossings(layout)
    for sweep in range(ROUNDS):
        down = sweep % 2 == 0
        for row in layout.layers if down else reversed(layout.layers):
            near = above if down else below
            place = {p: i for other in layout.layers for i, p in enumerate(other)}
            size = {p: len(other) for other in layout.layers for p in other}

            def mean(
                p: Point,
                near: Mapping[Point, Sequence[Point]] = near,
                place: Mapping[Point, int] = place,
                size: Mapping[Point, int] = size,
            ) -> float:
                found = near.get(p, ())
                if not found:
                    return (place[p] + 0.5) / size[p]
                return sum((place[q] + 0.5) / size[q] for q in found) / len(found)

            row.sort(key=mean)
        crossed = _crossings(layout)
        if crossed < fewest:
            fewest, best = crossed, [list(row) for row in layout.layers]
    for row, kept in zip(layout.layers, best, strict=True):
        row[:] = kept
    _swap(layout)


def _swap(layout: Layout) -> None:
    """Exchange neighbours for as long as that saves a crossing."""
    fewest = _crossings(layout)
    better = True
    while better:
        better = False
        for row in layout.layers:
            for i in range(len(row) - 1):
                row[i], row[i + 1] = row[i + 1], row[i]
                crossed = _crossings(layout)
                if crossed < fewest:
                    fewest, better = crossed, True
                else:
                    row[i], row[i + 1] = row[i + 1], row[i]


def _crossings(layout: Layout) -> int:
    place = {p: i for row in layout.layers for i, p in enumerate(row)}
    between: dict[int, list[tuple[int, int]]] = {}
    for start, end, _ in layout.pieces:
        between.setdefault(start.layer, []).append((place[start], place[end]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for found in between.values()
        for i, a in enumerate(found)
        for b in found[:i]
    )


def _place(
    layout: Layout,
    above: Mapping[Point, Sequence[Point]],
    below: Mapping[Point, Sequence[Point]],
    width: Mapping[Point, float],
) -> None:
    """Places near those of the neighbours, a trunk straight, nothing nearer than allowed."""
    for row in layout.layers:
        at = 0.0
        for p in row:
            layout.x[p] = at + width[p] / 2
            at += width[p] + GAP
    for sweep in range(ROUNDS):
        for row in layout.layers if sweep % 2 == 0 else reversed(layout.layers):
            wanted, weights, offsets, at = [], [], [], 0.0
            for i, p in enumerate(row):
                near = [*above.get(p, ()), *below.get(p, ())]
                pull = [12.0 if p.trunk is not None and q.name == p.name else 1.0 for q in near]
                mean = sum(w * layout.x[q] for w, q in zip(pull, near, strict=True)) / (sum(pull) or 1.0)
                at += 0.0 if i == 0 else (width[row[i - 1]] + width[p]) / 2 + GAP
                wanted.append((mean if near else layout.x[p]) - at)
                weights.append(sum(pull) or 1.0)
                offsets.append(at)
            for p, x, offset in zip(row, rising(wanted, weights), offsets, strict=True):
                layout.x[p] = x + offset
    left = min(layout.x[p] - width[p] / 2 for row in layout.layers for p in row)
    for p in layout.x:
        layout.x[p] -= left


def rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest values (weighted least squares) that never fall.

    >>> rising([1.0, 3.0, 2.0], [1.0, 1.0, 1.0])
    [1.0, 2.5, 2.5]
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, w, n), (b, v, m) = pools[-2:]
            pools[-2:] = [((a * w + b * v) / (w + v), w + v, n + m)]
    return [value for value, _, n in pools for _ in range(n)]
