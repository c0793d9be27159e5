"""Good scenario files and ways to break them, each with what must come of it, known beforehand."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

Fate = Literal["refused", "same", "shown", "not silent"]
"""What must come of a changed file.

``refused``: told with an address. ``same``: read, and meaning what it meant. ``shown``: read as something else, and
`diff` tells the difference. ``not silent``: one of the three, as far as the file still says the same.
"""

EVERY = """\
scenario: 1
name: every_feature
title: One of everything
why: To show the language.
is_not: [A policy, An answer]
model: england
evidence:
  grade: B
  status: what_if
  summary: invented
discount_rate: {value: 0.015, source: assumption, note: invented}
interventions:
  - id: poverty
    change: prevalence
    of: child_poverty
    multiply: {table: {2025: 0.99, 2026: 0.95, 2027: 0.9}, after: hold}
    where: {imd_decile: [1, 2, 3]}
    years: {from: 2025, to: 2034}
    source: mccabe_2024_data
  - id: beds
    change: prevalence
    of: unsafe_sleep
    set: {ramp: {from: 2026, to: 2030, value: 0.1}}
    spread: everywhere
    source: assumption
    note: invented
  - id: homes
    change: prevalence
    of: overcrowding
    odds_ratio: {distribution: lognormal, median: 0.8, ci95: [0.7, 0.91]}
    source: assumption
    note: invented
  - id: weight
    change: prevalence
    of: late_booking
    add: {step: {from: 2028, value: -0.01}}
    source: assumption
    note: invented
  - id: offer
    change: support
    offer_to: {smoking_at_booking: yes}
    where: {mother_age: [under_20, 20_24]}
    coverage: {value: 0.8, source: assumption, note: invented}
    uptake:
      value: {distribution: beta, mean: 0.3, ci95: [0.2, 0.41]}
      source: sss_2022
    effect:
      multiplies: {variable: smoking, level: quit}
      base: natural
      value: {distribution: lognormal, median: 1.44, ci95: [1.19, 1.73]}
      source: cochrane_psychosocial2017
    relapse:
      share: {distribution: uniform, low: 0.16, high: 0.72}
      from_age: days_91_182
      source: jones2016
    costs:
      - {per: reached, value: 40, price_year: 2023, source: assumption, note: invented}
      - {per: moved, value: {distribution: uniform, low: 100, high: 400}, price_year: 2023, source: cpit2_cace}
  - id: sleep
    change: hazard_ratio
    begins: after_birth
    causes: [sudden]
    age_bands: [days_28_90, days_91_182]
    ratio: {value: {distribution: lognormal, median: 0.9, ci95: [0.8, 1.01]}, source: assumption, note: invented}
    coverage: {value: {ramp: {from: 2025, to: 2029, value: 0.5}}, source: assumption, note: invented}
  - id: births
    change: births
    multiply: 0.9
    where: {mother_age: under_20}
    source: assumption
    note: invented
"""
"""A small file with every feature of the language, but for the two bounds."""

BOUNDS = """\
scenario: 1
name: bounds
title: What no policy reaches
why: To show the bounds.
model: england
interventions:
  - {id: rest, change: what_if_residual, like: 10}
  - {id: equal, change: what_if_equal, dimension: imd_decile, like: 10}
"""


CHILD = """\
scenario: 1
name: child
extends: poverty_and_smoking
title: Another path
interventions:
  - {id: child_poverty_fall, remove: true}
  - id: fewer_smokers
    multiply: 0.6
    where: {imd_decile: [1, 2]}
    note: another share of them
  - id: beds
    change: prevalence
    of: unsafe_sleep
    multiply: 0.8
    source: assumption
    note: invented
