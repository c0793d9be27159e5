"""Shares of births under a policy, by exact sums over the tables of its arm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenarios.interventions import arm_of
from scenarios.schema import Scenario
from simcore.draws import DrawBlock
from simcore.model import Model
from simcore.network import Labelled, push_forward
from simcore.program import compile_natural
from simcore.worlds import lay_arm


def levels_under(
    model: Model,
    policy: Scenario,
    draws: DrawBlock,
    years: Sequence[int],
    variable: str,
    given: tuple[str, ...] = (),
) -> np.ndarray:
    """``float64[draws, *strata, *given, levels]``: how births of each stratum spread over a variable."""
    program = compile_natural(model, model.structure(), draws, years)
    network = lay_arm(program, arm_of(policy, program, draws)).network
    strata = tuple(network.strata)
    births = Labelled(strata, model.births_in(network.strata)[None])
    axes = (*strata, *given, network.carrier(variable))
    found = push_forward(births, network.nodes, 0, set(axes)).total(*axes).values
    return np.asarray(found / found.sum(axis=-1, keepdims=True))
