"""Text files read with care, YAML and CSV alike: size, encoding, characters, and what is written as a number."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

from simcore.problems import DocumentError, Mark, Problem, near_match

ENDINGS = (".yaml", ".yml", ".csv")
"""Of files that may have been meant where one is not there."""
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read_text(path: str | os.PathLike[str], limit: int) -> tuple[str, str]:
    """Text of a regular UTF-8 file of at most ``limit`` bytes, and its SHA-256 digest.

    The size is looked up before anything is read, so a huge file, a pipe or a device ends at once.
    """
    name = os.fspath(path)

    def refuse(message: str, line: int | None = None, column: int | None = None) -> DocumentError:
        return DocumentError(Problem(name, line, column, "", message))

    def fits(info: os.stat_result) -> None:
        if stat.S_ISDIR(info.st_mode):
            raise refuse("is a folder; name a file in it")
        if not stat.S_ISREG(info.st_mode):
            raise refuse("is not a regular file; name a file on disk")
        if info.st_size > limit:
            raise refuse(f"has {info.st_size:,} bytes; at most {limit:,} are read, make the file smaller")

    try:
        fits(Path(name).stat())
        with Path(name).open("rb") as file:
            fits(os.fstat(file.fileno()))
            raw = file.read(limit + 1)
    except DocumentError:
        raise
    except FileNotFoundError:
        raise refuse("no such file" + _neighbour(name)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(f"cannot be read ({reason}); check the path and its permissions") from None
    if len(raw) > limit:
        raise refuse(f"grew past {limit:,} bytes while it was read; make the file smaller")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        how = " (in a spreadsheet: CSV UTF-8)" if name.endswith(".csv") else ""
        message = f"is not UTF-8 text; save it as UTF-8{how}"
        raise refuse(message, *_line_column(before, len(before))) from None
    refuse_unprintable(text, name)
    return text, hashlib.sha256(raw).hexdigest()


def refuse_unprintable(text: str, name: str) -> None:
    """Control characters and halves of characters have no place in a file of ours."""
    odd = _UNPRINTABLE.search(text)
    if odd:
        message = f"control character U+{ord(odd.group()):04X}; remove it"
        raise DocumentError(Problem(name, *_line_column(text, odd.start()), "", message))


def respelt(cell: str, pattern: re.Pattern[str]) -> str | None:
    """The remedy for a number spelt as a spreadsheet or another country spells it.

    >>> respelt("1,000", NUMBER), respelt("0,4", NUMBER), respelt("40%", NUMBER)
    ('write 1000, without a separator', 'write 0.4, with a point', 'write 0.4')
    """
    if pattern.fullmatch(cell.strip()):
        return "take out the space around it"
    number = respell(cell, pattern)
    if number is None:
        return None
    how = (
        ""
        if "%" in cell
        else ", with a point"
        if number == cell.replace(",", ".")
        else ", without a separator"
    )
    return f"write {number}{how}"


def respell(cell: str, pattern: re.Pattern[str]) -> str | None:
    """Such a number as it is to be written; None for what is no number in any spelling.

    >>> respell("1'000", NUMBER), respell("12%", NUMBER), respell("many", NUMBER)
    ('1000', '0.12', None)
    >>> respell("12.3456789%", NUMBER)
    '0.123456789'
    """
    joined = re.sub(r"(?<=[0-9])[,' _\u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", cell.strip())
    if pattern.fullmatch(joined):
        return joined
    if pattern is not NUMBER:
        return None
    if pattern.fullmatch(cell.replace(",", ".")):
        return cell.replace(",", ".")
    share = cell.strip().removesuffix("%").strip()
    return f"{float(share) / 100:.15g}" if cell.strip().endswith("%") and pattern.fullmatch(share) else None


def _neighbour(name: str) -> str:
    """A remedy for a missing file: the most similar name in the same folder, of a folder or what is read here."""
    last = Path(name).name
    try:
        seen = [entry for entry in Path(name).parent.iterdir() if not entry.name.startswith(".")]
        beside = [entry.name for entry in seen if entry.is_dir() or entry.suffix in ENDINGS]
    except (OSError, ValueError):
        return "; check the path"
    match = near_match(last, beside)
    # the folder is shown as it was given, `./` and all
    return f"; did you mean `{name[: name.rindex(last)]}{match}`?" if match and last else "; check the path"


def _line_column(text: str, index: int) -> Mark:
    """Line and column, from 1, of a character. Lines end as YAML and csv end them."""
    lines = text[:index].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1
