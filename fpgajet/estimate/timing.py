"""Pipeline depth from a delay budget per clock, and the clock that can be reached."""

from __future__ import annotations

import math

from fpgajet.devices import Part
from fpgajet.estimate.blocks import Block
from fpgajet.estimate.calibration import Calibration
from fpgajet.estimate.figures import Figure


def block_cycles(block: Block, part: Part, clock_mhz: float, ii: int, known: Calibration) -> float:
    """Pipeline stages of a block: its adder levels packed into usable time, and its products."""
    usable = known.usable_period * 1000.0 / clock_mhz / known.slowness(part)
    units = block.inventory
    cycles = math.ceil(units.adder_levels * known.adder_ns / usable) if units.adder_levels else 0
    cycles += units.product_levels * max(1, math.ceil(known.product_ns / usable))
    return float(cycles + (ii - 1 if units.product_levels else 0))


def period_ns(lut: float, part: Part, clock_mhz: float, known: Calibration) -> Figure:
    """Shortest period after place and route: larger designs spread further over the chip."""
    value = (known.period_base_ns + known.period_per_log2_lut_ns * math.log2(max(lut, 1000.0) / 1000.0)) * (
        known.slowness(part)
    )
    return Figure.spread(value, known.spread("period_ns"), known.evidence("period_ns"))
