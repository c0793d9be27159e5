"""Put the claims of chance to samples too large for the tests: ``make study``, or a part of it.

Each line says what was seen, what a sample of this size finds with probability 99% (its power), and what it found. All
claims together are broken about once in a thousand studies where nothing is wrong, and other seeds tell chance from
fault: ``python -m tests.studies --only cells --seed 2``. Ends with status 1 where anything was found.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from simcore.warm import warm
from tests.studies import calibration, cells, errors, keys
from tests.studies.claims import LEVEL, Claim

Part = Callable[[int], Iterator[Claim]]
PARTS: dict[str, Part] = {
    "keys": keys.claims, "cells": cells.claims, "errors": errors.claims, "calibration": calibration.claims
}  # fmt: skip


def main(arguments: list[str] | None = None, parts: Mapping[str, Part] = PARTS) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.studies", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=parts, default=list(parts), metavar="PART", help=", ".join(parts)
    )
    parser.add_argument("--seed", type=int, default=1, help="other births and keys (1)")
    asked = parser.parse_args(arguments)
    warm()
    begin, found = time.monotonic(), []
    for name in asked.only:
        print(f"== {name}", flush=True)
        for claim in parts[name](asked.seed):
            print(f"{time.monotonic() - begin:4.0f} s  {claim}", flush=True)
            found.append(claim)
    return verdict(found)


def verdict(found: list[Claim]) -> int:
    """Say how many claims are broken, and which; the exit status."""
    broken = [claim.what for claim in found if claim.faults]
    chance = f"by chance alone, one would be in a study of {1 / (len(found) * LEVEL):,.0f}"
    print(f"== {len(broken)} of {len(found)} claims broken; {chance}")
    for what in broken:
        print(f"broken: {what}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
