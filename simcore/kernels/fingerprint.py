"""What compiled code was made from: the name of its folder in the cache.

Numba looks at the file of the function it loads, not at the files of the functions that one calls. After an edit to
one kernel file the others would be loaded as they were, so the cache folder must change with any of them.
"""

import hashlib
from pathlib import Path


def source_hash() -> str:
    """Sixteen hexadecimal digits that change with any kernel source. Imports neither numba nor numpy."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
