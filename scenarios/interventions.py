"""What each intervention does to a model: a scenario file becomes an arm.

Coverage, uptake, ramps and targeting end here. What leaves this room is generic: steps with tables,
treatments, factors on hazards (:mod:`simcore.arms`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scenarios.schema import HazardRatio, Intervention, Prevalence, Scenario, Support
from simcore.arms import Arm, HazardEdit, Step, Treatment
from simcore.distributions import Distribution
from simcore.draws import DrawBlock, uniforms
from simcore.model import Model
from simcore.network import Array, Labelled, needed_for, push_forward
from simcore.problems import DocumentError
from simcore.program import Program
from simcore.worlds import lay_arm

NO_YES = ("no", "yes")


def arms_of(scenarios: Sequence[Scenario]) -> Callable[[Program, DrawBlock], list[Arm]]:
    """What turns scenarios into the arms of any block of draws, in the order given.

    Arms that no draw moves are made for the first block and kept for the others of the same question.
    """
    return _Arms(tuple(scenarios))


class _Arms:
    """Arms of block after block; threads may share it, and at worst make an arm twice."""

    def __init__(self, scenarios: tuple[Scenario, ...]) -> None:
        self.scenarios = scenarios
        self._luck = _Luck()
        self._kept = _Kept(None, "", ())

    def __call__(self, program: Program, draws: DrawBlock) -> list[Arm]:
        kept = self._kept_for(program)
        arms = []
        for place, scenario in enumerate(self.scenarios):
            arm = kept.get(place)
            if arm is None:
                builder = _Builder(scenario, program, draws, self._luck)
                arm = builder.arm()
                if builder.certain:
                    kept[place] = arm
            arms.append(arm)
        return arms

    def _kept_for(self, program: Program) -> dict[int, Arm]:
        kept, label = self._kept, program.structure.label
        if kept.model is not program.model or (kept.structure, kept.years) != (label, program.years):
            kept = self._kept = _Kept(program.model, label, program.years)
        return kept.arms


@dataclass(frozen=True)
class _Kept:
    """Arms of one question that no draw moves, by their place."""

    model: Model | None
    structure: str
    years: tuple[str, ...]
    arms: dict[int, Arm] = field(default_factory=dict)


class _Luck:
    """Uniform numbers by name, as many as any block has asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Array] = {}

    def first(self, name: str, n: int) -> Array:
        """At least the first ``n`` numbers of a name."""
        known = self._known.get(name)
        if known is None or known.size < n:
            # each block asks for a few more than the one before
            known = self._known[name] = uniforms(name, 2 * n)
        return known


def arm_of(scenario: Scenario, program: Program, draws: DrawBlock) -> Arm:
    """The arm of one scenario for one block of draws.

    Raises
    ------
    DocumentError
        If an intervention would push a share above one.
    """
    return _Builder(scenario, program, draws, _Luck()).arm()


def decision_of(step: str) -> int:
    """The decision number of a step, from its name alone: the same intervention has the same luck everywhere.

    Model files use small numbers; steps take the first word of a block of their own far above them.
    """
    digest = hashlib.sha256(step.encode()).digest()
    return 4 * (2**20 + int.from_bytes(digest[:4], "little") % (2**31))


