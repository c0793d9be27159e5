"""Compiled code made once, before threads or processes share the work.

Every kernel is compiled by a first call, on a few invented births, and kept in the cache folder. One process does it
at a time: two that compiled into one folder would overwrite each other's index. Whoever finds the folder locked waits,
and then finds everything there.
"""

from __future__ import annotations

import hashlib
import os
import pkgutil
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import numpy as np
from llvmlite import binding
from numba import __version__ as numba_version
from numba.core import event
from numba.core.dispatcher import Dispatcher

import simcore.kernels
from simcore.hazards import Hazards
from simcore.kernels.cells import add_up, deaths_apart, risk_of_cells
from simcore.kernels.deaths import count_deaths, realise_births
from simcore.kernels.fingerprint import source_hash
from simcore.kernels.numbers import NOBODY, find_slots
from simcore.kernels.packed import Packed
from simcore.kernels.products import multiplied
from simcore.kernels.profiles import count_profiles, evaluate_births
from simcore.margins import conditional_shares
from simcore.network import Labelled, Network, Node
from simcore.pack import Packer
from simcore.worlds import Worlds

LOOK_AGAIN = 0.2
"""Seconds between two looks at a folder that another process fills."""


def warm() -> bool:
    """Compile every kernel that is not in the cache, counting them on standard error; false where none was left.

    Called before work is spread: what each thread or process then needs is there. An interrupted call keeps what
    was finished, and the next one goes on from there.
    """
    found = list(dispatchers())
    if not found:  # compilation is switched off
        return False
    kernels = _Kernels(found)
    if kernels.all_there():
        return False
    with _Line() as line, kernels.locked(line.show):
        if kernels.all_there():
            return False
        with event.install_listener("numba:compile", _Listener(lambda: line.show(kernels.done(), kernels.n))):
            _call_every_kernel()
        line.show(kernels.n, kernels.n)
        kernels.mark.touch()
    return True


class _Line:
    """One line that counts, on standard error; where that is no terminal, a line for each quarter."""

    def __enter__(self) -> _Line:
        self.began, self.shown = time.monotonic(), -1
        self.on_terminal = sys.stderr.isatty()
        return self

    def show(self, done: int, of: int) -> None:
        """So many kernels of so many are compiled."""
        step = done if self.on_terminal else 4 * done // of
        if step > self.shown:
            self.shown = step
            text = f"compiling kernels {done}/{of}, once for this machine (up to a minute)"
            self._write(f"\r{text}" if self.on_terminal else f"{text}\n")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.on_terminal:
            self._write("\n")
        if kind is None:
            self._write(f"kernels compiled in {time.monotonic() - self.began:.0f} s\n")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


class _Kernels:
    """Every cached kernel, and which of them are in the cache folder."""

    def __init__(self, found: Sequence[Dispatcher]) -> None:
        self.folder, self.n = Path(str(found[0].stats.cache_path)), len(found)
        self._files = {
            f"{d.py_func.__module__.rpartition('.')[2]}.{d.py_func.__qualname__}-{d.py_func.__code__.co_firstlineno}."
            for d in found
        }
        # numba keeps code apart by processor: what another machine with the same folder compiled does not serve here
        processor = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
        told = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
        made_for = source_hash(), numba_version, platform.python_version(), processor, told
        self.mark = self.folder / f"warm-{hashlib.sha256(repr(made_for).encode()).hexdigest()[:16]}"

    def done(self) -> int:
        """Kernels whose index lies in the folder."""
        names = [entry.name for entry in os.scandir(self.folder)] if self.folder.is_dir() else []
        return sum(
            any(name.startswith(file) for file in self._files) for name in names if name.endswith(".nbi")
        )

    def all_there(self) -> bool:
        """Whether all were compiled for this machine, and are there still."""
        return self.mark.is_file() and self.done() >= self.n

    @contextmanager
    def locked(self, show: Callable[[int, int], None]) -> Iterator[None]:
        """Hold the folder for this process; while another one has it, show how far that one is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        show(self.done(), self.n)
        with (self.folder / "warm.lock").open("a") as file:
            if sys.platform != "win32":
                import fcntl

                while True:
                    try:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        break
                    except BlockingIOError:
                        time.sleep(LOOK_AGAIN)
                        show(self.done(), self.n)
            yield


class _Listener(event.Listener):
    """Calls back at the beginning and the end of each compilation."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call = call

    def on_start(self, event: event.Event) -> None:
        self.call()

    def on_end(self, event: event.Event) -> None:
        self.call()


def dispatchers() -> Iterator[Dispatcher]:
    """Every compiled function that is kept in the cache; none where compilation is switched off."""
    for found in pkgutil.iter_modules(simcore.kernels.__path__):
        module = import_module(f"simcore.kernels.{found.name}")
        for thing in vars(module).values():
            mine = isinstance(thing, Dispatcher) and thing.py_func.__module__ == module.__name__
            if mine and thing.stats.cache_path is not None:
                yield thing


def _call_every_kernel() -> None:
    """A call of everything compiled, on as little as it takes."""
    packed = _example()
    count_profiles(packed, 1, 0)
    evaluate_births(packed, 1, 0)
    count_deaths(packed, 1, 0)
    realise_births(packed, 1, 0)
    ones = np.ones((1, 1, 2))
    conditional_shares(ones / 2, ones, np.ones((1, 1, 1)))
    nothing = np.zeros(1, np.int64)
    multiplied(np.ones(1), np.ones((1, 1)), nothing, nothing)
    rows = np.zeros((1, 1), np.int64)
    cells = np.ones((1, 1, 1, 1)), nothing, rows, rows, nothing, np.ones((1, 1))
    risk_of_cells(*cells)
    deaths_apart(*cells, nothing, nothing, 1, nothing)
    add_up(np.ones((1, 1)), nothing, np.ones(1), nothing, 1)
    find_slots(nothing, np.full(4, NOBODY))


def _example() -> Packed:
    """Two arms of a few births: one variable of many levels, one that a policy changes and risk hangs on both."""
    many = Node("many", tuple("abcdef"), (), 0, (np.full((1, 6), 1 / 6),), (0, 0))
    few = Node(
        "few", ("no", "yes"), ("many",), 1, (np.full((1, 6, 2), 0.5), np.full((1, 6, 2), [0.9, 0.1])), (0, 1)
    )
    network = Network({"place": ("here", "there")}, (many, few))
    by_many, by_few = np.geomspace(1e-4, 0.5, 6).reshape(1, 6, 1, 1), np.array([1.0, 2.0]).reshape(1, 2, 1, 1)
    both = np.ones((2, 2))
    hazards = Hazards(
        ("one", "two"),
        ("early", "late"),
        (Labelled(("many",), by_many * both), Labelled(("few",), by_few * both)),
    )
    worlds = Worlds(("before", "after"), network, (hazards,), (0, 0))
    packer = Packer(worlds, network.nodes, np.array([500, 500]), 2, ("many", "few"), (0, 28, 365), (0, 1))
    return packer.with_deaths(packer.plan(), 0)
