"""YAML text -> plain data with addresses, from parser events, refusing what we do not allow.

Nothing is built that the events do not spell out: no tags, no aliases, no merges, no dates. Depth and nodes
are bounded as the text streams by, so a bomb costs what its first few kilobytes cost. See
:mod:`simcore.text_files` for which scalars are numbers.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple, NoReturn

import yaml

from simcore.problems import DocumentError, Loc, Mark, Problem, dotted
from simcore.text_files import INTEGER, NUMBER

MAX_DEPTH = 20
MAX_NODES = 50_000
MAX_DIGITS = 20
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true", "True", "TRUE", "false", "False", "FALSE"}
_SURROGATE = re.compile("[\ud800-\udfff]")


class Parsed(NamedTuple):
    """Plain data, and where each value and key stands."""

    data: dict[str, Any]
    values: dict[Loc, Mark]
    keys: dict[Loc, Mark]


def parse(text: str, name: str) -> Parsed:
    """One mapping. Raises DocumentError, with ``name`` as the file's."""
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        place, remedy = _syntax(text, error)
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        builder.refuse(place, f"is not YAML here ({said}); {remedy}")
    except yaml.YAMLError as error:
        builder.refuse((1, 1), f"is not YAML ({str(error).splitlines()[0]}); save it as plain UTF-8 text")
    if not builder.problems and not isinstance(builder.root, dict):
        what = "is empty" if builder.root is None else "must be a mapping at its top level"
        builder.refuse((1, 1), f"{what}; begin with lines of the form `key: value`")
    if builder.problems:
        raise DocumentError(builder.problems)
    return Parsed(builder.root, builder.values, builder.keys)


def _syntax(text: str, error: yaml.MarkedYAMLError) -> tuple[Mark, str]:
    """Where to look, and what to do there, for what the parser could not read."""
    ends, begins = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    here, there = ((m.line + 1, m.column + 1) if m else (1, 1) for m in (ends, begins))
    lines = text.splitlines()
    line = lines[here[0] - 1] if here[0] <= len(lines) else ""
    sign = line[here[1] - 1 : here[1]]
    context, problem = str(error.context), str(error.problem)
    if sign == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return here, "indent with spaces, where a tab stands"
    if "flow" in context:
        return there, "close the bracket that opens there"
    if "quoted" in context:
        return there, "close the quote that opens there"
    if "simple key" in context:
        return there, "write `key: value`, with a colon and a space"
    if "cannot start" in problem:
        return here, f"put text that begins with `{sign}` in quotes"
    if "mapping values" in problem:
        return here, "put text with a colon in quotes, or indent the line as those beside it"
    return here, "indent the line as those beside it, and check quotes and brackets"


class _Builder:
    """Builds plain data from parser events, refusing as they come what YAML allows and we do not."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Any = None
        self.nodes = self.documents = 0
        self.problems: list[Problem] = []
        self.values: dict[Loc, Mark] = {(): (1, 1)}
        self.keys: dict[Loc, Mark] = {}
        self.stack: list[tuple[Loc, Any]] = []  # the open collections
        self.waiting: list[str | None] = []  # for each, the key whose value comes next

    def refuse(self, mark: Mark, message: str, loc: Loc = ()) -> None:
        self.problems.append(Problem(self.name, *mark, dotted(loc), message))

    def stop(self, mark: Mark, message: str) -> NoReturn:
        self.refuse(mark, message)
        raise DocumentError(self.problems)

    def take(self, event: Any) -> None:
        mark = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
            self.waiting.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop(mark, "a second document starts; keep one document to a file")
            if event.version or event.tags:
                self.refuse(mark, "directives are not allowed; remove the line that starts with %")
        elif isinstance(event, yaml.NodeEvent):
            self.nodes += 1
            if self.nodes > MAX_NODES:
                self.stop(mark, f"more than {MAX_NODES:,} keys and values; make the file smaller")
            if isinstance(event, yaml.AliasEvent) or event.anchor:
                self.refuse(mark, "anchors (&) and aliases (*) are not allowed; write the value out")
            tag = getattr(event, "tag", None)
            if tag:
                self.refuse(mark, f"tags are not allowed; remove `{tag}`")
            self.node(event, mark)

    def node(self, event: Any, mark: Mark) -> None:
        """Put a scalar or a new collection where it belongs."""
        is_key = bool(self.stack) and isinstance(self.stack[-1][1], dict) and self.waiting[-1] is None
        if is_key:
            if not isinstance(event, yaml.ScalarEvent):
                self.stop(mark, "a list or mapping stands as a key; write a word")
            self.waiting[-1] = self.key(event, mark)
            return
        value: Any = None  # and stays so for an alias, refused already
        if isinstance(event, yaml.ScalarEvent):
            value = self.scalar(event, mark)
        elif isinstance(event, yaml.CollectionStartEvent):
            value = {} if isinstance(event, yaml.MappingStartEvent) else []
        loc = self.place(value)
        self.values[loc] = mark
        if isinstance(event, yaml.CollectionStartEvent):
            self.stack.append((loc, value))
            self.waiting.append(None)
            if len(self.stack) > MAX_DEPTH:
                self.stop(mark, f"nested more than {MAX_DEPTH} deep; make it flatter")

    def place(self, value: Any) -> Loc:
        """Store a value in the collection that is open; its loc."""
        if not self.stack:
            self.root = value
            return ()
        loc, parent = self.stack[-1]
        if isinstance(parent, list):
            parent.append(value)
            return (*loc, len(parent) - 1)
        key, self.waiting[-1] = self.waiting[-1], None
        parent[key] = value
        return (*loc, str(key))

    def key(self, event: Any, mark: Mark) -> str:
        loc, parent = self.stack[-1]
        value = self.scalar(event, mark)
        if value is None or isinstance(value, bool | float):
            self.refuse(mark, f"`{event.value}` cannot be a key; write a word or a whole number", loc)
        if event.value == "<<" and event.implicit[0]:
            self.refuse(mark, "merge keys (<<) are not allowed; write the keys out", loc)
        key = str(value) if isinstance(value, int | str) else event.value
        if key in parent:
            first = self.keys[(*loc, key)][0]
            self.refuse(mark, f"the key stands twice (first on line {first}); keep one", (*loc, key))
        else:
            self.keys[(*loc, key)] = mark
        return key

    def scalar(self, event: Any, mark: Mark) -> str | int | float | bool | None:
        text: str = event.value
        if _SURROGATE.search(text):
            self.refuse(mark, "the escape is half a character; write the character itself")
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        if text in _NULL:
            return None
        if text in _BOOLEAN:
            return text.lower() == "true"
        if INTEGER.fullmatch(text):
            if len(text) <= MAX_DIGITS:
                return int(text)
            self.refuse(
                mark, f"a whole number of {len(text)} characters; write at most {MAX_DIGITS}, or quote it"
            )
        elif NUMBER.fullmatch(text):
            if math.isfinite(float(text)):
                return float(text)
            self.refuse(mark, f"`{text}` is too large a number; write a finite one, or quote it")
        return text
