"""File -> checked calibration, with its model and what it is compared with. A bare name is a shipped config."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from calibration.check import check_against
from calibration.observed import observe
from calibration.schema import Calibration
from calibration.targets import Observed
from simcore.documents import Document, parse_yaml, read_yaml
from simcore.load import is_model, load_model, shipped_models
from simcore.model import Model, Structure
from simcore.problems import DocumentError, Loc, hint
from simcore.shipped import find_shipped, shipped_names
from simcore.strict import check


def load_calibration(
    name_or_path: str | os.PathLike[str],
    *,
    variants: Mapping[str, str] | None = None,
    changes: Mapping[str, object] | None = None,
    model: str | os.PathLike[str] | None = None,
) -> tuple[Calibration, Model, Structure, Observed]:
    """Read a config, load its model, and read every table that it names.

    ``variants`` are structural choices made over those of the file, ``changes`` values put in place of the file's
    (:func:`read_calibration`), ``model`` the folder of the model where it lies elsewhere.

    Raises
    ------
    DocumentError
        With every problem of the config; if it has none, with every problem of the tables.

    Examples
    --------
    >>> calibration, model, structure, observed = load_calibration("england_2010_2020")
    >>> observed.counts[0].deaths.shape, int(observed.counts[0].deaths.sum())
    ((11, 2, 10), 27639)
    """
    calibration = read_calibration(name_or_path, changes)
    loaded = load_model(model_of(calibration) if model is None else model)
    if loaded.name != calibration.model:
        message = f"is for the model `{calibration.model}`, not `{loaded.name}`; name the one that it is for"
        raise DocumentError(calibration.problem(("model",), message))
    check_against(calibration, loaded)
    if variants:
        calibration = calibration.model_copy(update={"variants": {**calibration.variants, **variants}})
    structure = loaded.structure(calibration.variants)
    return calibration, loaded, structure, observe(calibration, loaded, structure)


def read_calibration(
    name_or_path: str | os.PathLike[str], changes: Mapping[str, object] | None = None
) -> Calibration:
    """Read one config, or a shipped one by its bare name (``england_2010_2020``), without its model.

    ``changes`` puts values in place of the file's, each under its path: ``{"parameters.feedback": "cut"}``. None takes
    a value out. What is then wrong is told at that place, or what is nearest to it in the file.

    Raises DocumentError with every problem of the file.

    >>> read_calibration("england_2010_2020", {"quick.draws": 1000}).quick.draws
    1000
    """
    document = read_yaml(find_shipped(name_or_path, "calibration", "configs", "shipped config"))
    return _checked(_changed(document, changes) if changes else document)


def parse_calibration(text: str, name: str) -> Calibration:
    """Like :func:`read_calibration` for text at hand; ``name`` stands where the file's path would."""
    return _checked(parse_yaml(text, name))


def configs() -> tuple[str, ...]:
    """The bare names of the shipped configs."""
    return shipped_names("calibration", "configs")


def _checked(document: Document) -> Calibration:
    calibration = check(document, Calibration)
    calibration._document = document
    return calibration


def _changed(document: Document, changes: Mapping[str, object]) -> Document:
    """The document with some values in place of its own."""
    data = copy.deepcopy(document.data)
    for path, value in changes.items():
        *parts, last = path.split(".")
        here = data
        for depth, part in enumerate(parts, start=1):
            inner = here.setdefault(part, {})
            if not isinstance(inner, dict):
                message = f"is no mapping, and `{path}` is to be put in it; name another path"
                raise DocumentError(document.problem(parts[:depth], message))
            here = inner
        if value is None:
            here.pop(last, None)
        else:
            here[last] = value
    places = list(_places(data))
    values = {loc: document.where(loc) for loc in places}
    keys = {loc: document.where(loc, "key") for loc in places if loc and isinstance(loc[-1], str)}
    return replace(document, data=data, values=values, keys=keys)


def _places(value: object, loc: Loc = ()) -> Iterator[Loc]:
    """Every place of plain data: what the file does not have is told of where it would stand."""
    yield loc
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for step, part in inner:
        yield from _places(part, (*loc, step))


def model_of(calibration: Calibration) -> str:
    """A model that ships, or the folder of that name beside the config."""
    name = calibration.model
    beside = Path(calibration.document.path).parent / name
    if name in shipped_models():
        return name
    if is_model(str(beside)):
        return str(beside)
    message = f"no model `{name}` ships, and none is beside this file; {hint(name, shipped_models())}"
    raise DocumentError(calibration.problem(("model",), message))
