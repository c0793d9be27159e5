"""How good the evidence of a scenario is, in words: its grade, its status, and what neither claims."""

from __future__ import annotations

from scenarios.words.verdict import Claim, Verdict
from simcore.ledger import GRADES

STATUS = {
    "effective": "studies found an effect",
    "null": "null: studies found no effect, or there is none to use",
    "what_if": "what if: an effect assumed, to see what it would be worth",
    "reference": "a reference path that others are held against",
}
"""What the status of a scenario's evidence means."""


def standing(verdict: Verdict) -> str:
    """What the answer is no claim of; empty where studies found an effect and the file says so."""
    said = []
    if verdict.bound:
        said.append("This is a what-if: a bound that no policy reaches. It is no finding and no proposal.")
    elif verdict.what_if:
        said.append(
            "This is a what-if: it assumes a change, to see what that would be worth. "
            "Nobody claims that it can be had."
        )
    if verdict.null:
        said.append(_null(verdict))
    if verdict.reference:
        said.append("This is a reference path that others are held against; nobody proposes it.")
    if verdict.status is None:
        said.append("The file does not say how good its evidence is.")
    return " ".join(said)


def _null(verdict: Verdict) -> str:
    if verdict.claim is Claim.NONE:
        return "That no effect was found is no proof that there is none."
    found = "no usable effect was found" if verdict.grade == "D" else "studies found no effect"
    return f"The evidence is null: {found}. What is left open is no finding either."


def grade_in_words(grade: str | None) -> str:
    """What a grade means, or that there is none.

    >>> grade_in_words("D")
    'D: assumed: no usable evidence was found'
    """
    return "not stated" if grade is None else f"{grade}: {GRADES[grade]}"


def status_in_words(verdict: Verdict) -> str:
    """What the status of the evidence means, a bound by its kind."""
    if verdict.bound:
        return "what if: a bound that no policy reaches"
    return "not stated" if verdict.status is None else STATUS[verdict.status]
