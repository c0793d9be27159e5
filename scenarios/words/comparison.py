"""Which scenario averts most, as far as draws that they share can tell; ties are called ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any

from scenarios.words.headline import with_interval
from scenarios.words.look_up import LookUp
from scenarios.words.names import NO_MEANINGS, Meanings, listed, period, quoted, under_structure
from scenarios.words.rounding import count, count_range, of_draws
from scenarios.words.verdict import Claim, Shift, Verdict, headline_part

SURE = 0.95
"""How likely it has to be that a scenario is ahead of all others before it is said to avert most."""
BEHIND = 0.95
"""How likely one has to be ahead of another before they are told apart."""
NAMED = 4
"""Ties that are named one by one."""
GROUPS: Mapping[str, str] = {
    "found": "Scenarios",
    "what_if": "What-ifs and bounds",
    "null": "Null evidence",
    "reference": "Reference paths",
}
"""Kinds of scenarios, which are never ranked with one another: as headings."""


def group_of(verdict: Verdict) -> str:
    """With which kind of scenarios it may be compared: one of :data:`GROUPS`."""
    if verdict.what_if:
        return "what_if"
    if verdict.null:
        return "null"
    return "reference" if verdict.reference else "found"


def in_order(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """As a reader wants them: group by group, in each the one that averts most by its mean first."""
    groups = list(GROUPS)
    return sorted(verdicts, key=lambda at: (groups.index(group_of(at)), -at.mean, at.name))


def rivals_of(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Those that are ranked with one another: no what-ifs, null evidence, reference paths or what is asked twice."""
    return [at for at in in_order(verdicts) if group_of(at) == "found" and at.same_as is None]


def comparison(
    summary: Mapping[str, Any], verdicts: Sequence[Verdict], figures: LookUp, meanings: Meanings = NO_MEANINGS
) -> tuple[str, ...]:
    """Which of the scenarios averts most, if that can be told; sentences, none where there is nothing to compare.

    What-ifs, null evidence and reference paths are ranked with nothing.
    """
    rivals = rivals_of(verdicts)
    apart = _apart(verdicts)
    if len(rivals) < 2:
        return apart
    averting = [at for at in rivals if at.claim is Claim.AVERTS]
    if not averting:
        return (f"Of none of the {_all(rivals, verdicts)} is the whole interval above 0.", *apart)
    first = averting[0]
    others = [at for at in rivals if at is not first]
    ahead = {other.name: _ahead(figures, first, other) for other in others}
    if any(found is None for found in ahead.values()):
        return ("Which of them is ahead was not worked out.", *apart)
    probabilities = {name: found for name, found in ahead.items() if found is not None}
    elsewhere = _under_other_structures(summary, first, others, meanings)
    number = f"{count(first.mean)} {summary['words']['deaths']} {with_interval(first)}"
    said = f"{period(summary)}, {_first(first, others, probabilities, number, _all(rivals, verdicts))}{elsewhere}."
    return (said, *_contains(summary, first, others), *apart)


def held_by_the_first(summary: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    """That the one which averts most does what others would do, in a few words; empty where it does not."""
    rivals = rivals_of(verdicts)
    averting = [at for at in rivals if at.claim is Claim.AVERTS]
    if not averting:
        return ""
    inside = _inside(summary, averting[0], [at for at in rivals if at is not averting[0]])
    return f"It does what {len(inside)} of the others would do, and more." if inside else ""


def _all(rivals: Sequence[Verdict], verdicts: Sequence[Verdict]) -> str:
    """How many are ranked, said so that nobody takes them for all that were run."""
    ranked = "compared" if len(rivals) == len(verdicts) else "that can be ranked"
    return f"{len(rivals)} scenarios {ranked}"


def _ahead(figures: LookUp, one: Verdict, other: Verdict) -> tuple[float, float] | None:
    """How likely one averts more than another, and the error of that; none where their intervals lie apart."""
    at = figures.one("choice", one.name, "p_better_than", f"scenario {other.name}")
    if at is None:
        return None
    error = 0.0 if _lie_apart(one, other) else float(at["mc_error"] or 0.0)
    return float(at["value"]), error


def _lie_apart(one: Verdict, other: Verdict) -> bool:
    if one.interval95 is None or other.interval95 is None:
        return False
    return one.interval95[0] > other.interval95[1]


def _first(
    first: Verdict,
    others: Sequence[Verdict],
    ahead: Mapping[str, tuple[float, float]],
    number: str,
    ranked: str,
) -> str:
    comes_first = "comes first by its mean"
    if any(other.mean > first.mean for other in others):
        comes_first += " of those whose whole interval is above 0"
    comes_first += f", {number},"
    ties = [other for other in others if ahead[other.name][0] - 2 * ahead[other.name][1] < BEHIND]
    if ties:
        named = [
            f"{quoted(other)} (ahead in {of_draws(ahead[other.name][0])} of draws)" for other in ties[:NAMED]
        ]
        more = len(ties) - len(named)
        named += [f"{more} more"] if more > 0 else []
        return f"{quoted(first)} {comes_first} but is a tie with {listed(named)}: these draws do not tell them apart"
    # ahead of all at once, at the least: what may go wrong with one or another adds up
    sure = 1 - sum(1 - value for value, _ in ahead.values())
    if sure - 2 * max(error for _, error in ahead.values()) < SURE:
        return (
            f"{quoted(first)} {comes_first} and is ahead of each other one by itself, but of all at once "
            "too seldom to be called first for sure"
        )
    often = "in every draw" if sure == 1 else f"in at least {of_draws(sure)} of draws"
    return f"of the {ranked} {quoted(first)} averts the most, {number}, and is ahead of all others {often}"


def _under_other_structures(
    summary: Mapping[str, Any], first: Verdict, others: Sequence[Verdict], meanings: Meanings
) -> str:
    """Structures under which the first is another or comes second, in the same breath; empty where there is none."""
    variants = {
        arm["name"]: headline_part(summary, arm).get("variants", {})
        for arm in summary["arms"]
        if arm["name"] in {first.name, *(other.name for other in others)}
    }
    said = []
    for structure, here in variants[first.name].items():
        if structure in {f"{name}={option}" for name, option in summary["structure"].items()}:
            continue
        found = [_itself(shift) for shift in first.shifts if shift.structure == structure]
        beside = [other for other in others if structure in variants[other.name]]
        if beside:
            best = max(beside, key=lambda other: variants[other.name][structure]["mean"])
            there = variants[best.name][structure]
            # fewer draws know a mean less well
            if there["mean"] - here["mean"] > 2 * hypot(there["draw_error"], here["draw_error"]):
                found.append(f"{quoted(best)} comes first")
        if found:
            said.append(f"{under_structure(structure, meanings)} {listed(found)}")
    return f"; but {listed(said)}" if said else ""


def _itself(shift: Shift) -> str:
    """What becomes of the first under another structure: of what averts, it is another answer."""
    if shift.moved == "none":
        return "it averts exactly 0"
    if shift.moved == "cannot_tell":
        return "it cannot be told"
    does = "adds" if shift.moved == "other_way" else "averts"
    return f"it {does} {count(shift.mean)} ({count_range(*shift.interval95)})"


def _contains(summary: Mapping[str, Any], first: Verdict, others: Sequence[Verdict]) -> tuple[str, ...]:
    """That the first does all that others do and more, so that to be ahead of them says little."""
    inside = _inside(summary, first, others)
    if not inside:
        return ()
    return (f"{quoted(first)} does what {listed([quoted(other) for other in inside])} would do, and more.",)


def _inside(summary: Mapping[str, Any], first: Verdict, others: Sequence[Verdict]) -> list[Verdict]:
    parts = {name: _parts(summary, name) for name in (first.name, *(other.name for other in others))}
    return [other for other in others if parts[other.name] and parts[other.name] < parts[first.name]]


def _parts(summary: Mapping[str, Any], name: str) -> frozenset[str]:
    """The interventions of a scenario as it was run: the same whole one has the same words."""
    scenario = summary.get("run", {}).get("scenarios", {}).get(name, {}).get("as_run", {})
    return frozenset(repr(change) for change in scenario.get("interventions", ()))


def _apart(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """What is ranked with nothing, and why."""
    said = []
    if what_ifs := sum(group_of(at) == "what_if" for at in verdicts):
        stand, are = ("stands", "is") if what_ifs == 1 else ("stand", "are")
        what_if = "what-if" if what_ifs == 1 else "what-ifs"
        said.append(
            f"{what_ifs} {what_if} {stand} apart and {are} ranked with nothing: what is assumed is no rival."
        )
    if nulls := sum(group_of(at) == "null" for at in verdicts):
        has = "scenario has" if nulls == 1 else "scenarios have"
        said.append(f"{nulls} {has} null evidence: studies found no effect, or there is none to use.")
    if paths := sum(group_of(at) == "reference" for at in verdicts):
        are, them = ("path is", "it") if paths == 1 else ("paths are", "them")
        said.append(f"{paths} reference {are} ranked with nothing either: nobody proposes {them}.")
    return tuple(said)
