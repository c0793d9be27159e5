"""What :mod:`scenarios.explain` found, in plain words: lines for a person to read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios.meaning import in_words
from scenarios.schema import ASSUMPTION

KINDS = {
    "prevalence": "an exposure becomes more or less common",
    "support": "an offer that helps some to change",
    "hazard_ratio": "the risk of death itself is multiplied",
    "births": "fewer births",
    "what_if_residual": "a bound: the unexplained risk of one level for all aimed at",
    "what_if_equal": "a bound: every level as one level is",
}
STATUS = {
    "effective": "trials or studies found an effect",
    "null": "trials found no effect",
    "what_if": "what if: an effect assumed to be looked at",
    "reference": "a reference path",
}
Told = Mapping[str, Any]


def explained(found: Told, width: int = 100) -> str:
    """The whole text, its lines at most ``width`` characters."""
    return "\n".join(line for part in _parts(found) for line in _wrapped(part, width))


def _parts(found: Told) -> Iterator[str]:
    years = found["years"]
    span = f"{years[0]}-{years[-1]}" if years[1:] else str(years[0])
    yield f"{found['name']}: {found['title']}"
    behind = "".join(f", which extends {path}" for path in found["extends"])
    births = _span(found["births"], years)
    yield f"{found['file']}{behind}; model {found['model']}, births of {span}: {births}."
    yield "Exact sums over the tables of the model at the central draw; nothing is simulated, and no interval is told."
    if found["structure_label"] != "default":
        yield f"Structure: {found['structure_label']}."
    evidence = found["evidence"]
    if evidence is not None:
        grade, status = evidence["grade"], STATUS[evidence["status"]]
        yield f"Evidence: grade {grade}; {status}. {evidence['summary']}"
    if found["discount_rate"] is not None:
        yield f"Later years are discounted by {100 * found['discount_rate']['value']:.3g}% a year."
    if not found["interventions"]:
        yield ""
        yield "It changes nothing."
    for told in found["interventions"]:
        yield ""
        yield from _intervention(told, found)
    if found["in_all_births"]:
        yield ""
        yield "Among all births, what follows included:"
        for at in found["in_all_births"]:
            yield from _shares(at, years, "  ")
    yield ""
    yield from _sources(found)
    if found["is_not"]:
        yield "It is not:"
        for reservation in found["is_not"]:
            yield f"  - {reservation}"


def _intervention(told: Told, found: Told) -> Iterator[str]:
    years = found["years"]
    yield f"{told['id']}: {told['change']}, {KINDS[told['change']]}"
    acts = told["acts_in"]
    if acts != years:
        when = f"acts in {acts[0]} to {acts[-1]}" if acts else "acts in none of these years"
        yield f"  When: {when}"
    who = "; ".join(f"{at['name']} {_or(at['levels'])}" for at in told["who"]) or "every birth"
    yield f"  Who: {who}: {_span(told['aimed_at'], years)}"
    if told["change"] == "what_if_equal":
        yield f"  What: every level of {told['dimension']} is as {told['like']} is"
    if told["change"] == "what_if_residual":
        yield f"  What: unexplained risk as in level {told['like']}"
    if told["steps"]:
        yield "  Steps, births a year: " + "; ".join(
            f"{name} {_span(births, years, '')}" for name, births in told["steps"].items()
        )
    for move in told["moves"]:
        yield f"  {move['variable']} ({move['meaning']}), of those {'offered' if told['steps'] else 'aimed at'}:"
        yield from _shares(move, years, "    ", head=False)
        yield f"    moved: {_span(move['moved'], years)}"
    if "hazard" in told:
        yield from _hazard(told, years)
    for number in told["numbers"]:
        yield f"  {number['key']}: {in_words(number['value'])}; {_whence(number)}"
    for cost in told["costs"]:
        yield (
            f"  cost: {in_words(cost['value'])} pounds of {cost['price_year']} per {cost['per']}, "
            f"{_span(cost['pounds'], years, 'pounds a year')}; {_whence(cost)}"
        )
    assumed = [part for part in (*told["numbers"], *told["costs"]) if part["assumed"]]
    for part in assumed:
        yield f"  Assumed of {part['key']}: {part['note'].strip()}"


def _hazard(told: Told, years: Sequence[int]) -> Iterator[str]:
    hazard = told["hazard"]
    ratio = next(number for number in told["numbers"] if number["key"] == "ratio")
    causes = "; ".join(f"{name} ({meaning})" for name, meaning in hazard["causes"].items())
    when = "from the first day" if hazard["begins"] == "pregnancy" else "after birth"
    ratios = [f"{ratio['by_year'][year]:.3g}" for year in (0, -1)]
    way = f"{ratios[0]} in {years[0]}, {ratios[1]} in {years[-1]}"
    yield f"  Hazards, {when}, times {ratios[0] if ratios[0] == ratios[1] else way}"
    yield f"    of {causes}"
    yield f"    at {', '.join(hazard['age_bands'])}"


def _shares(at: Told, years: Sequence[int], indent: str, head: bool = True) -> Iterator[str]:
    """Each level whose share moves, in the first and the last year."""
    if head:
        yield f"{indent}{at['variable']} ({at['meaning']}):"
    told = False
    for place, level in enumerate(at["levels"]):
        pairs = [(at["before"][year][place], at["after"][year][place]) for year in (0, -1)]
        if all(f"{before:.2%}" == f"{after:.2%}" for before, after in pairs):
            continue
        told = True
        ways = [f"{before:.2%} -> {after:.2%}" for before, after in pairs]
        same = len(years) == 1 or ways[0] == ways[1]
        way = ways[0] if same else f"{ways[0]} in {years[0]}, {ways[1]} in {years[-1]}"
        yield f"{indent}  {level}: {way}"
    if not told:
        yield f"{indent}  no share moves by as much as 0.01%"


def _span(births: Sequence[float], years: Sequence[int], what: str = "births a year") -> str:
    """A count in the first and the last year, or one where they are printed alike."""
    first, last = f"{births[0]:,.0f}", f"{births[-1]:,.0f}"
    once = f"{first} {what}".rstrip()
    return once if first == last else f"{once} in {years[0]}, {last} in {years[-1]}"


def _whence(part: Told) -> str:
    keys = [key for key in part["source"] if key != ASSUMPTION]
    said = ["an assumption"] if part["assumed"] else []
    return " and ".join([*said, *([", ".join(keys)] if keys else [])])


def _sources(found: Told) -> Iterator[str]:
    parts = [part for told in found["interventions"] for part in (*told["numbers"], *told["costs"])]
    assumed = sum(part["assumed"] for part in parts)
    if parts:
        which = "None" if not assumed else "All" if assumed == len(parts) else f"{assumed}"
        yield f"{which} of its {len(parts)} number{'s' * (len(parts) != 1)} rest{'s' * (assumed < 2)} on an assumption."
    if found["sources"]:
        yield "Sources:"
    for source in found["sources"]:
        cited = ", ".join(source[name] for name in ("publisher", "year") if name in source)
        yield f"  {source['key']}: {source.get('title', 'in no table of sources')}{f' ({cited})' if cited else ''}"


def _or(levels: Sequence[str]) -> str:
    return " or ".join(levels)


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, width, subsequent_indent=f"{indent}    ", break_on_hyphens=False) or [""]
