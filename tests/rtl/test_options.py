"""Options that make no sense are refused in one paragraph."""

from __future__ import annotations

from typing import Any

import pytest

from fpgajet.errors import BadInput
from fpgajet.rtl import RtlOptions


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"multipliers": "many"}, "--multipliers is one of dsp, lut, auto"),
        ({"language": "chisel"}, "--language is one of verilog, vhdl"),
        ({"stages": 0}, "--stages is at least 1"),
        ({"max_dsp": -1}, "--max-dsp is at least 0"),
        ({"ii": 0}, "--ii is 1 to 16"),
        ({"ii": 17}, "--ii is 1 to 16"),
    ],
)
def test_options_are_checked(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        RtlOptions(**values)
