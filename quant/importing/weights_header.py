"""The header ``weights.h`` of the published nPELICAN firmware (github.com/hoffmantj/nPELICAN-fpga and its fork).

C initialisers of plain numbers, read as text: ``invnave``, ``invnave2``; ``batch1_2to2`` [mean, scale, shift];
``w1_2to2`` [C, 6]; ``b1_2to2``, ``b1_diag_2to2`` [C]; ``batch2_2to0`` [C, 3]; ``w2_2to0`` [C, 2]; ``b2_2to0`` [1]; and
``nobj: N`` in a comment. The firmware puts both beams before the constituents.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from fpgajet.errors import BadInput
from fpgajet.files.encoding import encoding_of
from quant.data.reading.boundary import require_regular_file
from quant.importing.foreign import ForeignNorm, ForeignNPelican, Real

LARGEST_FILE_BYTES = 1 << 20
_COMMENT = re.compile(r"//[^\n]*|/\*")
_CONSTITUENTS = re.compile(r"//\s*nobj:\s*(\d{1,4})\b")
_SIZES = re.compile(r"\[[^\[\]]*\]")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fFlL]?")
#: 1 / Nbar^2 may be rounded.
RELATIVE = 1e-4


def read_header(path: Path, *, nbar: float | None, beams: bool | None) -> ForeignNPelican:
    """The model in a header.

    Raises:
        BadInput: no such file, a missing variable, a value that is no list of numbers, sizes that do not fit.
    """
    if require_regular_file(path) > LARGEST_FILE_BYTES:
        raise BadInput(
            f"{path} has more than {LARGEST_FILE_BYTES >> 20} MB: it is no header of a nanoPELICAN."
        )
    text = path.read_text(encoding=encoding_of(path), errors="replace")
    named = _CONSTITUENTS.search(text)
    variables = _variables(_without_comments(text))

    def taken(name: str, columns: int = 1) -> Real:
        if name not in variables:
            raise BadInput(f"{path} lacks {name}: it is no weights.h of nPELICAN firmware.")
        numbers = _numbers(path, name, variables[name])
        if numbers.size % columns:
            raise BadInput(f"{path}: {name} has {numbers.size} numbers, not a multiple of {columns}.")
        return numbers.reshape(-1, columns)

    inverse, inverse2 = (float(taken(name).ravel()[0]) for name in ("invnave", "invnave2"))
    if not 0 < inverse < np.inf or not abs(inverse**2 - inverse2) <= RELATIVE * inverse2:
        raise BadInput(f"{path}: invnave2 = {inverse2:g} is not the square of invnave = {inverse:g}.")
    first, second = taken("batch1_2to2", 3), taken("batch2_2to0", 3)
    return ForeignNPelican(
        weight=taken("w1_2to2", 6),
        bias=taken("b1_2to2").ravel(),
        diagonal_bias=taken("b1_diag_2to2").ravel(),
        score_weight=taken("w2_2to0", 2),
        score_bias=taken("b2_2to0").ravel(),
        norm1=ForeignNorm.affine(*first.T),
        norm2=ForeignNorm.affine(*second.T),
        nbar=_whole(1.0 / inverse) if nbar is None else nbar,
        beams=True if beams is None else beams,
        constituents=int(named[1]) if named else None,
        notes=("fixed-point types of the header are not taken over: binary points are found anew",),
    ).checked(path)


def _without_comments(text: str) -> str:
    """The text with a space for each comment; in linear time, whatever the text is."""
    pieces, start = [], 0
    while comment := _COMMENT.search(text, start):
        pieces.append(text[start : comment.start()])
        end = text.find("*/", comment.end()) if comment[0] == "/*" else comment.end() - 2
        start = len(text) if end < 0 else end + 2
    return " ".join([*pieces, text[start:]])


def _variables(text: str) -> dict[str, str]:
    """What stands between ``=`` and ``;``, by the name before it."""
    found = {}
    for statement in text.split(";")[:-1]:
        left, equals, value = statement.rpartition("=")
        words = _SIZES.sub(" ", left).split()
        if equals and words:
            found[words[-1]] = value
    return found


def _numbers(path: Path, name: str, value: str) -> Real:
    pieces = [piece.strip() for piece in re.split(r"[{},]", value) if piece.strip()]
    wrong = [piece for piece in pieces if _NUMBER.fullmatch(piece) is None]
    if wrong or not pieces:
        raise BadInput(f"{path}: {name} must be numbers, found {(wrong or ['nothing'])[0][:40]!r}.")
    return np.array([float(piece.rstrip("fFlL")) for piece in pieces])


def _whole(value: float) -> float:
    """The whole number that ``value`` is up to the rounding of its inverse."""
    if not np.isfinite(value):
        return value
    return float(round(value)) if abs(value - round(value)) < RELATIVE * value else value
