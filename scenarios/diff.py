"""How two scenarios differ in what they mean: what is changed from what to what, added, taken out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from scenarios.meaning import in_words, leaves, meaning_of, only_explains, without_words
from scenarios.schema import Scenario
from simcore.problems import Loc

LISTED = "interventions"


@dataclass(frozen=True)
class Difference:
    """One value that two files do not share; None stands where a file says nothing."""

    intervention: str | None
    key: str
    """The way to it, ``coverage.value``; empty for a whole intervention that only one of the two has."""
    was: Any
    now: Any
    only_words: bool
    """Whether it explains, and changes no answer."""
    was_at: str | None
    """``file:line`` of what the first says: of the file that it stands in, which may be a parent's."""
    now_at: str | None

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as ``simcore diff --json`` has it."""
        return asdict(self)


@dataclass(frozen=True)
class Differences:
    """Everything in which two scenarios differ."""

    one: Scenario
    other: Scenario
    found: tuple[Difference, ...]

    @property
    def same_meaning(self) -> bool:
        """Whether nothing differs but words that explain."""
        return all(difference.only_words for difference in self.found)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as ``simcore diff --json`` has it."""
        files = {
            key: {"file": scenario.document.path, "name": scenario.name}
            for key, scenario in (("a", self.one), ("b", self.other))
        }
        return {**files, "same_meaning": self.same_meaning, "changes": [d.as_dict() for d in self.found]}


def differences(one: Scenario, other: Scenario) -> Differences:
    """What the second says otherwise than the first, by meaning: order and spelling do not matter.

    >>> from scenarios.read import read_scenario
    >>> found = differences(read_scenario("smoking_halved"), read_scenario("poverty_and_smoking"))
    >>> [(d.intervention, d.key) for d in found.found if not d.only_words]
    [('child_poverty_fall', '')]
    """
    mine, theirs = meaning_of(one), meaning_of(other)
    found = []
    before, after = mine.pop(LISTED), theirs.pop(LISTED)
    for id in [*before, *(id for id in after if id not in before)]:
        if id not in before or id not in after:
            found.append(_whole(one, other, id, before.get(id), after.get(id)))
        else:
            found += _within(one, other, id, before[id], after[id])
    return Differences(one, other, (*_within(one, other, None, mine, theirs), *found))


def _whole(one: Scenario, other: Scenario, id: str, was: Any, now: Any) -> Difference:
    at = (_address(one, id, ()) if was else None, _address(other, id, ()) if now else None)
    return Difference(id, "", was, now, False, *at)


def _within(one: Scenario, other: Scenario, id: str | None, was: Any, now: Any) -> list[Difference]:
    before, after = dict(leaves(was)), dict(leaves(now))
    return [
        Difference(
            id,
            ".".join(way),
            before.get(way),
            after.get(way),
            only_explains(way),
            _address(one, id, way) if way in before else None,
            _address(other, id, way) if way in after else None,
        )
        for way in sorted(before.keys() | after.keys())
        if (way in before, before.get(way)) != (way in after, after.get(way))
    ]


def _address(scenario: Scenario, id: str | None, way: tuple[str, ...]) -> str:
    place: Loc = ()
    if id is not None:
        place = (LISTED, [change.id for change in scenario.interventions].index(id))
    loc = (*place, *way)
    return f"{scenario.document.file_of(loc)}:{scenario.document.where(loc)[0]}"


def told(found: Differences) -> list[str]:
    """Lines for a person to read."""
    one, other = found.one, found.other
    lines = [f"{one.document.path} ({one.name}) -> {other.document.path} ({other.name})"]
    changes = [difference for difference in found.found if not difference.only_words]
    last: str | None = None
    for difference in changes:
        id = difference.intervention
        if id != last and id is not None and difference.key:
            lines.append(f"  {id}:")
        last = id
        lines.append(_line(difference, one, other))
    words = [d for d in found.found if d.only_words]
    if not changes:
        lines.append("  same meaning")
    if words:
        names = [f"{d.intervention}.{d.key}" if d.intervention else d.key for d in words]
        lines.append(f"  words that differ, and change no answer: {', '.join(names)}")
    return lines


def _line(difference: Difference, one: Scenario, other: Scenario) -> str:
    was, now = difference.was, difference.now
    if not difference.key:
        sign, whole, at = ("-", was, difference.was_at) if now is None else ("+", now, difference.now_at)
        said = "; ".join(f"{'.'.join(way)} {in_words(value)}" for way, value in leaves(without_words(whole)))
        home = one if now is None else other
        return f"  {sign} {difference.intervention}: {said}{_parent(at, home)}"
    if "table" in _forms(was) & _forms(now) and was["table"] != now["table"]:
        before, after = _where_tables_differ(was, now)
    else:
        before, after = (
            "nothing" if at is None else in_words(value)
            for value, at in ((was, difference.was_at), (now, difference.now_at))
        )
    before, after = before + _parent(difference.was_at, one), after + _parent(difference.now_at, other)
    indent = "    " if difference.intervention else "  "
    return f"{indent}{difference.key}: {before} -> {after}"


def _forms(number: Any) -> set[str]:
    return set(number) if isinstance(number, dict) else set()


def _where_tables_differ(was: Any, now: Any) -> tuple[str, str]:
    """Two tables by year, without the years on which they agree."""
    years = sorted({*was["table"], *now["table"]})
    differ = [year for year in years if was["table"].get(year) != now["table"].get(year)]
    before, after = (
        ", ".join(
            f"{year}: {in_words(path['table'][year]) if year in path['table'] else 'none'}" for year in differ
        )
        + (", held after" if was.get("after") != now.get("after") and "after" in path else "")
        for path in (was, now)
    )
    return before, after


def _parent(address: str | None, home: Scenario) -> str:
    """Where a value stands, told if that is another file than the one compared."""
    if address is None or address.rpartition(":")[0] == home.document.path:
        return ""
    return f" [{address}]"
