"""Write docs/england.md and docs/england.svg from the shipped model: ``python docs/make_england.py`` (``--check``).

What is written by hand stands in england_about.md. A line ``<!-- generated: NAME -->`` there is where a generated
part goes. ``--check`` writes nothing; the exit status is 3 when what is there is not what the model gives.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import england_effects  # noqa: F401  (parts register themselves)
import england_figures  # noqa: F401
import england_ledger  # noqa: F401
from causal_picture import picture
from england_tables import SECTIONS
from validation_tools import england

HERE = Path(__file__).parent
ABOUT, PAGE, PICTURE = (HERE / name for name in ("england_about.md", "england.md", "england.svg"))
MARK = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)


def main(check: bool) -> int:
    """Write the page and its picture, or compare them with what is there."""
    wanted = {PAGE: page(ABOUT.read_text(encoding="utf-8")), PICTURE: picture(england())}
    stale = [p for p, text in wanted.items() if not p.is_file() or p.read_text(encoding="utf-8") != text]
    if not check:
        for path in stale:
            path.write_text(wanted[path], encoding="utf-8")
        return 0
    for path in stale:
        sys.stderr.write(
            f"{path.name} is not what the shipped model gives; run python docs/make_england.py\n"
        )
    return 3 if stale else 0


def page(about: str) -> str:
    """The text written by hand with every generated part in its place.

    Raises
    ------
    ValueError
        If a mark names no part, or a part has no mark or two.
    """
    marks = MARK.findall(about)
    if sorted(marks) != sorted(SECTIONS):
        raise ValueError(
            f"{ABOUT.name} has marks for {sorted(marks)}; there are {sorted(SECTIONS)}, once each"
        )
    head = f"<!-- Made by python docs/{Path(__file__).name} from {ABOUT.name}; do not edit here. -->\n\n"
    return head + MARK.sub(lambda mark: "\n".join(line.rstrip() for line in SECTIONS[mark[1]]()), about)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
