"""Names, units and provenance around the numbers of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simcore.by_level import LevelCounts
from simcore.dims import AGE_BAND, ARM, CAUSE, DRAW
from simcore.model import Model
from simcore.network import Array

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class BlockResult:
    """Deaths of a block of draws in every arm.

    Attributes
    ----------
    index : int64[draws]
    deaths : float64[arms, draws, *strata, causes, age bands]
        Expected (or, for the realised estimator, drawn and scaled) deaths among all births.
    slices : float64[arms, draws, *strata, slices]
        Infant deaths estimated from each part of the drawn births; empty where nothing is drawn.
    stages
        Births at each counted step of an arm: ``{(arm, step): float64[draws, *strata]}``.
    pass_share : float64[draws]
        Share of the drawn births that could not be passed over as survivors in every arm; empty where deaths are
        not drawn. It tells of cost alone.
    levels
        Births and deaths by each variable that was asked for.
    """

    index: np.ndarray
    arms: tuple[str, ...]
    deaths: Array
    slices: Array
    stages: dict[tuple[str, str], Array]
    pass_share: Array = field(default_factory=lambda: np.zeros(0))
    levels: dict[str, LevelCounts] = field(default_factory=dict)


def join_blocks(blocks: Sequence[BlockResult]) -> BlockResult:
    """Several blocks of one run as one, in the order given."""
    first = blocks[0]
    return BlockResult(
        np.concatenate([block.index for block in blocks]),
        first.arms,
        np.concatenate([block.deaths for block in blocks], axis=1),
        np.concatenate([block.slices for block in blocks], axis=1),
        {step: np.concatenate([block.stages[step] for block in blocks]) for step in first.stages},
        np.concatenate([block.pass_share for block in blocks]),
        {name: LevelCounts.join([block.levels[name] for block in blocks]) for name in first.levels},
    )


def wording(model: Model) -> dict[str, str]:
    """What the model counts, in its own words: ``deaths``, ``births``, ``short`` (for births) and ``use``."""
    words = model.spec.words
    return {**words.model_dump(), "short": words.short or words.births}


def counted(words: Mapping[str, str]) -> str:
    """What is counted, in one word where that is enough.

    >>> counted({"deaths": "infant deaths"}), counted({"deaths": "falls"})
    ('deaths', 'falls')
    """
    return "deaths" if words["deaths"].endswith("deaths") else words["deaths"]


def to_dataset(
    model: Model, years: Sequence[int], blocks: Sequence[BlockResult], record: Mapping[str, Any] | None = None
) -> xr.Dataset:
    """Blocks of one run as one Dataset.

    Returns
    -------
    xarray.Dataset
        ``deaths`` (arm, draw, stratum dims, cause, age_band), expected deaths among the births of the
        stratum; ``births`` (stratum dims); ``people`` (step, draw, stratum dims), births at each counted step of
        an intervention, where there are any; ``births_by_X`` and ``deaths_by_X`` (arm, draw, X) of every variable X
        that was asked for; ``pass_share`` (draw) where deaths are drawn. The run record is
        JSON in ``attrs["run"]``. Units and long names are in the model's own words (infant deaths, live births).
    """
    import xarray as xr

    strata = strata_of(model, years)
    deaths = model.spec.deaths
    dims = (ARM, DRAW, *strata, CAUSE, AGE_BAND)
    values = blocks[0].deaths if len(blocks) == 1 else np.concatenate([b.deaths for b in blocks], axis=1)
    words = wording(model)
    units = {"units": "deaths", "long_name": f"expected {words['deaths']}"}
    births = {"units": words["births"], "long_name": f"{words['births']}, counted or projected"}
    data: dict[str, Any] = {
        "deaths": (dims, values, units),
        "births": (tuple(strata), model.births_in(strata), births),
    }
    coords: dict[str, Any] = {
        ARM: list(blocks[0].arms),
        DRAW: np.concatenate([block.index for block in blocks]),
        **{dim: _numbers(labels) for dim, labels in strata.items()},
        CAUSE: (
            CAUSE,
            list(deaths.causes),
            {"meaning": "; ".join(f"{c}: {d.meaning}" for c, d in deaths.causes.items())},
        ),
        AGE_BAND: (
            AGE_BAND,
            list(deaths.age_bands),
            {"days": str({b: list(d) for b, d in deaths.age_bands.items()})},
        ),
    }
    steps = list(blocks[0].stages)
    if steps:
        people = np.stack([np.concatenate([block.stages[step] for block in blocks]) for step in steps])
        at = {"units": words["births"], "long_name": f"{words['short']} at a step of an intervention"}
        data["people"] = (("step", DRAW, *strata), people, at)
        coords["step"] = [f"{arm}/{step}" for arm, step in steps]
    for name in blocks[0].levels:
        counts = LevelCounts.join([block.levels[name] for block in blocks])
        coords[name] = list(model.levels(name))
        for of, numbers in (("births", counts.births), ("deaths", counts.deaths)):
            known = {"units": words["births"] if of == "births" else "deaths"}
            known["long_name"] = f"{words[of]} by {name}, as without policy where moved_{name} is 0"
            data[f"{of}_by_{name}"] = ((ARM, DRAW, name), numbers, known)
        moved = {"units": "1", "long_name": f"whether a policy of the arm changes what {name} hangs on"}
        data[f"moved_{name}"] = ((ARM,), counts.moved.astype(np.int8), moved)
    share = np.concatenate([block.pass_share for block in blocks])
    if share.size:
        about = {"units": "1", "long_name": "share of simulated births that the screen let pass"}
        data["pass_share"] = (DRAW, share, about)
    attrs = {"title": model.spec.title, "model": model.name, "model_hash": model.hash}
    if record is not None:
        attrs["run"] = json.dumps(record)
    return xr.Dataset(data, coords=coords, attrs=attrs)


def with_parameters(dataset: xr.Dataset, numbers: Mapping[str, Array]) -> xr.Dataset:
    """A run's Dataset with ``parameters`` (parameter, draw): the value of every uncertain number in each draw."""
    if not numbers:
        return dataset
    about = {
        "units": "each its own",
        "long_name": "values of uncertain numbers, of the model and of scenarios",
    }
    values = np.stack([np.asarray(numbers[name], np.float64) for name in numbers])
    return dataset.assign_coords(parameter=list(numbers)).assign(
        parameters=(("parameter", DRAW), values, about)
    )


def with_averted(dataset: xr.Dataset) -> xr.Dataset:
    """A run's Dataset with ``deaths_averted``: deaths of the first arm, the comparator, less those of each arm."""
    deaths = dataset["deaths"]
    counted = str(deaths.attrs["long_name"]).removeprefix("expected ")
    words = {"units": "deaths", "long_name": f"{counted} averted against {deaths[ARM].values[0]}"}
    difference = (deaths.isel({ARM: 0}, drop=True) - deaths).transpose(*deaths.dims)
    return dataset.assign(deaths_averted=difference.assign_attrs(words))


def strata_of(model: Model, years: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Stratum dimensions and their labels for the years asked for."""
    wanted = tuple(str(year) for year in years)
    return {dim: (wanted if dim == "year" else labels) for dim, labels in model.strata.items()}


def _numbers(labels: Sequence[str]) -> list[Any]:
    """Years and deciles as numbers, other labels as text."""
    return [int(label) for label in labels] if all(label.isdigit() for label in labels) else list(labels)
