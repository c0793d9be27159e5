"""The state of the page: which levers are on and how they stand, for which years, under which structure.

It is all that a link carries. It is checked here once, as strictly as a file; whether its words mean something in a
model is asked where a scenario is made of it (:mod:`scenarios.live.compose`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from scenarios.schema.words import Part
from simcore.documents import as_text, parse_yaml
from simcore.problems import DocumentError, Problem
from simcore.strict import check

MOST_LEVERS = 40
LONGEST_FILE = 100_000
"""Characters of a loaded file that a state may carry."""
WHERE = "the page"

Year = Annotated[int, Field(ge=1900, le=2200)]
Share = Annotated[float, Field(ge=0, le=1)]
Decile = Annotated[str, Field(min_length=1, max_length=60)]


class Settings(Part):
    """How a lever stands: only what was moved away from the file that it comes from."""

    coverage: Share | None = None
    uptake: Share | None = None
    effect: Annotated[float, Field(ge=-1000, le=1000)] | None = None
    deciles: Annotated[tuple[Decile, ...], Field(min_length=1, max_length=100)] | None = None
    from_: Annotated[Year | None, Field(alias="from")] = None
    to: Year | None = None

    @model_validator(mode="after")
    def _ramp(self) -> Settings:
        if (self.from_ is None) != (self.to is None):
            raise ValueError("a ramp has a `from` and a `to`; give both, or neither")
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise ValueError(f"from {self.from_} comes after to {self.to}; give the earlier year as `from`")
        return self

    @property
    def ramp(self) -> tuple[int, int] | None:
        """First and last year of the way up, if one was set."""
        return None if self.from_ is None or self.to is None else (self.from_, self.to)


class Chosen(Part):
    """A lever that is on."""

    lever: Annotated[str, Field(min_length=1, max_length=130)]
    set: Settings = Settings()


class State(Part):
    """What the page asks."""

    v: Literal[1]
    years: Annotated[tuple[Year, Year], Field(strict=False)]
    variants: Annotated[dict[str, str], Field(max_length=40)] = {}
    policy: Annotated[tuple[Chosen, ...], Field(max_length=MOST_LEVERS)] = ()
    loaded: Annotated[str, Field(max_length=LONGEST_FILE)] | None = None
    title: Annotated[str, Field(min_length=1, max_length=120)] | None = None

    @model_validator(mode="after")
    def _sound(self) -> State:
        if self.years[0] > self.years[1]:
            raise ValueError(f"the years end before they begin; give {self.years[1]} to {self.years[0]}")
        names = [chosen.lever for chosen in self.policy]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"`{twice[0]}` is on twice; switch it on once")
        return self


def read_state(said: object) -> State:
    """What a browser sent, checked.

    Raises
    ------
    DocumentError
        With every problem, whatever was sent.

    Examples
    --------
    >>> read_state({"v": 1, "years": [2025, 2030]}).policy
    ()
    """
    if not isinstance(said, Mapping):
        raise DocumentError(Problem(WHERE, None, None, "", "found no keys and values; send a state"))
    try:
        document = parse_yaml(as_text(_plain(said)), WHERE)
        return check(document, State)
    except DocumentError as error:
        # lines and columns would be those of a text that nobody has seen
        raise DocumentError([Problem(WHERE, None, None, p.path, p.message) for p in error.problems]) from None


def _plain(said: Mapping[Any, Any]) -> dict[str, Any]:
    """Without what JSON has and a file has not: a key that is null was not set."""
    return {str(key): _value(value) for key, value in said.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    return value
