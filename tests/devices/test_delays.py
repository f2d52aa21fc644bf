"""Delays of families: what a register costs, and which names there are."""

from __future__ import annotations

import pytest

from fpgajet.devices.delays import SMALL_DESIGN, all_delays, delays_of
from fpgajet.devices.open_parts import open_parts
from fpgajet.errors import BadInput


def test_every_family_of_open_tools_has_delays() -> None:
    assert {part.family for part in open_parts()} <= {row.name for row in all_delays()}
    with pytest.raises(BadInput, match=r"no delays for the family 'ecp6' \(did you mean ecp5"):
        delays_of("ecp6")


def test_wires_grow_with_the_design_where_the_family_says_so() -> None:
    ecp5, scaled = delays_of("ecp5"), delays_of("ultrascale-plus")
    assert ecp5.register_of(4 * SMALL_DESIGN) == pytest.approx(ecp5.register_ns + 2 * ecp5.doubling_ns)
    assert ecp5.register_of(0) == ecp5.register_of(SMALL_DESIGN) == ecp5.register_ns
    assert scaled.register_of(100 * SMALL_DESIGN) == scaled.register_ns
