"""Which file the draws of a run come from: the posterior that a model names, its solved draws, or a file of choice."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from simcore.model import Model, Structure
from simcore.posterior import file_name, posterior_path
from simcore.problems import DocumentError, Problem

SOLVED = "solved"


@dataclass(frozen=True)
class DrawSource:
    """Where draws come from; as the model has it, if nothing is said.

    Attributes
    ----------
    posterior
        A posterior file; it serves one structure.
    solved
        The model's own draws, whatever posterior it names.
    """

    posterior: Path | None = None
    solved: bool = False

    @classmethod
    def of(cls, given: str | os.PathLike[str] | None) -> DrawSource:
        """The source that a word on the command line means: nothing, ``solved``, or a file.

        >>> DrawSource.of("solved")
        DrawSource(posterior=None, solved=True)
        """
        if given is None:
            return cls()
        text = os.fspath(given)
        if not text:
            message = "names no file; name a posterior, or write `--posterior solved`"
            raise DocumentError(Problem("--posterior", None, None, "", message))
        return cls(solved=True) if text == SOLVED else cls(Path(text))

    def file(self, model: Model, structure: Structure) -> Path | None:
        """The posterior that serves a structure; none where it is the model's own draws that do."""
        if self.solved:
            return None
        if self.posterior is not None:
            return self.posterior
        path = posterior_path(model, structure)
        return path if path is not None and path.is_file() else None

    def beside(self, chosen: Structure, other: Structure) -> DrawSource:
        """The source of another structure, shown beside the one that a file was chosen for: its neighbour."""
        label = chosen.solved_as.label
        if self.posterior is None or other.solved_as.label == label:
            return self
        stem = self.posterior.name.removesuffix(".nc").removesuffix(f"+{label}")
        return DrawSource(self.posterior.with_name(file_name(stem, other)))


USUAL = DrawSource()
"""As the model has it."""
