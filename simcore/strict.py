"""Plain data -> frozen, checked types; what pydantic says -> problems with an address and a remedy.

pydantic knows the path of an error in its own types (union tags among it) and nothing of lines. Here that
path is looked up in the document: an unknown key is marked at the key, a bad value at the value, a missing
key at what it is missing from. Of a union without a discriminator only the nearest alternative is reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from simcore.documents import Document
from simcore.kinds import choices_of, keys_of, kinds_at
from simcore.problems import DocumentError, Loc, Problem, hint, near_match
from simcore.text_files import NUMBER, respell, respelt

M = TypeVar("M", bound=BaseModel)
_LISTS = ("tuple_type", "list_type", "set_type", "frozen_set_type")
_MAPPINGS = ("dict_type", "model_type", "model_attributes_type")
_WANTED = {
    "float_type": "write a number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "string_type": "write text",
    "bool_type": "write true or false",
    "none_required": "leave it empty",
    **dict.fromkeys(_LISTS, "write a list, [a, b]"),
    **dict.fromkeys(_MAPPINGS, "write keys and values, `key: value`"),
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_MISSPELT = 0.75
"""How like one of a few choices a word must be to be taken for it."""
UNKNOWN, MISSING = "unknown key", "is missing"
_NAME = r"^[a-z][a-z0-9_]*$"


class Strict(BaseModel):
    """Base of everything a file may say: frozen, unknown keys refused, no infinities, numbers are numbers.

    Strict also means that ``"0.5"`` is no number, ``true`` is no 1 and ``1.0`` is no whole number. Build from
    files with `check`; in Python give tuples where the type says tuple.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


def check(document: Document, model: type[M]) -> M:
    """The document as ``model``. Raises DocumentError with all that is wrong."""
    try:
        # through JSON, where a strict list may fill a tuple; the data hold nothing JSON cannot say
        return model.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        found = error.errors(include_url=False)
    raise DocumentError(_explain(document, model, found))


def _explain(document: Document, model: type[BaseModel], errors: Iterable[Any]) -> list[Problem]:
    """Problems in words; several alternatives for one value become one problem."""
    nearest = _nearest_alternatives(document, [e for e in errors if not _short_of_bad_items(document, e)])
    told = [_in_words(document, model, error) for error in nearest]
    misspelt = {(loc[:-1], remedy) for loc, _, what, remedy in told if what == UNKNOWN}
    grouped: dict[tuple[Problem, str], dict[str, None]] = {}
    for loc, at, what, remedy in told:
        if what == MISSING and (loc[:-1], hint(loc[-1], loc[-1:])) in misspelt:
            continue  # it is there, misspelt, and said so at the misspelling
        grouped.setdefault((document.problem(loc, "", at=at), what), {})[remedy] = None
    return [
        Problem(
            p.file,
            p.line,
            p.column,
            p.path,
            "; ".join(part for part in (what, _or(list(remedies))) if part),
        )
        for (p, what), remedies in grouped.items()
    ]


def _or(remedies: Sequence[str]) -> str:
    """One remedy or another; to write this, or that."""
    first, *others = remedies
    return ", or ".join(
        [first, *(other.removeprefix("write ") if first.startswith("write ") else other for other in others)]
    )


def _short_of_bad_items(document: Document, error: Any) -> bool:
    """Whether a list is called too short only because its items, each told of by itself, are not as they should be."""
    if error["type"] != "too_short":
        return False
    path, _ = _walk(document, error["loc"])
    return bool(_items(document, path) >= error["ctx"]["min_length"])


def _items(document: Document, path: Loc) -> int:
    """How many items the file has in a list or mapping."""
    return sum(at[:-1] == path for at in document.values if at)


