"""An offer: reached, then accepts; among those who accept one level becomes likelier, and some may go back."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.interventions.builder import Builder, changes_nothing, decision_of
from scenarios.interventions.cascade import lay_cascade
from scenarios.schema import Support
from scenarios.schema.support import By
from simcore.arms import Relapse, Rule, Treatment
from simcore.network import Labelled

RULES: Mapping[By, tuple[Rule, float]] = {
    "multiplies": ("ratio", 1.0),
    "adds": ("difference", 0.0),
    "odds": ("odds_ratio", 1.0),
}
"""What an effect makes of a chance, and the value that changes nothing; a share that is set has none."""


def lay_support(builder: Builder, place: int, change: Support) -> None:
    """The cascade of an offer, and the treatment of those who accept."""
    eligible = builder.aimed(change)
    for name, levels in change.offer_to.items():
        eligible[name] = tuple(level for level in levels if level in eligible.get(name, levels))
        if not eligible[name]:
            message = (
                f"`where` and `offer_to` have no level of {name} in common; nobody would be offered anything"
            )
            raise builder.refusal(place, ("offer_to", name), message)
    accepts = lay_cascade(builder, change, eligible, change.coverage.value, change.uptake.value)
    effect, outcome = change.effect, change.effect.outcome
    gone: Labelled | None = None
    if effect.by == "sets":
        rule: Rule = "share"
        gone, value = builder.over_years(change, "effect", effect.value)
        idle = changes_nothing(gone, 0.0)
    else:
        rule, nothing = RULES[effect.by]
        value = builder.number(change, "effect", effect.value, nothing)
        idle = changes_nothing(value, nothing)
    if idle:
        return
    decision = decision_of(f"{change.id}:{outcome.variable}")
    relapse = _relapse(builder, change)
    builder.treatments.append(
        Treatment(outcome.variable, outcome.level, accepts, value, decision, rule, gone, relapse)
    )


def _relapse(builder: Builder, change: Support) -> Relapse | None:
    """Who of those whom the offer moved goes back, and from which age on."""
    if change.relapse is None:
        return None
    share = builder.number(change, "relapse", change.relapse.share, 0.0)
    stage = f"{change.id}:relapses"
    return Relapse(stage, share, change.relapse.from_age, decision_of(stage))
