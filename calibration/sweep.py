"""Many fits as one declared grid: every cell a process of its own, on one thread, and a folder of its own.

A cell that is finished is known again by what its figures hang on: config, model, data, question, code. So a sweep
that was killed goes on where it stopped, and after a change only what the change touches is fitted again. A process
that dies costs its cell and no other; and when whoever started the sweep is gone, its processes end too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection, forkserver
from multiprocessing.process import BaseProcess, parent_process
from pathlib import Path
from typing import Any

from calibration.fit import Tick
from calibration.sweep_cells import Cell
from calibration.sweep_one import Ask, finished, fit_cell

CELLS, TRACE = "cells", "error.txt"
ONE_THREAD = ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
SLOW_TO_LOAD = ("arviz_stats.base.array", "scipy.special", "h5netcdf")
"""What cells need that is loaded on first use otherwise: once for all of them."""
BROKEN = 1
"""Exit status of a process whose cell ended in an error of this program."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """A cell and what came of it; ``was_there`` if it had been finished before."""

    cell: Cell
    said: Mapping[str, Any]
    was_there: bool = False

    @property
    def status(self) -> str:
        """As the gate has it; or ``no fit``, ``error`` (of this program), ``died``."""
        return str(self.said["status"])


def run_sweep(
    cells: Sequence[Cell],
    out: Path,
    workers: int = 1,
    ask: Ask | None = None,
    *,
    tick: Tick = lambda what, done, of: None,
    say: Say = lambda words: None,
) -> tuple[Outcome, ...]:
    """Fit every cell that is not finished under ``out``, so many at a time; what came of each, in the order given.

    Figures are the same for any number of workers and any order. Interrupted, it leaves the cells that are finished.
    Kernels must have been compiled (:func:`simcore.warm.warm`): else every process compiles them.

    Parameters
    ----------
    ask
        What every fitted cell is asked (see :data:`calibration.sweep_one.Ask`).
    """
    done: dict[str, Outcome] = {}
    waiting: list[Cell] = []
    for cell in cells:
        said = finished(cell, _folder(out, cell))
        if said is None:
            waiting.append(cell)
        else:
            done[cell.name] = Outcome(cell, said, was_there=True)
    if done:
        say(f"{len(done)} of {len(cells)} cells are finished already")
    tick("cells", len(done), len(cells))
    for outcome in _run(waiting, out, workers, ask):
        done[outcome.cell.name] = outcome
        say(_in_words(outcome))
        tick("cells", len(done), len(cells))
    return tuple(done[cell.name] for cell in cells)


def _folder(out: Path, cell: Cell) -> Path:
    return out / CELLS / cell.name


@dataclass
class _Running:
    """Processes at work, each known by what becomes ready when it ends."""

    by_sentinel: dict[int, tuple[BaseProcess, Cell]] = field(default_factory=dict)

    def ended(self) -> list[tuple[BaseProcess, Cell]]:
        """Waits until one or more end."""
        ready = connection.wait(list(self.by_sentinel))
        found = [self.by_sentinel.pop(sentinel) for sentinel in ready if isinstance(sentinel, int)]
        for process, _ in found:
            process.join()
        return found

    def stop(self) -> None:
        for process, _ in self.by_sentinel.values():
            process.terminate()
        for process, _ in self.by_sentinel.values():
            process.join()


def _run(waiting: Sequence[Cell], out: Path, workers: int, ask: Ask | None) -> Iterator[Outcome]:
    if not waiting:
        return
    context = _server()
    left, running = list(waiting), _Running()
    try:
        while left or running.by_sentinel:
            while left and len(running.by_sentinel) < workers:
                cell = left.pop(0)
                process = context.Process(target=_work, args=(cell, _folder(out, cell), ask), name=cell.name)
                process.start()
                running.by_sentinel[process.sentinel] = process, cell
            for process, cell in running.ended():
                yield _outcome(process, cell, _folder(out, cell))
    finally:
        running.stop()


def _outcome(process: BaseProcess, cell: Cell, folder: Path) -> Outcome:
    said = finished(cell, folder)
    if process.exitcode == 0 and said is not None:
        return Outcome(cell, said)
    if process.exitcode == BROKEN and (folder / TRACE).is_file():
        lines = (folder / TRACE).read_text(encoding="utf-8").strip().splitlines()
        return Outcome(cell, {"status": "error", "reasons": [f"{lines[-1]} ({folder / TRACE})"]})
    how = f"exit status {process.exitcode}"
    if process.exitcode is not None and process.exitcode < 0:
        how = signal.Signals(-process.exitcode).name
    return Outcome(cell, {"status": "died", "reasons": [f"its process ended before it was done ({how})"]})


def _work(cell: Cell, folder: Path, ask: Ask | None) -> None:
    """What a process does."""
    # Ctrl-C reaches every process of a terminal: who started this one ends it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    trace = folder / TRACE
    trace.unlink(missing_ok=True)
    try:
        fit_cell(cell, folder, ask)
    except Exception:
        folder.mkdir(parents=True, exist_ok=True)
        trace.write_text(traceback.format_exc(), encoding="utf-8")
        raise SystemExit(BROKEN) from None


def _end_with_parent() -> None:
    """Whoever killed the sweep does not want its cells either."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(BROKEN)


def _server() -> Any:
    """Where processes come from: one that has loaded what cells need, and works on one thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["calibration.sweep_one", *SLOW_TO_LOAD])
    with _one_thread():
        forkserver.ensure_running()
    return context


@contextmanager
def _one_thread() -> Iterator[None]:
    """Libraries that read how many threads they may use when they are loaded, in whatever is started meanwhile."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _in_words(outcome: Outcome) -> str:
    said = outcome.said
    khat = said.get("gate", {}).get("khat")
    parts = [outcome.status, *([f"k-hat {khat:.2f}"] if khat is not None else []), *said.get("reasons", ())]
    if "seconds" in said:
        parts.append(f"{said['seconds']:.0f} s")
    return f"{outcome.cell.name}: {', '.join(parts)}"
