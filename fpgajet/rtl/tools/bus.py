"""Raw values as the bytes of the buses ``jet`` and ``score``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.rtl.ir.cells import Format

RawValues = NDArray[np.int64]


def pack(raw: NDArray[Any], formats: Sequence[Format], size: int) -> NDArray[np.uint8]:
    """Raw values [rows, signals] as the bytes of a bus, the first signal in the lowest bits.

    Raises:
        BadInput: a row does not have one value for every signal.
    """
    if raw.shape[1] != len(formats):
        raise BadInput(f"jets have {raw.shape[1]} values, but the design has {len(formats)} inputs.")
    columns = [
        (raw[:, [n]].astype(np.int64) >> np.arange(shape.width)) & 1 for n, shape in enumerate(formats)
    ]
    packed = np.packbits(np.concatenate(columns, axis=1).astype(np.uint8), axis=1, bitorder="little")
    out = np.zeros((len(raw), size), dtype=np.uint8)
    out[:, : packed.shape[1]] = packed
    return out


def unpack(rows: NDArray[np.uint8], formats: Sequence[Format]) -> RawValues:
    """Raw values [rows, signals] from the bytes of a bus."""
    bits = np.unpackbits(rows, axis=1, bitorder="little").astype(np.int64)
    columns, place = [], 0
    for shape in formats:
        weights = np.int64(1) << np.arange(shape.width)
        weights[-1] *= -1 if shape.signed else 1
        columns.append(bits[:, place : place + shape.width] @ weights)
        place += shape.width
    return np.stack(columns, axis=-1)
