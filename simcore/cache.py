"""Where compiled kernels are kept: the user's cache folder, one sub-folder for each state of their source.

Numba notices a changed file but not a changed neighbour whose functions were inlined, so the folder's
name carries a digest of all kernel files together.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path


def user_cache() -> Path:
    """The folder for files that may be deleted at any time and made again."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "simcore"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "simcore"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "simcore"


def use_user_cache() -> None:
    """Tell Numba to keep compiled kernels in the user's cache, unless it was told where already."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "kernels").glob("*.py")):
        digest.update(path.read_bytes())
    os.environ["NUMBA_CACHE_DIR"] = str(user_cache() / f"kernels-{digest.hexdigest()[:12]}")
