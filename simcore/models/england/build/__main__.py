"""Command line: derive the tables, check the shipped ones, or print the reconciliation."""

from __future__ import annotations

import argparse
import sys

from . import tables
from .deaths import reconciliation


def main(arguments: list[str] | None = None) -> int:
    """Run the derivation; exit status 0, or 3 when ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m simcore.models.england.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the shipped tables, write nothing")
    parser.add_argument("--report", action="store_true", help="print the reconciliation of the death tables")
    asked = parser.parse_args(arguments)
    if asked.report:
        print(reconciliation.report())
        return 0
    if asked.check:
        found = tables.differences()
        print("\n".join(found) if found else f"{len(tables.TABLES)} tables agree with the evidence")
        return 3 if found else 0
    for path in tables.write():
        print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
