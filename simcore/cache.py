"""Where compiled kernels are kept: the user's cache folder, one sub-folder for each state of their source.

The folder's name carries a digest of all kernel files together (:mod:`simcore.kernels.fingerprint` says why).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from simcore.kernels.fingerprint import source_hash


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
    folder = str(user_cache() / f"kernels-{source_hash()}")
    os.environ["NUMBA_CACHE_DIR"] = folder
    # whoever has imported Numba before simcore has had it read its settings already
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder
