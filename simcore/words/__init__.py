"""Whether the names in a model file mean something: each problem at its line and column."""

from __future__ import annotations

from collections.abc import Iterator

from simcore.documents import Document
from simcore.problems import Problem
from simcore.spec import ModelFile
from simcore.words.choices import ChoiceWords
from simcore.words.deaths import DeathWords
from simcore.words.variables import VariableWords


def word_problems(document: Document, spec: ModelFile) -> Iterator[Problem]:
    """Names that must mean something else in the same file, and do not."""
    for part in (VariableWords, DeathWords, ChoiceWords):
        yield from part(document, spec).problems()
