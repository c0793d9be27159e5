"""What can be moved: every intervention of the shipped files, or of one that was loaded, with the bounds of a slider.

A lever's numbers begin as its file has them, uncertain ones too; one that is moved becomes a plain number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scenarios.live.fields import Field, fields_of
from scenarios.margins import IMD
from scenarios.printing import capital
from scenarios.schema import (
    AnyIntervention,
    Births,
    HazardRatio,
    Prevalence,
    Scenario,
    WhatIfEqual,
    WhatIfResidual,
)
from simcore.model import Model

LOADED = "loaded"
"""What levers of a file that was loaded are named after."""
SHORTEST_WORD = 3
STATUSES = ("effective", "reference", "what_if", "null")
KINDS = {"what_if_residual": "what_if", "what_if_equal": "what_if"}
SERVICES, FEWER, BOUNDS = (
    "Care that lowers the risk of death itself",
    "Fewer births",
    "Bounds that no policy reaches",
)


@dataclass(frozen=True)
class Lever:
    """An intervention that can be switched on, and the file that it comes from."""

    id: str
    scenario: Scenario
    change: AnyIntervention
    fields: tuple[Field, ...]

    def as_dict(self, model: Model) -> dict[str, Any]:
        """Plain data, for a page."""
        scenario, change = self.scenario, self.change
        alone = len(scenario.interventions) == 1
        evidence = scenario.evidence
        return {
            "id": self.id,
            "scenario": scenario.name,
            "title": scenario.title
            if alone
            else f"{capital(change.id.replace('_', ' '))} ({scenario.title})",
            "why": scenario.why.strip(),
            "is_not": [text.strip() for text in scenario.is_not],
            "evidence": None if evidence is None else evidence.model_dump(mode="json"),
            "kind": KINDS.get(change.change, change.change),
            "group": group_of(change, model),
            "deciles": list(model.strata[IMD]) if IMD in model.strata and can_aim(change) else None,
            "ramp": bool(self.fields),
            "fields": [asdict(field) for field in self.fields],
        }


def levers_of(scenarios: Iterable[Scenario], names: Mapping[str, str] | None = None) -> dict[str, Lever]:
    """Every intervention of some files by ``FILE/ID``; of an id in several files, the file that has it most alone.

    ``names`` gives what stands for a file's name in the lever's.
    """
    best: dict[str, tuple[tuple[int, bool], Scenario, AnyIntervention]] = {}
    for scenario in scenarios:
        rank = (len(scenario.interventions), scenario.extends is not None)
        for change in scenario.interventions:
            if change.id not in best or rank < best[change.id][0]:
                best[change.id] = (rank, scenario, change)
    levers = {}
    for _, scenario, change in best.values():
        name = f"{(names or {}).get(scenario.name, scenario.name)}/{change.id}"
        levers[name] = Lever(name, scenario, change, fields_of(change))
    return levers


def in_order(levers: Iterable[Lever], model: Model) -> list[Lever]:
    """As a page lists them: first groups with most levers that were found to work, in each these first; bounds last."""
    groups: dict[str, list[Lever]] = {}
    for lever in levers:
        groups.setdefault(group_of(lever.change, model), []).append(lever)

    def works(group: str) -> tuple[bool, int]:
        return group == BOUNDS, -sum(_rank(lever) == 0 for lever in groups[group])

    return [lever for group in sorted(groups, key=works) for lever in sorted(groups[group], key=_rank)]


def _rank(lever: Lever) -> int:
    evidence = lever.scenario.evidence
    return len(STATUSES) if evidence is None else STATUSES.index(evidence.status)


def can_aim(change: AnyIntervention) -> bool:
    """Whether a change may be aimed at some deciles only."""
    return not isinstance(change, WhatIfEqual)


def group_of(change: AnyIntervention, model: Model) -> str:
    """The heading under which a lever stands: the exposure that it moves, or what sort of change it is."""
    if isinstance(change, WhatIfEqual | WhatIfResidual):
        return BOUNDS
    if isinstance(change, Births):
        return FEWER
    if isinstance(change, HazardRatio):
        return SERVICES
    moved = change.of if isinstance(change, Prevalence) else change.effect.outcome.variable
    return _spoken(_root(moved, model))


def _spoken(name: str) -> str:
    """A variable's name as a heading; one too short to be a word is a set of initials.

    >>> _spoken("child_poverty"), _spoken("bmi")
    ('Child poverty', 'BMI')
    """
    return name.upper() if len(name) <= SHORTEST_WORD else capital(name.replace("_", " "))


def _root(variable: str, model: Model) -> str:
    """The exposure that another is a later state of: who smokes on is among those who smoked at booking."""
    spec = model.spec.variables.get(variable)
    shares = None if spec is None else spec.shares
    by: Sequence[str] = () if shares is None else shares.by
    earlier = [n for n in by if n in model.spec.variables and model.spec.variables[n].kind == "exposure"]
    return _root(earlier[0], model) if earlier else variable


def is_what_if(lever: Lever) -> bool:
    """Whether a lever as its file has it is a what-if."""
    evidence = lever.scenario.evidence
    bound = isinstance(lever.change, WhatIfEqual | WhatIfResidual)
    return bound or (evidence is not None and evidence.status == "what_if")