class _Builder:
    """Collects the steps of one scenario over one program.

    ``certain`` says whether every block of draws would get the very same arm.
    """

    def __init__(self, scenario: Scenario, program: Program, draws: DrawBlock, luck: _Luck) -> None:
        self.scenario, self.program, self.draws, self.luck = scenario, program, draws, luck
        self.certain = True
        self.years = [int(year) for year in program.years]
        self.steps: list[Step] = []
        self.treatments: list[Treatment] = []
        self.hazards: list[HazardEdit] = []

    def arm(self) -> Arm:
        """The whole arm; see :func:`arm_of`."""
        for place, intervention in enumerate(self.scenario.interventions):
            if isinstance(intervention, Prevalence):
                self.prevalence(place, intervention)
            elif isinstance(intervention, Support):
                self.support(place, intervention)
            else:
                self.hazard_ratio(intervention)
        return Arm(self.scenario.name, tuple(self.steps), tuple(self.treatments), tuple(self.hazards))

    def prevalence(self, place: int, change: Prevalence) -> None:
        """A share multiplied: those who leave (or enter) are chosen by luck among those exposed (or not)."""
        # a model without years has one factor
        factors = np.array(change.path_over_years(self.years or [0]))
        if (factors == 1.0).all():
            return
        aimed = self._aimed(change)
        strata = tuple(self.program.network.strata)
        parents = (*strata, *(name for name in aimed if name not in strata))
        stay, enter = self._moves(place, change, factors)
        hit = _hit(self.program, parents, aimed)
        spread = (..., *[None] * (len(parents) - len(strata)))
        stays = np.where(hit, stay[spread], 1.0)
        enters = np.where(hit, enter[spread], 0.0)
        table = np.zeros((max(stays.shape[0], enters.shape[0]), 2, *hit.shape, 2))
        table[:, 1, ..., 1], table[:, 1, ..., 0] = stays, 1.0 - stays
        table[:, 0, ..., 1], table[:, 0, ..., 0] = enters, 1.0 - enters
        name = f"{change.id}:{change.of}"
        levels = self.program.network.levels(change.of)
        self.steps.append(
            Step(name, levels, (change.of, *parents), table, decision_of(name), replaces=change.of)
        )

    def _moves(self, place: int, change: Prevalence, factors: Array) -> tuple[Array, Array]:
        """Probability of staying exposed, and of becoming exposed: ``float64[draws or 1, *strata]``.

        Going up, each stratum has its own chance of entering, so that its share is multiplied by the factor.
        """
        strata = self.program.network.strata
        shape = [len(levels) for levels in strata.values()]
        by_year = factors.reshape([-1 if dim == "year" else 1 for dim in strata])
        factor = np.broadcast_to(by_year, shape)[None]
        stay = np.minimum(factor, 1.0)
        if (factors <= 1.0).all():
            return stay, np.zeros_like(stay)
        exposed = self._share_exposed(change)
        # strata that are not aimed at cannot be what is wrong
        aimed = {name: levels for name, levels in self._aimed(change).items() if name in strata}
        hit = _hit(self.program, tuple(strata), aimed)
        wanted = np.where(hit, exposed * np.maximum(factor, 1.0), exposed)
        if wanted.max() > 1.0:
            worst = np.unravel_index(int(wanted.argmax()), wanted.shape)[1:]
            cell = ", ".join(f"{dim} {strata[dim][i]}" for dim, i in zip(strata, worst, strict=True))
            message = f"would expose {wanted.max():.0%} in {cell}; a share ends at 100%, multiply by less"
            raise DocumentError(self.scenario.problem(("interventions", place, "multiply"), message))
        return stay, (wanted - exposed) / np.maximum(1.0 - exposed, 1e-300)

    def _share_exposed(self, change: Prevalence) -> Array:
        """Share exposed in each stratum among those aimed at: ``float64[draws or 1, *strata]``."""
        # as it is after the interventions above this one in the file
        so_far = lay_arm(self.program, Arm(self.scenario.name, tuple(self.steps)))
        network = so_far.network
        strata = tuple(network.strata)
        aimed = {name: levels for name, levels in self._aimed(change).items() if name not in strata}
        births = Labelled(strata, self.program.model.births_in(network.strata)[None])
        keep = (*strata, *(so_far.carriers[name] for name in aimed), so_far.carriers[change.of])
        weights = push_forward(births, network.nodes, 0, keep).total(*keep)
        moved = {node.name for node in self.program.network.nodes} - self.program.settled
        self.certain &= moved.isdisjoint(needed_for(network.nodes, keep))
        hit = _hit(self.program, (*strata, *aimed), aimed)
        inside = (
            (weights.values * hit[..., None])
            .reshape(*weights.values.shape[: 1 + len(strata)], -1, 2)
            .sum(axis=-2)
        )
        total = inside.sum(axis=-1)
        return np.where(total > 0, inside[..., 1] / np.where(total > 0, total, 1.0), 0.0)

    def support(self, place: int, change: Support) -> None:
        """An offer: reached, then accepts; among those who accept one level becomes likelier."""
        eligible = self._aimed(change)
        for name, levels in change.offer_to.items():
            eligible[name] = tuple(level for level in levels if level in eligible.get(name, levels))
            if not eligible[name]:
                message = f"`where` and `offer_to` have no level of {name} in common; nobody would be offered anything"
                raise DocumentError(
                    self.scenario.problem(("interventions", place, "offer_to", name), message)
                )
        accepts = self._cascade(change, eligible, change.coverage.value, change.uptake.value)
        outcome = change.effect.multiplies
        ratio = self._number(change.effect.value, f"{change.id}/effect")
        if _nothing(ratio):
            return
        decision = decision_of(f"{change.id}:{outcome.variable}")
        self.treatments.append(Treatment(outcome.variable, outcome.level, accepts, ratio, decision))

    def hazard_ratio(self, change: HazardRatio) -> None:
        """A factor on some causes and ages, among all who are aimed at or those who accept."""
        deaths = self.program.model.spec.deaths
        ratio = self._number(change.ratio.value, f"{change.id}/ratio")
        acts = np.outer(
            [c in change.causes for c in deaths.causes], [b in change.age_bands for b in deaths.age_bands]
        )
        aimed = self._aimed(change)
        if (
            change.coverage is None
            and change.uptake is None
            and set(aimed) <= set(self.program.network.strata)
        ):
            axes = tuple(aimed)
            hit = _hit(self.program, axes, aimed)
        else:
            coverage = change.coverage.value if change.coverage else None
            uptake = change.uptake.value if change.uptake else None
            axes = (self._cascade(change, aimed, coverage, uptake),)
            hit = np.array([False, True])
        if _nothing(ratio):
            return
        # a service acts where the model lets hazard ratios act: in England from 24 weeks
        within = {n: levels for n, levels in deaths.ratios_act_within.items() if n not in axes}
        hit = hit[(..., *[None] * len(within))] & _hit(self.program, tuple(within), within)
        axes = (*axes, *within)
        scale = ratio.reshape(-1, *[1] * (hit.ndim + 2))
        self.hazards.append(HazardEdit(Labelled(axes, np.where(hit[..., None, None] & acts, scale, 1.0))))

    def _cascade(
        self,
        change: Intervention,
        eligible: Mapping[str, Sequence[str]],
        coverage: Distribution | None,
        uptake: Distribution | None,
    ) -> str:
        """Three counted steps, eligible, reached and accepts; gives the name of the last."""
        name = f"{change.id}:eligible"
        hit = _hit(self.program, tuple(eligible), eligible).astype(np.float64)[None]
        table = np.stack([1.0 - hit, hit], axis=-1)
        self.steps.append(Step(name, NO_YES, tuple(eligible), table, decision_of(name)))
        for stage, share in (("coverage", coverage), ("uptake", uptake)):
            before, name = name, f"{change.id}:{'reached' if stage == 'coverage' else 'accepts'}"
            passes = np.ones(1) if share is None else self._number(share, f"{change.id}/{stage}")
            table = np.zeros((passes.size, 2, 2))
            table[:, 0, 0] = 1.0
            table[:, 1, 0], table[:, 1, 1] = 1.0 - passes, passes
            self.steps.append(Step(name, NO_YES, (before,), table, decision_of(name)))
        return name

    def _aimed(self, change: Intervention) -> dict[str, tuple[str, ...]]:
        """Who is aimed at, the years among it where the intervention does not act in all of them."""
        aimed = {name: tuple(levels) for name, levels in change.where.items()}
        held = tuple(str(year) for year in self.years if change.years.holds(year))
        if len(held) < len(self.years):
            aimed = {"year": held, **aimed}
        return aimed

    def _number(self, value: Distribution, name: str) -> Array:
        """A number's values in this block of draws, by the intervention's name: ``float64[draws or 1]``."""
        low, high = value.bounds
        if low == high:
            return np.array([value.central])
        self.certain = False
        wanted = self.draws.index.astype(np.int64)
        central = wanted == 2**32 - 1
        wanted = np.where(central, 0, wanted)
        u = self.luck.first(f"intervention/{name}", int(wanted.max()) + 1)[wanted]
        return np.where(central, value.central, np.asarray(value.quantile(u)))


def _nothing(ratio: Array) -> bool:
    """Whether a ratio is one for certain: its steps are counted, and no table is touched."""
    return bool((ratio == 1.0).all())


def _hit(program: Program, axes: Sequence[str], aimed: Mapping[str, Sequence[str]]) -> np.ndarray:
    """True for combinations of levels that are aimed at: ``bool[*axes]``."""
    hit = np.ones([len(program.network.levels(axis)) for axis in axes], dtype=bool)
    for name, levels in aimed.items():
        if name in axes:
            inside = np.array([level in levels for level in program.network.levels(name)])
            hit &= inside.reshape([-1 if axis == name else 1 for axis in axes])
    return hit
