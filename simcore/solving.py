"""The whole solve of a model: every structure, every draw, in blocks that survive an interruption."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np

from simcore.counting import resample_targets
from simcore.draws import CENTRAL, DrawBlock, sample_priors
from simcore.model import Model, Structure
from simcore.solve import Centre, Targets, solve_block, solve_central
from simcore.solved import solved_path, write_solved

BLOCK = 2
"""Draws solved together: the slowest sets how many rounds all of them take."""

Tick = Callable[[str, int, int], None]
"""Called with a structure's label, draws done, draws in all."""


def structures(model: Model) -> list[Structure]:
    """Structures with solved draws of their own, the default first: one choice at a time that is not the default."""
    variants = model.spec.variants
    choices = [{}, *({name: option} for name, variant in variants.items() for option in variant.options)]
    every = [model.structure(choice).solved_as for choice in choices]
    distinct = {structure.label: structure for structure in every}
    return sorted(distinct.values(), key=lambda structure: (structure.label != "default", structure.label))


def solve_model(
    model: Model,
    draws: int | None = None,
    threads: int = 1,
    chosen: Structure | None = None,
    tick: Tick | None = None,
) -> list[Path]:
    """Solve and write every structure (or one), resuming blocks that an earlier run finished.

    Raises
    ------
    NoSolution
        If some draw has no direct effects that return the published totals.
    """
    written = []
    for structure in [chosen.solved_as] if chosen is not None else structures(model):
        n = draws if draws is not None else _draws(model, structure)
        path = solved_path(model, structure)
        write_solved(path, model, structure, _solve_structure(model, structure, n, threads, tick))
        written.append(path)
    return written


def _draws(model: Model, structure: Structure) -> int:
    """Draws that a model file asks to be solved."""
    solve = model.spec.solve
    if solve is None:
        return 1
    beside = solve.draws if solve.draws_beside is None else solve.draws_beside
    return solve.draws if structure.label == "default" else beside


def _solve_structure(
    model: Model, structure: Structure, n: int, threads: int, tick: Tick | None
) -> DrawBlock:
    centre = solve_central(model, structure)
    targets = resample_targets(model, centre.births, n)
    priors = sample_priors(model, n)
    store = _Store(model, structure)
    done: dict[int, DrawBlock] = {}

    def solve(start: int) -> tuple[int, DrawBlock]:
        kept = store.read(start, min(start + BLOCK, n))
        return start, kept if kept is not None else store.write(
            start, _block(model, structure, priors, targets, centre, start)
        )

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(solve, start) for start in range(0, n, BLOCK)]
        try:
            for future in as_completed(futures):
                start, block = future.result()
                done[start] = block
                if tick is not None:
                    tick(structure.label, sum(b.size for b in done.values()), n)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    first = DrawBlock(
        np.array([CENTRAL]), centre.block.parameters, centre.block.baseline, centre.block.residual
    )
    whole = _join([first, *(done[start] for start in sorted(done))])
    store.clear()
    return whole


def _block(
    model: Model, structure: Structure, priors: DrawBlock, targets: Targets, centre: Centre, start: int
) -> DrawBlock:
    rows = slice(start, min(start + BLOCK, priors.size))
    strata = None if targets.strata is None else targets.strata[rows]
    return solve_block(model, structure, priors.rows(rows), Targets(targets.cells[rows], strata), centre)


def _join(blocks: list[DrawBlock]) -> DrawBlock:
    names = blocks[-1].parameters
    parameters = {name: np.concatenate([block[name] for block in blocks]) for name in names}
    baselines = [block.baseline for block in blocks if block.baseline is not None]
    residuals = [block.residual for block in blocks if block.residual is not None]
    effects = [block.year_effects for block in blocks if block.year_effects is not None]
    return DrawBlock(
        np.concatenate([block.index for block in blocks]),
        parameters,
        np.concatenate(baselines) if baselines else None,
        np.concatenate(residuals) if residuals else None,
        np.concatenate(effects) if effects else None,
    )


class _Store:
    """Finished blocks beside the model, under the model's hash, until the whole file is written."""

    def __init__(self, model: Model, structure: Structure) -> None:
        self.folder = solved_path(model, structure).parent / f".{structure.label}.{model.hash}"

    def read(self, start: int, stop: int) -> DrawBlock | None:
        path = self._path(start, stop)
        if not path.is_file():
            return None
        with np.load(path) as kept:
            names = [name.removeprefix("p:") for name in kept.files if name.startswith("p:")]
            parameters = {name: kept[f"p:{name}"] for name in names}
            return DrawBlock(
                kept["index"],
                parameters,
                kept["baseline"] if "baseline" in kept.files else None,
                kept["residual"] if "residual" in kept.files else None,
            )

    def write(self, start: int, block: DrawBlock) -> DrawBlock:
        path = self._path(start, start + block.size)
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {f"p:{name}": values for name, values in block.parameters.items()} | {"index": block.index}
        for name, values in (("baseline", block.baseline), ("residual", block.residual)):
            if values is not None:
                arrays[name] = values
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, **arrays)
        os.replace(part, path)
        return block

    def clear(self) -> None:
        for path in self._files():
            path.unlink()
        if self.folder.is_dir():
            self.folder.rmdir()

    def _files(self) -> Iterator[Path]:
        return self.folder.glob("*.npz") if self.folder.is_dir() else iter(())

    def _path(self, start: int, stop: int) -> Path:
        return self.folder / f"{start:06d}-{stop:06d}.npz"