def _walk(document: Document, loc: Iterable[str | int]) -> tuple[Loc, list[tuple[Loc, str]]]:
    """The part of a pydantic path that the file has, and (place, tag) for every element that it has not."""
    path: Loc = ()
    tags = []
    for part in loc:
        step = next((s for s in (part, str(part)) if (*path, s) in document.values), None)
        if step is None:
            tags.append((path, str(part)))
        else:
            path = (*path, step)
    return path, tags


def _nearest_alternatives(document: Document, errors: list[Any]) -> list[Any]:
    """Without the complaints of union members that the value was not meant to be."""
    cost: dict[Loc, dict[str, int]] = {}
    walked = [_walk(document, error["loc"]) for error in errors]
    for error, (path, tags) in zip(errors, walked, strict=True):
        alternatives = tags[:-1] if error["type"] == "missing" else tags
        for place, tag in alternatives:
            wrong_kind = path == place and _is_of_another_kind(error)
            by_tag = cost.setdefault(place, {})
            by_tag[tag] = by_tag.get(tag, 0) + (1000 if wrong_kind else 1)
    kept = []
    for error, (_, tags) in zip(errors, walked, strict=True):
        alternatives = tags[:-1] if error["type"] == "missing" else tags
        if all(cost[place][tag] == min(cost[place].values()) for place, tag in alternatives):
            kept.append(error)
    return kept


def _is_of_another_kind(error: Any) -> bool:
    """Whether a value cannot have been meant as this: no word for a number, no word unlike all of a few choices."""
    if error["type"] == "literal_error":
        return near_match(error["input"], _choices(error["ctx"]["expected"]), _MISSPELT) is None
    return error["type"] in _WANTED and not _quoted_number(error)


def _quoted_number(error: Any) -> bool:
    value = error["input"]
    return (
        error["type"] in ("float_type", "int_type")
        and isinstance(value, str)
        and bool(NUMBER.fullmatch(value))
    )


