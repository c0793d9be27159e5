"""An offer: reached, then accepts; among those who accept one level becomes likelier."""

from __future__ import annotations

from scenarios.interventions.builder import Builder, changes_nothing, decision_of
from scenarios.interventions.cascade import lay_cascade
from scenarios.schema import Support
from simcore.arms import Treatment


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
    if change.effect.by != "multiplies":
        raise builder.refusal(place, ("effect", change.effect.by), "is not built; write `multiplies`")
    if change.relapse is not None:
        raise builder.refusal(place, "relapse", "is not built; leave it out")
    accepts = lay_cascade(builder, change, eligible, change.coverage.value, change.uptake.value)
    outcome = change.effect.outcome
    ratio = builder.number(change, "effect", change.effect.value, 1.0)
    if ratio.axes:
        raise builder.refusal(
            place, ("effect", "value"), "a path over years is not built here; write one number"
        )
    if changes_nothing(ratio):
        return
    decision = decision_of(f"{change.id}:{outcome.variable}")
    builder.treatments.append(Treatment(outcome.variable, outcome.level, accepts, ratio.values, decision))
