"""Every published margin beside what it was reconciled to and what the shipped tables achieve."""

from ..evidence import Table
from . import exposures, families


def margins() -> Table:
    """All of them: families, then exposures and babies."""
    return [*families.margins(), *exposures.margins()]
