"""A page of documentation that can be run: the files it shows, the lines it changes, its commands and what they print.

A file is a fenced block below its name (**`folder/file.csv`**). A `diff` block below a name changes the file until the
next commands have run; then all files are again as the page first showed them. A `console` block has commands, `$ ` in
front, each above what it prints: standard output, then standard error.

`python -m tests.page docs/models.md` writes anew what the commands print.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import command, environment

BLOCK = re.compile(
    r"(?:^\*\*`(?P<name>[^`\n]+)`\*\*\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
Run = Callable[[list[str]], str]
"""Runs a command and gives what it prints."""


@dataclass
class Page:
    """A page, and the folder where it is run."""

    text: str
    folder: Path
    files: dict[str, str] = field(default_factory=dict)

    def commands(self) -> Iterator[tuple[str, str, tuple[int, int]]]:
        """Each command, what the page says it prints, and where that stands; files are as they should be then."""
        for block in BLOCK.finditer(self.text):
            name, text = block["name"], block["text"]
            if block["kind"] == "console":
                for asked in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
                    begin, end = (block.start("text") + at for at in asked.span(2))
                    yield asked[1], asked[2], (begin, end)
                self._write(self.files)
            elif block["kind"] == "diff":
                self._change(name, text)
            elif name is not None:
                self.files[name] = text
                self._write({name: text})

    def _change(self, name: str, diff: str) -> None:
        lines = diff.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in kept) for kept in ("- ", "+ "))
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has not these lines, once:\n{old}"
        self._write({name: text.replace(old, new)})

    def _write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def tidied(printed: str) -> str:
    """As a page shows it: no space at the end of a line, no empty line at either end."""
    return "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())


def run_outside(folder: Path) -> Run:
    """Commands in processes of their own, in a folder."""

    def run(words: list[str]) -> str:
        asked = command(*words[1:]) if words[0] == "simcore" else words
        done = subprocess.run(asked, cwd=folder, env=environment(), capture_output=True, text=True)
        return done.stdout + done.stderr

    return run


def rewrite(path: Path) -> None:
    """What the commands of a page print now, in place of what it says."""
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        run = run_outside(Path(folder))
        found = [
            (tidied(run(shlex.split(asked))), at) for asked, _, at in Page(text, Path(folder)).commands()
        ]
    for printed, (begin, end) in reversed(found):
        text = text[:begin] + printed + text[end:]
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for given in sys.argv[1:]:
        rewrite(Path(given))
