"""Plant one small fault at a time in the kernels and see whether the tests notice: `make mutants`.

Faults are cosmic-ray's. It would rewrite a source file for each and start a process; here a fork of this
process, which has imported what is slow to import, loads the changed source from memory. Nothing is written
but the report. Kernels run as plain Python, in blocks of 8 births, so that a hundred births are many blocks.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.abc
import importlib.util
import json
import os
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ["NUMBA_DISABLE_JIT"] = "1"
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

import cosmic_ray.plugins as cosmic
import numba  # noqa: F401
import pytest
from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor

Mutant = dict[str, Any]
ROOT = Path(__file__).parent.parent
SMALL = "tests/test_kernels_small.py"
DEATHS, LEVELS = f"{SMALL} -k death_is", f"{SMALL} -k level_is"
COUNTS, SCREEN = f"{SMALL} -k counted", f"{SMALL} -k limit"
PARTS = "tests/test_kernels_parts.py tests/test_kernels_screen.py"
BOUNDS = "tests/test_kernels_refusals.py"
REFUSED = "tests/test_kernels_counts.py tests/test_kernels_deaths.py -k refuse"
TESTS: dict[str, tuple[str, ...]] = {
    "rng": ("tests/test_kernels_rng.py",),
    "risk": ("tests/test_kernels_risk.py",),
    "cells": ("tests/test_kernels_cells.py", "tests/test_kernels_risk.py"),
    "clocks": (PARTS, DEATHS, SMALL),
    "realise": (DEATHS, SMALL, PARTS),
    "deaths": (DEATHS, SMALL, PARTS),
    "sift": (PARTS, DEATHS, SMALL),
    "screen": (PARTS, SCREEN, SMALL),
    "levels": (LEVELS, PARTS, SMALL),
    "guide": (PARTS, SMALL),
    "differing": (COUNTS, SMALL, PARTS),
    "apart": (COUNTS, SMALL, PARTS),
    "queue": (DEATHS, SMALL),
    "cohort": (PARTS, LEVELS, SMALL, REFUSED),
    "profiles": (COUNTS, SMALL, PARTS),
    "outcome": (BOUNDS, REFUSED, PARTS, SMALL),
    "packed": (BOUNDS, REFUSED, PARTS, SMALL),
}
"""Modules that births go through, in the order of what a fault would cost, and the tests that should notice, quickest
first. What solves and fills tables (`margins`, `products`, `thresholds`) is left out: its tests want whole models."""
SMALLER = {"cohort": ("BLOCK = 8", "ENOUGH = 5"), "guide": ("MOST_BYTES = 2**11",)}
"""Constants that change no answer, as small as suits plain Python."""
NEAR = {
    "Add": ("Sub", "Mul"), "Sub": ("Add",), "Mul": ("Add", "Div"), "Div": ("Mul",), "FloorDiv": ("Mul",),
    "Mod": ("FloorDiv",), "Pow": ("Mul",), "LShift": ("RShift",), "RShift": ("LShift",),
    "BitOr": ("BitAnd", "BitXor"), "BitAnd": ("BitOr",), "BitXor": ("BitOr", "BitAnd"),
    "Lt": ("LtE", "GtE", "NotEq"), "LtE": ("Lt", "Gt", "Eq"), "Gt": ("GtE", "LtE", "NotEq"),
    "GtE": ("Gt", "Lt", "Eq"), "Eq": ("NotEq", "GtE", "LtE"), "NotEq": ("Eq", "Gt", "Lt"),
}  # fmt: skip
"""Of cosmic-ray's replacements of operators, those that make the likely slips; the others crash or repeat these."""
OTHER = (
    "AddNot", "NumberReplacer", "ZeroIterationForLoop", "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue",
    "ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not",
)  # fmt: skip
QUIETLY = (
    "-x", "-q", "--tb=no", "-W", "ignore::RuntimeWarning",  # numbers of plain NumPy warn where they wrap
    "-p", "no:cacheprovider", "-p", "no:unraisableexception",
)  # fmt: skip
SECONDS = 15
"""Of processor time: a mutant that takes more hangs."""


def operators() -> list[str]:
    """Names of the operators in use, in cosmic-ray's order."""
    names = [f"ReplaceBinaryOperator_{a}_{b}" for a, near in NEAR.items() for b in near]
    names += [f"ReplaceComparisonOperator_{a}_{b}" for a, near in NEAR.items() for b in near]
    known = {*names, *OTHER}
    return [name for name in cosmic.operator_names() if name.partition("/")[2] in known]


def is_code(node: Any) -> bool:
    """Whether a node stands for something that runs: not a decorator, not a type."""
    while node is not None:
        above = node.parent
        kind = getattr(above, "type", None)
        if kind == "decorator" or (kind in {"annassign", "tfpdef"} and above.children[1] is node):
            return False
        if kind == "param" and node is not above.children[0] and node is not above.default:
            return False
        if kind == "parameters" and node.type == "operator":
            return False
        if kind == "funcdef" and node is above.annotation:
            return False
        node = above
    return True


def place(mutant: Mutant) -> tuple[str, str, int]:
    return mutant["module"], mutant["operator"], mutant["occurrence"]


