"""The ledger of a model: every figure that goes into it, whose it is, how it was read, how far to trust it.

Beside the model file and its tables a model may say more of them, in a folder ``ledger/``: what each column of
figures measures (``columns.csv``), how derived rows were worked out (``rules.csv``), what is known of single rows of
evidence (``evidence_rows.csv``). None of it moves a number.
"""

from simcore.ledger.book import Ledger, read_ledger
from simcore.ledger.checks import orphans
from simcore.ledger.choose import Asked, chosen
from simcore.ledger.files import GRADES
from simcore.ledger.rows import Row

__all__ = ["GRADES", "Asked", "Ledger", "Row", "chosen", "orphans", "read_ledger"]
