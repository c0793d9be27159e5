"""What draws pictures in a browser: Vega, Vega-Lite and Vega-Embed as one script that fetches nothing."""

from __future__ import annotations

from functools import cache

from simcore.picture_files import converter


@cache
def vega_bundle() -> str:
    """The script, about 0.9 MB; it takes a second to be put together, once for each process.

    Raises
    ------
    NoCharts
        If the extra `charts` is not installed.
    """
    bundle: str = converter().javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle
