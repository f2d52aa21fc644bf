"""Raw values as the bits of a bus."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.bus import pack, unpack

FORMATS = [Format(True, 14, 2), Format(False, 1, 0), Format(True, 40, 9), Format(False, 9, 0)]


def test_round_trip() -> None:
    rng = np.random.default_rng(1)
    ends = [(-(1 << 13), 1 << 13), (0, 2), (-(1 << 39), 1 << 39), (0, 512)]
    raw = np.stack([rng.integers(low, high, 50) for low, high in ends], axis=1)
    np.testing.assert_array_equal(unpack(pack(raw, FORMATS, 8), FORMATS), raw)


def test_the_first_signal_has_the_lowest_bits() -> None:
    row = pack(np.array([[1, 1, -1, 0]]), FORMATS, 8)
    assert int.from_bytes(row.tobytes(), "little") == 1 | 1 << 14 | ((1 << 40) - 1) << 15


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(BadInput, match="the design has 4 inputs"):
        pack(np.zeros((1, 3), dtype=int), FORMATS, 8)
