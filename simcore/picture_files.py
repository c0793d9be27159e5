"""Pictures as files, each written whole: SVG with its words inside, for who cannot see it, and PNG for slides."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

DENSITY = 2
"""Pixels of a PNG for one of its specification."""


class NoCharts(ImportError):
    """What draws pictures is not installed; ends a command with status 2."""

    def __init__(self) -> None:
        super().__init__("pictures need vl-convert: install it with `pip install 'simcore[charts]'`")


def converter() -> Any:
    """What turns specifications into pictures.

    Raises
    ------
    NoCharts
        If the extra `charts` is not installed.
    """
    try:
        import vl_convert
    except ModuleNotFoundError as missing:
        raise NoCharts from missing
    return vl_convert


def require_charts() -> None:
    """Everything that pictures and reports are made with is at hand; none of it is loaded.

    Raises
    ------
    NoCharts
        If the extra `charts` is not installed.
    """
    if not all(map(find_spec, ("altair", "jinja2", "vl_convert"))):
        raise NoCharts


def write_svg(folder: Path, name: str, spec: Mapping[str, Any], title: str, words: str) -> Path:
    """A picture that says what it shows, as ``name.svg`` in a folder that is there; its path."""
    return _write(folder / f"{name}.svg", as_svg(spec, title, words).encode())


def write_both(folder: Path, name: str, spec: Mapping[str, Any], title: str, words: str) -> list[Path]:
    """The same, and beside it ``name.png``, :data:`DENSITY` pixels for one; both paths."""
    svg = as_svg(spec, title, words)
    png: bytes = converter().svg_to_png(svg, scale=DENSITY)
    return [_write(folder / f"{name}.svg", svg.encode()), _write(folder / f"{name}.png", png)]


def as_svg(spec: Mapping[str, Any], title: str, words: str) -> str:
    """A picture with a title and words that are read aloud instead of its hundreds of marks."""
    svg: str = converter().vegalite_to_svg(json.dumps(spec))
    start = svg.index("<svg")
    head, end = svg[start : svg.index(">", start)], svg.index(">", start)
    marked = head.replace("<svg", '<svg role="img" aria-labelledby="title words"', 1)
    said = f'<title id="title">{escape(title)}</title><desc id="words">{escape(words)}</desc>'
    return f"{svg[:start]}{marked}>{said}{svg[end + 1 :]}"


def _write(path: Path, content: bytes) -> Path:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
