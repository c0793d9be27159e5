"""simcore: what would change the number of babies who die, whose, and how sure are we.

The public names, in the order a new user needs them. Nothing heavy is imported until one is used.

>>> import simcore
>>> model = simcore.load_model("england")
>>> model.years[0], model.years[-1]
(2010, 2035)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from simcore.cache import use_user_cache

if TYPE_CHECKING:
    from scenarios.answered import answer as answer
    from scenarios.answered import read_answer as read_answer
    from scenarios.compare import compare as compare
    from scenarios.read import library as library
    from scenarios.read import read_scenario as read_scenario
    from simcore.births import births_table as births_table
    from simcore.load import load_model as load_model
    from simcore.problems import DocumentError as DocumentError
    from simcore.solving import solve_model as solve_model

__version__ = "0.1.0"

_HOME = {
    "answer": "scenarios.answered",
    "compare": "scenarios.compare",
    "read_answer": "scenarios.answered",
    "library": "scenarios.read",
    "read_scenario": "scenarios.read",
    "load_model": "simcore.load",
    "births_table": "simcore.births",
    "solve_model": "simcore.solving",
    "DocumentError": "simcore.problems",
}
__all__ = ["__version__", *_HOME]

use_user_cache()


def __getattr__(name: str) -> Any:
    """Public names are found on first use, to keep ``import simcore`` light."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
