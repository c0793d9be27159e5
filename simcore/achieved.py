"""What shipped draws return: each published total beside the model's, direct effects, residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simcore.contrasts import ReferenceYears
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.solved import OWN, read_central, read_draws

BLOCK = 20


@dataclass(frozen=True)
class Achieved:
    """One structure's solved draws, as they come out of the model.

    Attributes
    ----------
    published, returned
        ``float64[draws]`` for each contrast: what was asked for and what the model gives.
    effects
        ``float64[draws]`` for each solved direct effect.
    residual : float64[age periods, levels] or None
        Of the central draw.
    central
        The central value of every solved effect.
    """

    published: dict[str, Array]
    returned: dict[str, Array]
    effects: dict[str, Array]
    residual: Array | None
    central: dict[str, float]

    def worst(self) -> float:
        """Greatest relative distance of any contrast of any draw from its published total."""
        gaps = [np.abs(self.returned[name] / wanted - 1.0).max() for name, wanted in self.published.items()]
        return float(max(gaps, default=0.0))


def achieved(model: Model, structure: Structure, draws: int) -> Achieved:
    """Evaluate every contrast of the first draws of a structure.

    Raises
    ------
    DocumentError
        If the draws are missing, too few, or were solved from another model.
    """
    block = read_draws(model, structure, draws, OWN)
    middle = read_central(model, structure, OWN)
    contrasts = structure.contrasts
    returned: dict[str, list[Array]] = {name: [] for name in contrasts}
    for start in range(0, draws, BLOCK):
        part = block.rows(slice(start, start + BLOCK))
        for name, measure in _measures(model, structure, part).items():
            returned[name].append(measure)
    return Achieved(
        {name: block[c.value] * structure.times(c.value) for name, c in contrasts.items()},
        {name: np.concatenate(parts) for name, parts in returned.items()},
        {c.solves: block[c.solves] for c in contrasts.values()},
        None if middle.residual is None else middle.residual[0],
        {c.solves: float(middle[c.solves][0]) for c in contrasts.values()},
    )


def _measures(model: Model, structure: Structure, block: DrawBlock) -> dict[str, Array]:
    return ReferenceYears(model, structure, block).evaluate(block).measures
