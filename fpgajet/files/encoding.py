"""Which encoding a text file has, by its byte order mark: PowerShell and Excel write UTF-16 and marked UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path

MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(path: Path) -> str:
    """``utf-16`` where the file begins with its byte order mark, else ``utf-8-sig``: UTF-8 with or without one.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return "utf-16" if stream.read(2) in MARKS else "utf-8-sig"
