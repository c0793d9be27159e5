"""Structures that are shown beside the one chosen: one change at a time, where their draws are at hand."""

from __future__ import annotations

from scenarios.question import Question
from simcore.model import Structure
from simcore.solved import draw_file


def variants_of(question: Question) -> dict[str, Structure]:
    """Every option of every variant, one change at a time from the structure chosen, if its draws are at hand."""
    return {name: s for name, s in every_variant(question).items() if at_hand(question, s)}


def every_variant(question: Question) -> dict[str, Structure]:
    """Every option of every variant, the others as in the structure chosen."""
    chosen, model = question.structure.choices, question.model
    return {
        f"{name}={option}": model.structure({**chosen, name: option})
        for name, variant in model.spec.variants.items()
        for option in variant.options
    }


def at_hand(question: Question, structure: Structure) -> bool:
    """Whether a structure has draws of the same kind: others would differ by more than the structure."""
    chosen = draw_file(question.model, question.structure, question.source)
    found = draw_file(question.model, structure, question.source_of(structure))
    return found.kind == chosen.kind and found.is_there
