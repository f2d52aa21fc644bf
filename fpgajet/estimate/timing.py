"""Pipeline depth from a delay budget per clock, and the clock that can be reached."""

from __future__ import annotations

import math

from fpgajet.devices import Part
from fpgajet.estimate.blocks import Block
from fpgajet.estimate.calibration import Calibration


def usable_ns(part: Part, clock_mhz: float, known: Calibration) -> float:
    """Time for logic between registers, in units of the delays of UltraScale+ -2: the period less the
    uncertainty that HLS keeps back."""
    return (1.0 - known.clock_uncertainty) * 1000.0 / clock_mhz / known.slowness(part)


def block_cycles(block: Block, usable: float, known: Calibration, ii: int = 1) -> float:
    """Cycles of a block, not rounded: HLS lets a block start in the middle of a cycle (chaining).

    Adder levels take their delay; a product takes whole cycles, and so does each DSP that adds to it. A sum
    over values that shared hardware computes one after the other waits for the last of them.
    """
    shared = block.inventory.shared
    cycles = 0.0 if shared is None else float(shared.clocks_to_last_phase(ii))
    for units in (block.inventory, *([] if shared is None else [shared.lanes])):
        products = units.product_levels * max(1, math.ceil(known.product_ns / usable)) + units.cascade_levels
        cycles += products + units.adder_levels * known.adder_ns / usable
    return cycles


def sharing_cycles(ii: int, known: Calibration) -> float:
    """Further cycles of a pipeline that shares its multipliers between ``ii`` clocks."""
    return known.cycles_per_ii * (ii - 1)


def register_density(usable: float, known: Calibration) -> float:
    """Registers per adder level of a pipeline with ``usable`` ns between registers."""
    return known.adder_ns / usable


def reachable_period(lut: float, part: Part, known: Calibration) -> float:
    """Shortest period in ns after place and route: nets get longer with the side of the area that is used."""
    return (known.period_base_ns + known.period_ns_per_root_lut * math.sqrt(lut)) * known.slowness(part)
