"""What a checked type may hold at a place: the types that a pydantic path leads to, their keys, their choices."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel


def _alternatives(kind: Any) -> Iterator[Any]:
    """The plain types inside Annotated, unions and aliases."""
    if hasattr(kind, "__value__"):
        kind = kind.__value__
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(kind):
            yield from _alternatives(member)
    elif isinstance(kind, type) and issubclass(kind, RootModel):
        yield from _alternatives(kind.model_fields["root"].annotation)
    else:
        yield kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def kinds_at(model: type[BaseModel], loc: Iterable[str | int]) -> list[Any]:
    """The types that a pydantic path may lead to."""
    kinds = list(_alternatives(model))
    for part in loc:
        inner = [deep for kind in kinds for into in _into(kind, part) for deep in _alternatives(into)]
        # an element that leads nowhere is the tag of an alternative
        kinds = inner or [kind for kind in kinds if _is_model(kind) and _has_tag(kind, part)] or kinds
    return kinds


def _into(kind: Any, part: str | int) -> Iterator[Any]:
    if _is_model(kind):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                yield field.annotation
    elif get_origin(kind) is not None and get_origin(kind) is not Literal:
        arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
        if isinstance(part, int) and get_origin(kind) is not dict:
            yield from arguments
        elif get_origin(kind) is dict:
            yield arguments[1]


def _literals(kind: Any) -> Iterator[Any]:
    for alternative in _alternatives(kind):
        if get_origin(alternative) is Literal:
            yield from get_args(alternative)


def _has_tag(kind: Any, part: str | int) -> bool:
    return kind.__name__ == part or any(part in _literals(f.annotation) for f in kind.model_fields.values())


def keys_of(kinds: Iterable[Any]) -> list[str]:
    """The keys a mapping may have."""
    named = (f.alias or name for kind in kinds if _is_model(kind) for name, f in kind.model_fields.items())
    return list(dict.fromkeys(named))


def choices_of(kinds: Iterable[Any], key: str) -> list[str]:
    """The words that a key may have as its value, if those are all."""
    fields = [
        f.annotation
        for kind in kinds
        if _is_model(kind)
        for name, f in kind.model_fields.items()
        if key in (name, f.alias)
    ]
    closed = all(get_origin(inner) is Literal for field in fields for inner in _alternatives(field))
    return list(dict.fromkeys(str(word) for field in fields for word in _literals(field))) if closed else []