def read_source(module: str) -> str:
    return (ROOT / f"simcore/kernels/{module}.py").read_text()


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module: the operator and its occurrence, and the line."""
    source = read_source(module)
    made_small = tuple(constant.split()[0] + " = " for constant in SMALLER.get(module, ()))
    lines, tree = source.splitlines(), get_ast(source)
    stack, nodes = [tree], []
    while stack:  # in the order of cosmic-ray's visitor: a node, then its children
        node = stack.pop()
        nodes.append(node)
        stack += reversed(getattr(node, "children", []))
    for name in operators():
        operator = cosmic.get_operator(name)()
        occurrence = 0
        for node in nodes:
            for _ in operator.mutation_positions(node):
                # a constant that is made small afterwards would hide what was done to it
                if is_code(node) and not (made_small and lines[node.start_pos[0] - 1].startswith(made_small)):
                    yield {
                        "module": module,
                        "operator": name.partition("/")[2],
                        "occurrence": occurrence,
                        "line": node.start_pos[0],
                    }
                occurrence += 1


class _FromMemory(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Loads some modules from changed sources."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> Any:
        return importlib.util.spec_from_loader(name, self) if name in self.sources else None

    def get_filename(self, name: str) -> str:
        return str(ROOT / (name.replace(".", "/") + ".py"))

    def get_data(self, path: str | bytes) -> bytes:
        relative = Path(str(path)).relative_to(ROOT).with_suffix("")
        return self.sources[".".join(relative.parts)].encode()


class _FirstFailure:
    """Remembers the test that failed."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.name:
            self.name = f"import: {report.nodeid}"


def changed(mutant: Mutant) -> tuple[str, str]:
    """A module's source and what the mutant makes of it."""
    source = read_source(mutant["module"])
    operator = cosmic.get_operator(f"core/{mutant['operator']}")()
    return source, MutationVisitor.mutate_code(source, operator, mutant["occurrence"])


def run_tests(module: str, source: str | None) -> tuple[str, str]:
    """In a fork: ``survived``, ``killed`` or ``timed out``, and by which test."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        sources = {"simcore.kernels." + name: read_source(name) for name in SMALLER}
        if source is not None:
            sources[f"simcore.kernels.{module}"] = source
        for name, constants in SMALLER.items():
            for small in constants:
                full, constant = f"simcore.kernels.{name}", small.split()[0]
                sources[full] = re.sub(rf"^{constant} = \S+", small, sources[full], flags=re.MULTILINE)
        sys.meta_path.insert(0, _FromMemory(sources))
        failure, status = _FirstFailure(), 0
        for stage in TESTS[module]:
            where, _, words = stage.partition(" -k ")
            arguments = [*QUIETLY, *where.split(), *(("-k", words) if words else ())]
            status = int(pytest.main(arguments, plugins=[failure]))
            if status:
                break
        os.write(write, json.dumps([status, failure.name]).encode())
        os._exit(0)
    os.close(write)
    if os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        os.close(read)
        return "timed out", ""
    said = os.read(read, 10_000)
    os.close(read)
    status, name = json.loads(said) if said else (1, "process ended")
    return ("survived" if status == 0 else "killed"), name


def tried(module: str, chosen: Sequence[Mutant]) -> Iterator[Mutant]:
    """The same mutants, with what became of them."""
    for mutant in chosen:
        source, fault = changed(mutant)
        outcome, by = run_tests(module, fault)
        lines = difflib.unified_diff(source.splitlines(), fault.splitlines(), lineterm="", n=0)
        change = [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
        yield {**mutant, "outcome": outcome, "by": by, "change": change}


def main(arguments: Sequence[str] | None = None) -> int:
    """Try mutants of some modules and tell which live."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(TESTS), help=f"of {', '.join(TESTS)}")
    parser.add_argument("--most", type=int, default=10**6, help="of a module's mutants, drawn by chance")
    parser.add_argument("--seed", type=int, default=1, help="of that chance")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "mutants.jsonl")
    parser.add_argument("--again", type=Path, help="try only those that lived according to this report")
    asked = parser.parse_args(arguments)
    lived = set()
    if asked.again:
        before = [json.loads(line) for line in asked.again.read_text().splitlines()]
        lived = {place(mutant) for mutant in before if mutant["outcome"] != "killed"}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with asked.out.open("w") as out:
        for module in asked.modules:
            outcome, test = run_tests(module, None)
            if outcome != "survived":
                parser.error(f"{module}: its tests fail without any mutant: {test}")
            every = list(mutants(module))
            chosen = [mutant for mutant in every if place(mutant) in lived] if asked.again else every
            if len(chosen) > asked.most:
                chosen = random.Random(f"{asked.seed} {module}").sample(chosen, asked.most)
            begun, tally = time.monotonic(), Counter[str]()
            for mutant in tried(module, chosen):
                tally[mutant["outcome"]] += 1
                out.write(json.dumps(mutant) + "\n")
                out.flush()
                if mutant["outcome"] != "killed":
                    change = "  ".join(mutant["change"])
                    sys.stdout.write(f"{module}.py:{mutant['line']} {mutant['outcome']}: {change}\n")
            counts = ", ".join(f"{n} {outcome}" for outcome, n in sorted(tally.items()))
            seconds = time.monotonic() - begun
            sys.stdout.write(f"{module}: {len(chosen)} of {len(every)}: {counts}; {seconds:.0f} s\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
