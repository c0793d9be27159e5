"""A report as one file of HTML that holds everything it shows.

All text goes through one door, the templates beside, where everything is escaped but the project's own style and
scripts. A content security policy names these by their digests: a browser runs nothing else and fetches nothing.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.report.blocks import Report
from scenarios.report.cells import cells_of
from scenarios.report.vega import vega_bundle
from simcore.picture_files import NoCharts

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
LABELS = {"caution": "Caution", "what_if": "What-if"}
"""What stands before words that cannot be missed."""


def as_html(report: Report) -> str:
    """The file, whole: style, scripts, specifications and rows of every picture in it.

    The same report gives the same bytes. Nothing in it is newer or older than the report itself.

    Raises
    ------
    NoCharts
        If the extra `charts` is not installed.
    """
    environment, style, scripts = _environment(), style_sheet(), (vega_bundle(), _own("report.js"))
    from markupsafe import Markup

    numbers = count(1)
    return environment.get_template("report.html").render(
        report=report,
        policy=policy(style, scripts),
        style=Markup(inside(style, "style")),
        scripts=[Markup(inside(script, "script")) for script in scripts],
        labels=LABELS,
        kind_of=lambda block: type(block).__name__,
        cells=cells_of,
        numbered=lambda chart: {k for k, column in enumerate(chart.columns) if column.number},
        next_id=lambda kind: f"{kind}-{next(numbers)}",
    )  # fmt: skip


def style_sheet() -> str:
    """How report and web page look."""
    return _own("style.css")


def policy(style: str, scripts: Sequence[str]) -> str:
    """The content security policy of a page that has this style and these scripts, and nothing else.

    >>> for part in policy("p {}", ["1 + 1"]).split("; "):
    ...     print(part)
    default-src 'none'
    script-src 'sha256-cvzllEegH0iLEWnS10JnnP4waol3LWf+8Bi8/pVDH2g='
    style-src 'sha256-SNJDlN1Iy2mnt7DOjQIyDb2LQE6O5PQiSZomcdzawQ4='
    base-uri 'none'
    form-action 'none'
    """
    allowed = " ".join(map(_digest, scripts)) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; base-uri 'none'; form-action 'none'"


def inside(text: str, element: str) -> str:
    """The project's own text as the content of an element whose content is not escaped.

    Raises
    ------
    ValueError
        If it would end the element early.
    """
    lowered = text.lower()
    for end in (f"</{element}", "<!--", "\r", "\0"):
        if end in lowered:
            raise ValueError(f"{end!r} cannot stand inside <{element}>")
    return text


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ModuleNotFoundError as missing:
        raise NoCharts from missing
    made = Environment(
        autoescape=True,
        loader=FileSystemLoader(HERE),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    # as short as can be, and a number that is none is an error here instead of in a browser
    made.policies["json.dumps_kwargs"] = {"allow_nan": False, "ensure_ascii": False, "separators": (",", ":")}
    return made
