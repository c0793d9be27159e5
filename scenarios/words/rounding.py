"""Numbers as a sentence says them: never more digits than the table prints, nor than an interval warrants."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from scenarios.printing import as_count, as_range

TINY = 0.05
"""Below it a count would be printed as 0.0, which reads as none."""
WIDE = 0.2
"""The width of an interval, as a share of its number, above which two figures are all it warrants."""
SCALES = ((1e9, " billion"), (1e6, " million"))
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
Ends = Sequence[float | None]


def count(value: float) -> str:
    """A number of deaths without its sign.

    >>> count(957.6), count(-3.14), count(0.02), count(0)
    ('958', '3.1', 'under 0.1', '0')
    """
    return "under 0.1" if 0 < abs(value) < TINY else as_count(abs(value))


def count_range(low: float, high: float) -> str:
    """Both ends of an interval on one side of 0, without sign, the smaller first.

    >>> count_range(285.3, 1642.0), count_range(-553, -103.2)
    ('285 to 1,642', '103 to 553')
    """
    small, large = sorted((abs(low), abs(high)))
    return as_range([small, large]) if small == 0 or small >= TINY else f"{count(small)} to {count(large)}"


def fewer_to_more(low: float, high: float) -> str:
    """An interval of deaths averted that holds 0, said so that no sign can be misread.

    >>> fewer_to_more(-1.41, 3.51), fewer_to_more(0, 3.51)
    ('from 1.4 more to 3.5 fewer', 'from none to 3.5 fewer')
    """
    return f"from {_way(low)} to {_way(high)}"


def _way(averted: float) -> str:
    return "none" if averted == 0 else f"{count(averted)} {'fewer' if averted > 0 else 'more'}"


def percent(value: float) -> str:
    """A percentage without its sign, to two figures.

    >>> percent(31.22), percent(4.64), percent(-0.52), percent(0.004)
    ('31%', '4.6%', '0.5%', 'under 0.1%')
    """
    size = abs(value)
    if size == 0:
        return "0%"
    if size < TINY:
        return "under 0.1%"
    return f"{size:.0f}%" if size >= 9.95 else f"{size:.1f}%"


def of_draws(share: float) -> str:
    """A share of draws, or a probability: never quite all nor none unless it is.

    >>> of_draws(0.795), of_draws(0.998), of_draws(1.0), of_draws(0.001)
    ('80%', 'over 99%', '100%', 'under 1%')
    """
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    return "under 1%" if share < 0.01 else "over 99%" if share > 0.99 else f"{share:.0%}"


def rate(value: float) -> str:
    """Deaths for 1,000 births, without sign: two decimals, or two figures where that is less than one.

    >>> rate(2.3482), rate(-0.0964), rate(0)
    ('2.35', '0.096', '0')
    """
    size = abs(value)
    if size == 0:
        return "0"
    return f"{size:.2f}" if size >= 0.995 else f"{size:#.2g}" if size >= 0.001 else "under 0.001"


def figures_of(value: float, ends: Ends | None) -> int:
    """How many figures of a large number its interval warrants: two where it is wide, or where it has no end.

    >>> figures_of(73_393, (67_903, 78_560)), figures_of(185.6, (116, 560)), figures_of(36.6, (8.9, None))
    (3, 2, 2)
    """
    if ends is None or None in ends or not value:
        return 2
    low, high = (float(end) for end in ends if end is not None)
    return 2 if (high - low) / abs(value) > WIDE else 3


def about(value: float, figures: int = 2) -> str:
    """A number of people to so many figures.

    >>> about(185.6), about(73_393, 3), about(7.44), about(0.4)
    ('190', '73,400', '7.4', 'under 1')
    """
    if 0 < abs(value) < 1:
        return "under 1"
    return f"{value:.1f}" if 1 <= abs(value) < 9.95 else f"{_to(value, figures):,.0f}"


def money(value: float, figures: int = 2, currency: str = "GBP") -> str:
    """An amount to so many figures, its scale in words.

    >>> money(1_209_215), money(46_236), money(478_234_527, 3, "NOK"), money(999_999)
    ('£1.2 million', '£46,000', 'NOK 478 million', '£1.0 million')
    """
    symbol, sign = SYMBOLS.get(currency, f"{currency} "), "-" if value < 0 else ""
    size = _to(abs(value), figures)
    for scale, word in SCALES:
        if size >= scale:
            decimals = max(0, figures - 1 - floor(log10(size / scale)))
            return f"{sign}{symbol}{size / scale:,.{decimals}f}{word}"
    return f"{sign}{symbol}{about(size, figures)}"


def _to(value: float, figures: int) -> float:
    if not value:
        return 0.0
    unit = 10.0 ** (floor(log10(abs(value))) - figures + 1)
    return round(value / unit) * unit
