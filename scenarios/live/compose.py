"""A state becomes a scenario: written as a file would be, and read through the same door as one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.live.levers import STATUSES, Lever, is_what_if
from scenarios.live.moving import intervention_of, is_moved_effect
from scenarios.live.state import WHERE, Chosen, State
from scenarios.read import parse_scenario
from scenarios.schema import Scenario
from scenarios.written import as_yaml
from simcore.model import Model
from simcore.problems import DocumentError, Problem, hint

UNNAMED = "my_policy"
GRADES = "ABCD"
Plain = dict[str, Any]


def compose(state: State, levers: Mapping[str, Lever], model: Model, taken: Sequence[str] = ()) -> Scenario:
    """The scenario that a state asks for. Its name is made of its title, and is none of those taken.

    Raises
    ------
    DocumentError
        If the state names levers or numbers that are not there, or says what no file may say.
    """
    text = as_yaml(document_of(state, levers, model, taken))
    return parse_scenario(text, WHERE)


def document_of(state: State, levers: Mapping[str, Lever], model: Model, taken: Sequence[str] = ()) -> Plain:
    """The scenario as plain data, as a file would say it."""
    on = [(_lever(chosen, place, levers), chosen) for place, chosen in enumerate(state.policy)]
    whole = _untouched(on)
    title = state.title or (whole.title if whole else _title(on))
    changes = [intervention_of(lever, chosen, place, model) for place, (lever, chosen) in enumerate(on)]
    _refuse_same_ids(changes)
    said: Plain = {
        "scenario": 1,
        "name": _name(state.title or (whole.name if whole else UNNAMED), taken),
        "title": title,
        "why": whole.why.strip() if whole else _why(on),
    }
    reservations = list(dict.fromkeys(text.strip() for lever, _ in on for text in lever.scenario.is_not))
    if reservations:
        said["is_not"] = reservations
    said["model"] = model.name
    evidence = _evidence(on)
    if evidence is not None:
        said["evidence"] = evidence
    rates = {lever.scenario.discount_rate for lever, _ in on if lever.scenario.discount_rate is not None}
    if len(rates) == 1:
        said["discount_rate"] = rates.pop().model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {**said, "interventions": changes}


def _lever(chosen: Chosen, place: int, levers: Mapping[str, Lever]) -> Lever:
    if chosen.lever not in levers:
        message = f"no lever `{chosen.lever}`; {hint(chosen.lever, levers)}"
        raise DocumentError(Problem(WHERE, None, None, f"policy.{place}.lever", message))
    return levers[chosen.lever]


def _refuse_same_ids(changes: Sequence[Plain]) -> None:
    """The same intervention of a shipped and of a loaded file would touch the same babies twice."""
    ids = [change["id"] for change in changes]
    for place, name in enumerate(ids):
        if name in ids[:place]:
            message = f"the intervention `{name}` is on already, from another file; switch one of the two off"
            raise DocumentError(Problem(WHERE, None, None, f"policy.{place}.lever", message))


def _untouched(on: Sequence[tuple[Lever, Chosen]]) -> Scenario | None:
    """The one file all of whose interventions are on, none of them moved, and nothing else."""
    if not on:
        return None
    scenario = on[0][0].scenario
    same = all(lever.scenario is scenario for lever, _ in on) and len(on) == len(scenario.interventions)
    return scenario if same and not any(chosen.set.model_fields_set for _, chosen in on) else None


def _title(on: Sequence[tuple[Lever, Chosen]]) -> str:
    if not on:
        return "Nothing changes"
    first = on[0][0].scenario.title
    if len(on) == 1:
        return f"{first}, changed"
    return f"{first}, and {len(on) - 1} other{'s' * (len(on) > 2)}"


def _why(on: Sequence[tuple[Lever, Chosen]]) -> str:
    if not on:
        return "No intervention is on."
    files = list(dict.fromkeys(lever.scenario.name for lever, _ in on))
    moved = [lever.change.id for lever, chosen in on if chosen.set.model_fields_set]
    said = f"Put together of interventions of {', '.join(files)}."
    return said + (f" Moved by hand: {', '.join(moved)}." if moved else "")


def _evidence(on: Sequence[tuple[Lever, Chosen]]) -> Plain | None:
    """The weakest grade of what is on; a what-if as soon as one part is; null where all of it is.

    None where some part states none: that is less than any that the others state.
    """
    stated = [lever.scenario.evidence for lever, _ in on]
    known = [evidence for evidence in stated if evidence is not None]
    assumed = [lever.change.id for lever, chosen in on if is_moved_effect(lever, chosen.set)]
    what_if = bool(assumed) or any(is_what_if(lever) for lever, _ in on)
    unstated = len(known) < len(stated)
    if not on or (unstated and not what_if):
        return None
    grade = "D" if unstated or assumed else max((e.grade for e in known), key=GRADES.index)
    status = "what_if" if what_if else min((e.status for e in known), key=STATUSES.index)
    summary = " ".join(dict.fromkeys(e.summary.strip() for e in known))
    if assumed:
        summary = f"The effect of {', '.join(assumed)} was set by hand. {summary}".strip()
    return {"grade": grade, "status": status, "summary": summary or "Nothing is said of its evidence."}


def _name(title: str, taken: Sequence[str]) -> str:
    """A name that files allow, made of a title."""
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:50].strip("_")
    base = slug if re.match("[a-z]", slug) else f"{UNNAMED}_{slug}".rstrip("_")
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name