def _in_words(document: Document, model: type[BaseModel], error: Any) -> tuple[Loc, Any, str, str]:
    """(path in the file, key or value, what is wrong, what to do)."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    path, tags = _walk(document, error["loc"])
    if kind == "missing":
        name = tags[-1][1]
        if isinstance(error["loc"][-1], int):  # an item of a pair
            items = _items(document, path)
            return path, "value", f"has {items} item{'s' * (items != 1)}", "write two, [a, b]"
        return (
            (*path, name),
            "value",
            MISSING,
            _added(name, choices_of(kinds_at(model, error["loc"][:-1]), name)),
        )
    if kind == "extra_forbidden":
        fields = keys_of(kinds_at(model, error["loc"][:-1]))
        here = document.data
        for part in path[:-1]:
            here = here[part]  # type: ignore[index]
        open_fields = [name for name in fields if name not in here]
        unused = near_match(path[-1], open_fields)
        return path, "key", UNKNOWN, hint(path[-1], [unused] if unused else fields)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        key = context["discriminator"].strip("'")
        if kind == "union_tag_not_found":
            return (*path, key), "value", MISSING, _added(key, choices_of(kinds_at(model, error["loc"]), key))
        return (*path, key), "value", *_choice(context["tag"], context["expected_tags"])
    if kind in ("literal_error", "enum"):
        return path, "value", *_choice(value, context["expected"])
    if kind in _MAPPINGS and isinstance(value, str | int | float) and not isinstance(value, bool):
        fields = keys_of(kinds_at(model, error["loc"]))
        if "value" in fields:
            number = _number_in(value)
            others = "".join(f", {name}: ..." for name in fields if name != "value")
            return path, "value", f"found {_shown(value)}", f"write {{value: {number}{others}}}"
    at = "key" if error["loc"] and error["loc"][-1] == "[key]" else "value"
    return path, at, *_plain(kind, value, context, error["msg"], str(path[-1]) if path else "")


def _choice(word: object, expected: str) -> tuple[str, str]:
    """For a word that is not among the choices, which pydantic spells ``'a', 'b' or 'c'``."""
    return f"found {_shown(word)}", _choose(_choices(expected), word)


def _choices(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected) or [expected]


def _choose(choices: Sequence[str], word: object = None) -> str:
    """What to write of a few choices. A word of its own is no misspelling: `odds_ratio` is not `hazard_ratio`."""
    if word is not None and near_match(word, choices, _MISSPELT):
        return hint(word, choices)
    return f"choose from {', '.join(choices)}" if len(choices) > 1 else f"write `{choices[0]}`"


def _plain(kind: str, value: object, context: dict[str, Any], message: str, key: str = "") -> tuple[str, str]:
    """Words for the errors of single values; ``key`` is what they stand under."""
    found = f"found {_shown(value)}"
    if kind in ("value_error", "assertion_error"):
        return message.split(", ", 1)[-1], ""
    if kind in ("float_type", "int_type") and isinstance(value, str):
        if NUMBER.fullmatch(value):
            return found, "remove the quotes"
        if remedy := respelt(value, NUMBER):
            return found, remedy
        if re.fullmatch(r"[0-9_, ]+%?", value):
            return found, "write a number in digits only, such as 1000 or 0.05"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return found, f'write text, in quotes: "{_shown(value)}"'
    if kind in ("string_type", "float_type") and value is None and re.fullmatch("[0-9]+", key):
        return f"{found} after a comma", "write decimals with a point, as 0.5"
    if kind == "int_parsing":  # a key that should be a whole number
        return found, _WANTED["int_type"]
    if kind in _LISTS:
        return found, f"write a list, {_listed(value)}"
    if kind in _WANTED:
        return found, _WANTED[kind]
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return found, f"write a number {words} {context[key]:g}"
    if kind in ("too_short", "too_long"):
        words, key = ("at least", "min_length") if kind == "too_short" else ("at most", "max_length")
        return f"has {context['actual_length']} items", f"give {words} {context[key]}"
    if kind in ("string_too_short", "string_too_long"):
        words, key = ("at least", "min_length") if kind == "string_too_short" else ("at most", "max_length")
        return found, f"write {words} {context[key]} characters"
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        words = (
            "lower-case letters, digits and _, a letter first" if pattern == _NAME else f"text like {pattern}"
        )
        return found, f"write {words}"
    return found, message.replace("Input should", "it should", 1)


def _number_in(value: str | int | float) -> str:
    """A number as a file writes it, whatever it was written as; dots for other words."""
    if not isinstance(value, str):
        return str(value)
    return value if NUMBER.fullmatch(value) else (respell(value, NUMBER) or "...")


def _listed(value: object) -> str:
    """A list as it was perhaps meant: of words with commas between them, or of a span of years.

    >>> _listed("no, yes"), _listed("2027-2028"), _listed("fever"), _listed("all sorts")
    ('[no, yes]', '[2027, 2028]', '[fever]', '[a, b]')
    """
    text = value.strip() if isinstance(value, str) else str(value) if type(value) in (int, float) else ""
    if span := re.fullmatch(r"([0-9]{4}) ?[-\u2013] ?([0-9]{4})", text):
        first, last = int(span[1]), int(span[2])
        if first < last <= first + 10:
            return f"[{', '.join(map(str, range(first, last + 1)))}]"
    if re.fullmatch(r"[\w.]+(\s*,\s*[\w.]+)*", text):
        return f"[{', '.join(part.strip() for part in text.split(','))}]"
    return "[a, b]"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    text = (
        json.dumps(value, ensure_ascii=False).replace('"', "'")
        if isinstance(value, str | bool)
        else str(value)
    )
    return text if len(text) <= 60 else text[:57] + "..."


def _added(key: str, choices: Sequence[str]) -> str:
    """The remedy for a missing key, of which ``choices`` are all that it may say, if there are a few."""
    if len(choices) == 1:
        return f"add `{key}: {choices[0]}`"
    return f"add `{key}: ...`" + (f"; {_choose(choices)}" if choices else "")
