"""Words in lines that no picture cuts: how wide letters are, near enough, and where a line ends."""

from __future__ import annotations

from simcore.picture_style import SIZE

THIN, BROAD = frozenset(" !'(),-./:;I[]fijlrt|‘’“”"), frozenset("%@GMOQWmw—…")
SHARES = {"thin": 0.36, "other": 0.58, "capital": 0.75, "broad": 0.92, "full": 1.05}
"""Width of a letter for its height, a little over those of Arial."""
BOLD = 1.07


def in_lines(words: str, room: float, bold: bool = False) -> list[str]:
    """Words in lines of ``room`` pixels at most, in ordinary size; a word that is longer than a line is broken.

    >>> in_lines("Flour fortified with folic acid", 130)
    ['Flour fortified with', 'folic acid']
    >>> in_lines("", 130), in_lines("aaaaaaaaaa", 40)
    ([''], ['aaaaa', 'aaaaa'])
    """
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, bold) <= room:
            lines[-1] = longer
        else:
            lines += _broken(word, room, bold)
    return lines or [""]


def width_of(words: str, bold: bool = False) -> float:
    """Pixels that words take at most, near enough, in ordinary size."""
    return SIZE * (BOLD if bold else 1.0) * sum(map(_share, words))


def _share(letter: str) -> float:
    if letter in THIN:
        return SHARES["thin"]
    if letter in BROAD:
        return SHARES["broad"]
    if ord(letter) > 0x2000:
        return SHARES["full"]
    return SHARES["capital" if letter.isupper() else "other"]


def _broken(word: str, room: float, bold: bool) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and width_of(parts[-1] + letter, bold) > room:
            parts.append("")
        parts[-1] += letter
    return parts
