"""A file that extends another: two documents become one, and every value keeps the address where it stands.

What a file writes stands in place of its parent's; interventions are matched by ``id`` and merged key by key;
``remove: true`` takes one out, and a key left empty takes the parent's out. Only ``scenario`` and ``name`` are a
file's own, for they say which file it is.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simcore.documents import Document, read_yaml
from simcore.problems import DocumentError, Loc, Mark, Problem, hint, near_match
from simcore.shipped import find_shipped, shipped_names

MOST_PARENTS = 8
"""How many files may stand behind one another."""
OWN = frozenset({"scenario", "name", "extends"})
"""What no parent says for a file."""
LISTED = "interventions"
_BARE = re.compile(r"[A-Za-z0-9_\-]+")


def with_parents(document: Document) -> Document:
    """The document with all that it takes from the file it extends, and from that one's parent in turn.

    A document that extends nothing comes back as it is.

    Raises
    ------
    DocumentError
        For a parent that cannot be found or read, for files that extend one another in a circle or are too many,
        and for interventions that cannot be merged.
    """
    chain = [document]
    while "extends" in chain[-1].data:
        chain.append(_parent_of(chain))
    whole = chain.pop()
    for child in reversed(chain):
        whole = _over(whole, child)
    return whole


def _parent_of(chain: Sequence[Document]) -> Document:
    """The file that the last of these extends."""
    child = chain[-1]

    def refused(message: str) -> DocumentError:
        return DocumentError(child.problem(("extends",), message))

    path = _path_of(child, refused)
    try:
        parent = read_yaml(path)
    except DocumentError as error:
        if any(problem.line is not None for problem in error.problems):
            raise
        # it is not there, or is no file: mended where it is named
        told = "; ".join(problem.message for problem in error.problems)
        raise refused(f"{path}: {told.replace(f'`{path.removesuffix(Path(path).name)}', '`')}") from None
    if len(chain) > MOST_PARENTS:
        raise refused(f"more than {MOST_PARENTS} files stand behind one another; extend one further up")
    met = [Path(document.path).resolve() for document in chain]
    if Path(path).resolve() in met:
        circle = [document.path for document in chain[met.index(Path(path).resolve()) :]]
        found = f"goes in a circle, {' -> '.join([*circle, path])}" if circle[1:] else "is this very file"
        raise refused(f"{found}; name another file, or take the line out")
    return parent


def _path_of(child: Document, refused: Any) -> str:
    """Where the parent lies: a shipped file for a bare name, else beside the file that names it."""
    given = child.data["extends"]
    if not isinstance(given, str) or not given.strip():
        found = "a list" if isinstance(given, list) else f"`{given}`" if given else "nothing"
        raise refused(f"found {found}; write the bare name of a shipped scenario, or one path")
    folder = os.path.dirname(child.path)  # noqa: PTH120 - a folder of "" stays "", and the path as it was given
    shipped = shipped_names("scenarios", "library")
    if given in shipped:
        return find_shipped(given, "scenarios", "library", "shipped scenario")
    if _BARE.fullmatch(given):
        beside = {path.stem: path.name for path in Path(folder).glob("*.y*ml")}
        match = near_match(given, [*beside, *shipped])
        remedy = hint(given, [beside.get(match, match)] if match else shipped, cutoff=0.0)
        raise refused(f"no shipped scenario `{given}`; {remedy}")
    if Path(given).is_absolute():
        raise refused(f"found `{given}`; write the path as seen from this file's folder")
    return os.path.join(folder, given)  # noqa: PTH118 - `./` and all


def _over(parent: Document, child: Document) -> Document:
    """The child's document laid over its parent's, which may itself be put together."""
    mine, theirs = child.data, parent.data
    models = mine.get("model"), theirs.get("model")
    problems = []
    if None not in models and models[0] != models[1]:
        meant = near_match(models[0], [models[1]])
        remedy = f"did you mean `{meant}`?" if meant else "extend a file of the same model"
        message = f"found `{models[0]}`, and {parent.path} is for `{models[1]}`; {remedy}"
        problems.append(child.problem(("model",), message))
    kept = {key for key in theirs if key not in mine and key not in OWN}
    data = {key: value for key, value in theirs.items() if key in kept}
    listed = _Interventions(child, parent)
    data |= {key: value for key, value in mine.items() if (key,) not in listed.emptied}
    if LISTED in theirs and isinstance(mine.get(LISTED), list):
        if isinstance(theirs[LISTED], list):
            data[LISTED] = listed.merged()
            problems += listed.problems
        else:
            data[LISTED] = theirs[LISTED]  # refused later, where it stands
            kept.add(LISTED)
            listed.emptied.add((LISTED,))
    if problems:
        raise DocumentError(problems)
    values: dict[Loc, Mark] = {}
    keys: dict[Loc, Mark] = {}
    elsewhere: dict[Loc, str] = {}
    for document, moved in ((parent, lambda loc: listed.of_parent(loc, kept)), (child, listed.of_child)):
        for loc, mark in document.values.items():
            place = moved(loc)
            if place is None:
                continue
            values[place] = mark
            if loc in document.keys:
                keys[place] = document.keys[loc]
            if document.file_of(loc) != child.path:
                elsewhere[place] = document.file_of(loc)
    digest = hashlib.sha256(f"{child.digest} {parent.digest}".encode()).hexdigest()
    behind = ((parent.path, parent.digest), *parent.parents)
    return Document(child.path, data, digest, values, keys, elsewhere, behind)


class _Interventions:
    """Those of a parent in its order, changed or taken out, then those that a child adds."""

    def __init__(self, child: Document, parent: Document) -> None:
        self.child, self.parent = child, parent
        self.problems: list[Problem] = []
        # where each of either list stands in the whole, and which keys of the parent's are left in one that both have
        self.mine: dict[int, int] | None = None
        self.theirs: dict[int, int] = {}
        self.left: dict[int, set[str]] = {}
        # keys of the child that are left empty to take the parent's out
        self.emptied: set[Loc] = {
            (key,)
            for key, value in child.data.items()
            if value is None and key in parent.data and key not in OWN
        }

    def merged(self) -> list[Any]:
        """The list. Fills ``problems`` with what cannot be merged."""
        mine, theirs = self.child.data[LISTED], self.parent.data[LISTED]
        self.mine = {}
        known = {name: place for place, item in enumerate(theirs) if (name := _id_of(item)) is not None}
        changes: dict[int, int] = {}
        for place, item in enumerate(mine):
            name = _id_of(item)
            if name in known and known[name] in changes:
                line = self.child.where((LISTED, changes[known[name]], "id"))[0]
                self.refuse(place, "id", f"the id `{name}` stands on line {line} too; write it once")
            elif name in known:
                changes[known[name]] = place
            elif isinstance(item, dict) and name is not None and ("remove" in item or "change" not in item):
                new = "" if "remove" in item else ", and a new one has a `change`"
                message = f"{self.parent.path} has no intervention `{name}`{new}; {hint(name, known)}"
                self.refuse(place, "id", message)
        whole: list[Any] = []
        for their_place, item in enumerate(theirs):
            change = changes.get(their_place)
            if change is None:
                self.theirs[their_place] = len(whole)
                whole.append(item)
            elif "remove" in mine[change]:
                self.check_removal(change, mine[change])
            else:
                self.mine[change] = self.theirs[their_place] = len(whole)
                self.left[their_place] = {key for key in item if key not in mine[change]}
                whole.append(self.changed(change, item, mine[change]))
        for place, item in enumerate(mine):
            if place not in changes.values():
                self.mine[place] = len(whole)
                whole.append(item)
        return whole

    def changed(self, place: int, theirs: dict[str, Any], mine: dict[str, Any]) -> dict[str, Any]:
        """One that both files write: key by key."""
        if "change" in mine and "change" in theirs and mine["change"] != theirs["change"]:
            message = (
                f"found `{mine['change']}`, and in {self.parent.path} it is `{theirs['change']}`; take that "
            )
            self.refuse(place, "change", message + "one out (`remove: true`) and give this one another id")
        self.emptied |= {(LISTED, place, k) for k, v in mine.items() if v is None and k in theirs}
        kept = {key: value for key, value in theirs.items() if key not in mine}
        return kept | {key: value for key, value in mine.items() if value is not None or key not in theirs}

    def check_removal(self, place: int, item: dict[str, Any]) -> None:
        if item["remove"] is not True:
            self.refuse(place, "remove", "write `remove: true`, or take the line out")
        for key in item.keys() - {"id", "remove"}:
            message = (
                "stands beside `remove: true`, which takes the whole intervention out; keep one of the two"
            )
            self.refuse(place, key, message)

    def refuse(self, place: int, key: str, message: str) -> None:
        self.problems.append(self.child.problem((LISTED, place, key), message))

    def of_child(self, loc: Loc) -> Loc | None:
        """Where something of the child stands in the whole; None if it is no part of it."""
        if loc[:1] in self.emptied or loc[:3] in self.emptied:
            return None
        if self.mine is None or loc[:1] != (LISTED,) or len(loc) == 1:
            return loc
        place = self.mine.get(int(loc[1]))
        return None if place is None else (LISTED, place, *loc[2:])

    def of_parent(self, loc: Loc, kept: set[str]) -> Loc | None:
        """Where something of the parent stands in the whole; None if it is no part of it."""
        if loc[:1] != (LISTED,) or self.mine is None:
            return loc if loc[:1] and loc[0] in kept else None
        if len(loc) == 1:
            return None
        their_place = int(loc[1])
        if their_place not in self.theirs or (
            their_place in self.left and (len(loc) == 2 or loc[2] not in self.left[their_place])
        ):
            return None
        return (LISTED, self.theirs[their_place], *loc[2:])


def _id_of(item: object) -> str | None:
    """The name of an intervention, if it has one."""
    name = item.get("id") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None
