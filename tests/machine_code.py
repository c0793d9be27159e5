"""What the compiler made of a kernel: its wide instructions, and where its loops count references.

A kernel compiled afresh (`benchmarks.slowed.afresh`) has all functions that it calls in one module, as they run; code
from the cache cannot be looked into.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

Blocks = dict[str, list[str]]
"""The lines of a function, by the straight piece of code that they are in."""


def assembly(kernel: Any) -> dict[str, str]:
    """The instructions of every function in a kernel, itself among them."""
    (code,) = kernel.inspect_asm().values()
    found: dict[str, str] = {}
    for symbol, body in re.findall(r"^(_Z\S+):\n(.*?)^\.Lfunc_end", code, re.MULTILINE | re.DOTALL):
        if name := _function(symbol):
            found[name] = found.get(name, "") + body
    return found


def wide(instructions: str, kind: str) -> int:
    """How many instructions of a kind there are on 256 bits or more."""
    return len(re.findall(rf"^\s*{kind}\w*\s.*%[yz]mm", instructions, re.MULTILINE))


def references(kernel: Any) -> dict[str, int]:
    """At how many places the loops of each function in a kernel, with all that they call, count references up."""
    (code,) = kernel.inspect_llvm().values()
    found = re.findall(r'^define .*?@"?([^"(]+)"?\(.*?\{\n(.*?)^\}', code, re.MULTILINE | re.DOTALL)
    functions = {symbol: _blocks(body) for symbol, body in found}

    @cache
    def anywhere(symbol: str) -> int:
        return within(functions[symbol], functions[symbol].keys())

    def within(blocks: Blocks, some: Any) -> int:
        called = [
            name
            for block in some
            for line in blocks[block]
            for name in re.findall(r'call .*?@"?([^"(]+)"?\(', line)
        ]
        return called.count("NRT_incref") + sum(anywhere(name) for name in called if _function(name))

    counted: dict[str, int] = {}
    for symbol, blocks in functions.items():
        if name := _function(symbol):
            counted[name] = max(counted.get(name, 0), within(blocks, _looping(blocks)))
    return counted


def _function(symbol: str) -> str | None:
    """The function of a symbol, which has lengths and names in turn; none where it is numba's, or wraps for Python."""
    names, rest = [], symbol.removeprefix("_ZN")
    while rest != symbol and (length := re.match(r"\d+", rest)):
        end = length.end() + int(length[0])
        names.append(rest[length.end() : end])
        rest = rest[end:]
    return names[-1] if names and names[0] not in ("cpython", "numba") else None


def _blocks(body: str) -> Blocks:
    blocks: Blocks = {}
    name = ""
    for line in body.splitlines():
        label = re.match(r'"?([\w.$-]+)"?:', line)
        name = label[1] if label else name
        blocks.setdefault(name, []).append(line)
    return blocks


def _looping(blocks: Blocks) -> set[str]:
    """Blocks that lead back to themselves."""
    after = {
        name: set(re.findall(r'label %"?([\w.$-]+)', "\n".join(lines))) for name, lines in blocks.items()
    }

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        left = {start}
        while left:
            left = set().union(*(after[name] for name in left)) - found
            found |= left
        return found

    return {name for name in blocks if name in reached(name)}