"""
"""A file that takes one intervention out, changes one and adds one."""

SMALL = {"every.yaml": EVERY, "bounds.yaml": BOUNDS, "child.yaml": CHILD}


@dataclass(frozen=True)
class Mutation:
    """One changed file."""

    what: str
    text: str
    fate: Fate
    says: str = ""
    """Words that a refusal holds."""


def good_files() -> dict[str, str]:
    """Every shipped file, and three that have every feature together."""
    library = files("scenarios") / "library"
    shipped = {file.name: file.read_text() for file in library.iterdir() if file.name.endswith(".yaml")}
    return {**SMALL, **dict(sorted(shipped.items()))}


KEY = re.compile(r"(?<![\w'\".])([a-z][a-z_0-9]{2,}):(?= |\n)")
NUMBER = re.compile(r"(?<=[:\[,] )-?[0-9]+(?:\.[0-9]+)?(?=[\n,}\] ])")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NEEDED = {"scenario", "name", "title", "why", "model", "interventions", "id", "change", "of", "source"}
"""Keys without which nothing is read, where they stand on a line of their own."""


def mutations(text: str, rng: random.Random, most: int = 2) -> Iterator[Mutation]:
    """Every way to break one file, each at up to ``most`` places."""
    for way in WAYS:
        found = list(way(text, rng))
        yield from rng.sample(found, min(most, len(found)))


Way = Callable[[str, random.Random], Iterator[Mutation]]


def _prose(text: str) -> list[tuple[int, int]]:
    """Where running text stands: blocks, notes, and what explains; nothing there is a key or a number."""
    spans = [m.span() for m in re.finditer(r"(?:why|note|summary|title): (?:>-\n(?: +.*\n)+|[^,}\n]*)", text)]
    spans += [m.span() for m in re.finditer(r"is_not:(?: \[.*\]|\n(?: +.*\n)+)", text)]
    return spans + [m.span() for m in re.finditer(r"^#.*\n", text, re.M)]


def _outside_prose(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    prose = _prose(text)
    for match in pattern.finditer(text):
        inside = any(start < match.start() and match.end() <= end for start, end in prose)
        if not inside:
            yield match


def _put(text: str, match: re.Match[str], new: str, group: int = 0) -> str:
    return text[: match.start(group)] + new + text[match.end(group) :]


# ---- what must be refused


def without_a_line_it_needs(text: str, rng: random.Random) -> Iterator[Mutation]:
    lines = text.splitlines(keepends=True)
    needed = {"scenario", "name", "extends"} if "extends:" in text else NEEDED
    for at, line in enumerate(lines):
        key = line.strip().removeprefix("- ").partition(":")[0]
        block = line.rstrip().endswith(">-")
        if key in needed and not line.startswith("#") and not block and "{" not in line.partition(":")[0]:
            if key == "interventions" and at < len(lines) - 1:
                continue  # the list then stands under the key before it
            yield Mutation(f"line {at + 1} left out", "".join(lines[:at] + lines[at + 1 :]), "refused")


def a_misspelt_key(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(KEY, text):
        key = match[1]
        at = rng.randrange(1, len(key))
        worse = key[:at] + rng.choice(LETTERS) + key[at:]
        yield Mutation(f"{key} as {worse}", _put(text, match, worse, 1), "refused")


def a_word_or_more_in_place_of_a_number(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(NUMBER, text):
        if "imd_decile" in text[text.rfind("\n", 0, match.start()) : match.start()]:
            continue
        for new in ("lots", "true", "[1, 2]", "{a: 1}", '"0.5"', "0,5", "50%", ".nan", ".inf", "0x1F"):
            inside = new == "0,5" and "{" in text[text.rfind("\n", 0, match.start()) : match.start()]
            if not inside and not text[: match.start()].endswith("like: "):
                yield Mutation(f"{match[0]} as {new}", _put(text, match, new), "refused")


def a_number_out_of_bounds(text: str, rng: random.Random) -> Iterator[Mutation]:
    """A negative factor, share, ratio, cost or year."""
    for match in _outside_prose(NUMBER, text):
        before = text[text.rfind("\n", 0, match.start()) : match.start()]
        if float(match[0]) <= 0 or "add:" in before or "imd_decile" in before or before.endswith("like: "):
            continue
        yield Mutation(f"-{match[0]}", _put(text, match, f"-{match[0]}"), "refused")


def a_huge_number(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(NUMBER, text):
        before = text[text.rfind("\n", 0, match.start()) : match.start()]
        if "imd_decile" in before or before.endswith("like: "):
            continue
        for new in ("1e999", "9" * 40):
            yield Mutation(f"{match[0]} as {new[:8]}", _put(text, match, new), "refused", "number")


UNKNOWN = re.compile(
    r"(?<=[:\[,] )(no|yes|quit|under_20|20_24|sudden|days_28_90|imd_decile|england|natural)(?=[\n,}\]])"
)


def an_unknown_word(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(UNKNOWN, text):
        yield Mutation(f"{match[0]} as {match[0]}x", _put(text, match, f"{match[0]}x"), "refused")


def an_unknown_variable(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(re.compile(r"(?:of|variable): ([a-z_]+)"), text):
        worse = match[1][:-1]
        yield Mutation(f"{match[1]} as {worse}", _put(text, match, worse, 1), "refused", f"mean `{match[1]}`")
        yield Mutation(f"{match[1]} as gestation", _put(text, match, "gestation", 1), "refused", "no lever")


def an_unknown_source(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(re.compile(r"source: \[?([A-Za-z]\w+)"), text):
        if match[1] != "assumption":
            yield Mutation(
                f"{match[1]}x", _put(text, match, match[1] + "x", 1), "refused", f"mean `{match[1]}`"
            )


def an_assumption_without_a_reason(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in re.finditer(r", note: invented|\n +note: invented", text):
        before = text[: match.start()]
        if before.rstrip().endswith("source: assumption"):
            yield Mutation("no note", before + text[match.end() :], "refused", "add `note: ...`")


def bounds_swapped(text: str, rng: random.Random) -> Iterator[Mutation]:
    for pattern in (
        r"ci95: \[([0-9.]+), ([0-9.]+)\]",
        r"low: ([0-9.]+), high: ([0-9.]+)",
        r"from: ([0-9]+), to: ([0-9]+)",
    ):
        for match in _outside_prose(re.compile(pattern), text):
            low, high = match.start(1) - match.start(), match.start(2) - match.start()
            between = match[0][low + len(match[1]) : high]
            turned = match[0][:low] + match[2] + between + match[1] + match[0][high + len(match[2]) :]
            yield Mutation(match[0], _put(text, match, turned), "refused")


def a_key_twice(text: str, rng: random.Random) -> Iterator[Mutation]:
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if re.match(r" *[a-z_]+: [^>\n]", line) and not any(
            a <= _start(lines, at) < b for a, b in _blocks(text)
        ):
            yield Mutation(
                f"line {at + 1} twice", "".join([*lines[: at + 1], *lines[at:]]), "refused", "stands twice"
            )


def an_id_twice(text: str, rng: random.Random) -> Iterator[Mutation]:
    found = re.findall(r"id: (\w+)", text)
    for first, second in zip(found, found[1:], strict=False):
        yield Mutation(
            f"{second} as {first}", re.sub(rf"\bid: {second}\b", f"id: {first}", text), "refused", "line"
        )


def a_tab(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in re.finditer(r"^ +(?=[a-z_]+: [^>\n])", text, re.M):
        if not any(a <= match.start() < b for a, b in _blocks(text)):
            yield Mutation("a tab", _put(text, match, "\t"), "refused")


def an_anchor_a_tag_a_merge(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in re.finditer(r"(?<=: )(?=[a-z0-9{\[])", text):
        if any(a < match.start() < b for a, b in _prose(text)):
            continue
        for new, says in (("&a ", "anchors"), ("!!str ", "tags"), ("!x ", "tags"), ("*a #", "aliases")):
            yield Mutation(new.strip(), _put(text, match, new), "refused", says if "#" not in new else "")
    yield Mutation("a merge", text + "<<: {title: Another}\n", "refused", "merge keys")
    yield Mutation("a second document", text + "---\n" + text, "refused", "second document")
    yield Mutation("a directive", "%YAML 1.1\n---\n" + text, "refused", "directives")


def an_odd_character(text: str, rng: random.Random) -> Iterator[Mutation]:
    for _ in range(4):
        at = rng.randrange(len(text))
        for odd in ("\x00", "\x1b", "\x7f", "\ufffe", "\x0b"):
            yield Mutation(f"U+{ord(odd):04X}", text[:at] + odd + text[at:], "refused", "U+")
    for match in _outside_prose(KEY, text):
        yield Mutation("a Greek letter", _put(text, match, match[1][:-1] + "ο", 1), "refused")


def another_kind_of_change(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(re.compile(r"change: (\w+)"), text):
        yield Mutation("another kind", _put(text, match, "subsidy", 1), "refused")
        other = "support" if match[1] != "support" else "hazard_ratio"
        yield Mutation(f"{match[1]} as {other}", _put(text, match, other, 1), "refused")


def two_ways_at_once(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(re.compile(r"\n    (multiply|set|add|odds_ratio): "), text):
        other = "odds_ratio" if match[1] != "odds_ratio" else "multiply"
        kinds = re.findall(r"change: (\w+)", text[: match.start()])
        says = "keep one" if kinds[-1:] == ["prevalence"] else ""
        yield Mutation(f"{other} too", _put(text, match, f"\n    {other}: 0.5{match[0]}"), "refused", says)


def years_outside_the_model(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in _outside_prose(re.compile(r"(?<=from: )20[0-9][0-9]|(?<=to: )20[0-9][0-9](?=\})"), text):
        yield Mutation(f"{match[0]} as 2099", _put(text, match, "2099"), "refused")


def a_parent_that_is_not_there(text: str, rng: random.Random) -> Iterator[Mutation]:
    for parent, says in (
        ("smoking_halvd", "did you mean `smoking_halved`?"),
        ("nowhere/at_all.yaml", "no such file"),
        ("", "found nothing"),
        ("[a, b]", "found a list"),
        ("/etc/passwd", "as seen from this file's folder"),
    ):
        if "extends:" in text:
            changed = re.sub("extends: .*", f"extends: {parent}", text)
        else:
            changed = text + f"extends: {parent}\n"
        yield Mutation(f"extends {parent}", changed, "refused", says)


# ---- what must mean the same


def another_spelling(text: str, rng: random.Random) -> Iterator[Mutation]:
    yield Mutation("a comment", text + "# nothing more\n", "same")
    yield Mutation("blank lines", text.replace("interventions:", "\n\ninterventions:"), "same")
    yield Mutation("a start", "---\n" + text, "same")
    yield Mutation("other line ends", text.replace("\n", "\r\n"), "same")
    yield Mutation("spaces at line ends", re.sub(r"(?m)^(\w+: .*[^>-])$", r"\1  ", text), "same")
    for match in _outside_prose(NUMBER, text):
        before = text[text.rfind("\n", 0, match.start()) : match.start()]
        if "." in match[0]:
            yield Mutation(f"{match[0]}0", _put(text, match, f"{match[0]}0"), "same")
            yield Mutation(f"{match[0]}e0", _put(text, match, f"{match[0]}e0"), "same")
        elif "imd_decile" in before or before.endswith("like: "):
            yield Mutation(f'"{match[0]}"', _put(text, match, f'"{match[0]}"'), "same")
    for match in _outside_prose(
        re.compile(r"(?<=[:\[,] )(yes|quit|under_20|sudden|england)(?=[\n,}\]])"), text
    ):
        yield Mutation(f"'{match[0]}'", _put(text, match, f"'{match[0]}'"), "same")


def another_order(text: str, rng: random.Random) -> Iterator[Mutation]:
    head, _, rest = text.partition("interventions:\n")
    parts = re.split(r"(?m)^(?=  - )", rest)[1:]
    if len(parts) > 1:
        turned = parts[1:] + parts[:1]
        yield Mutation("interventions turned", f"{head}interventions:\n{''.join(turned)}", "same")
    for match in re.finditer(r"\[([\w]+), ([\w]+)((?:, \w+)*)\]", text):
        before = text[text.rfind("\n", 0, match.start()) : match.start()]
        if re.search(r"(imd_decile|mother_age|causes|age_bands): $", before):
            yield Mutation("levels turned", _put(text, match, f"[{match[2]}, {match[1]}{match[3]}]"), "same")


# ---- what means something else, and may


def another_number(text: str, rng: random.Random) -> Iterator[Mutation]:
    """A share or factor a little less: still within its bounds, and another question."""
    for match in _outside_prose(re.compile(r"(?:multiply|value): (0\.[0-9]+)(?=[,}\n])"), text):
        yield Mutation(f"{match[1]} less", _put(text, match, f"{float(match[1]) * 0.9:.6f}", 1), "shown")


def a_limit_left_out(text: str, rng: random.Random) -> Iterator[Mutation]:
    for match in re.finditer(r"\n    (where|years): \{.*\}", text):
        yield Mutation(f"no {match[1]}", _put(text, match, ""), "shown")


def an_intervention_left_out(text: str, rng: random.Random) -> Iterator[Mutation]:
    head, _, rest = text.partition("interventions:\n")
    parts = re.split(r"(?m)^(?=  - )", rest)[1:]
    for at in range(len(parts)):
        left = "".join(parts[:at] + parts[at + 1 :])
        yield Mutation("one fewer", f"{head}interventions:{' []' if not left else ''}\n{left}", "shown")


# ---- damage: whatever comes, no changed meaning is silent


def cut_short(text: str, rng: random.Random) -> Iterator[Mutation]:
    for at in rng.sample(range(1, len(text)), 12):
        yield Mutation(f"cut at {at}", text[:at], "not silent")


def a_line_left_out(text: str, rng: random.Random) -> Iterator[Mutation]:
    lines = text.splitlines(keepends=True)
    for at in range(len(lines)):
        yield Mutation(f"line {at + 1} left out", "".join(lines[:at] + lines[at + 1 :]), "not silent")


def another_indent(text: str, rng: random.Random) -> Iterator[Mutation]:
    lines = text.splitlines(keepends=True)
    for at in range(1, len(lines)):
        by = rng.choice(["", " ", "  "])
        line = by + lines[at] if by else lines[at].lstrip()
        yield Mutation(
            f"line {at + 1} indented", "".join([*lines[:at], line, *lines[at + 1 :]]), "not silent"
        )


def noise(text: str, rng: random.Random) -> Iterator[Mutation]:
    printable = "".join(map(chr, range(32, 127))) + "\n\té–\u00a0😀"
    for _ in range(20):
        at, odd = rng.randrange(len(text)), rng.choice(printable)
        yield Mutation(f"{odd!r} at {at}", text[:at] + odd + text[at + 1 :], "not silent")


def lines_swapped(text: str, rng: random.Random) -> Iterator[Mutation]:
    lines = text.splitlines(keepends=True)
    for at in range(1, len(lines)):
        turned = [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]
        yield Mutation(f"lines {at} and {at + 1} swapped", "".join(turned), "not silent")


def _blocks(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"(?<=>-\n)(?: +.*\n)+|is_not:\n(?: +.*\n)+", text)]


def _start(lines: list[str], at: int) -> int:
    return sum(map(len, lines[:at]))


WAYS: tuple[Way, ...] = (
    without_a_line_it_needs, a_misspelt_key, a_word_or_more_in_place_of_a_number, a_number_out_of_bounds,
    a_huge_number, an_unknown_word, an_unknown_variable, an_unknown_source, an_assumption_without_a_reason,
    bounds_swapped, a_key_twice, an_id_twice, a_tab, an_anchor_a_tag_a_merge, an_odd_character,
    another_kind_of_change, two_ways_at_once, years_outside_the_model, a_parent_that_is_not_there, another_spelling,
    another_order, another_number, a_limit_left_out, an_intervention_left_out, cut_short, a_line_left_out,
    another_indent, noise, lines_swapped,
)  # fmt: skip
