"""What one arithmetic unit costs: DSP rules, adders, distributed arithmetic, tables, registers."""

from __future__ import annotations

import math

from fpgajet.estimate.blocks import Block
from fpgajet.estimate.calibration import Calibration

#: Non-zero signed digits of a random weight, as a share of its bits (Reitwiesner 1960: 1/3 on average).
DIGIT_SHARE = 1 / 3


def dsp_slices(bits: int, other: int) -> int:
    """DSP48E2 slices of a signed product: one multiplies 27 x 18, wider factors are cut into pieces.

    Source: AMD UG579, "UltraScale Architecture DSP Slice": a piece below the top one is unsigned, so it
    brings 26 or 17 bits.
    """

    def pieces(a: int, b: int) -> int:
        return max(1, math.ceil((a - 1) / 26)) * max(1, math.ceil((b - 1) / 17))

    return min(pieces(bits, other), pieces(other, bits))


def in_dsp(bits: int, other: int, known: Calibration) -> bool:
    """Whether the tools put a product of two variables into DSPs: small ones are cheaper in LUTs."""
    return min(bits, other) >= known.dsp_least_bits


def resources(block: Block, cycles: float, ii: int, known: Calibration) -> dict[str, float]:
    """LUT, FF, DSP and BRAM of a block with a pipeline of ``cycles`` stages, one jet every ``ii`` clocks."""
    units = block.inventory
    adders = float(sum(u.count * u.bits for u in units.adders))
    constant = constant_product_luts(block)
    dsp = sum(
        u.count * dsp_slices(u.bits, u.other_bits)
        for u in units.products
        if in_dsp(u.bits, u.other_bits, known)
    )
    logic_products = sum(
        u.count * u.bits * u.other_bits for u in units.products if not in_dsp(u.bits, u.other_bits, known)
    )
    selectors = sum(u.count * u.bits for u in units.selectors)
    tables = sum(u.count * u.bits * max(1, 2 ** (u.other_bits - 6)) for u in units.tables)
    lut = (
        known.lut_per_adder_bit * (adders + constant)
        + known.lut_per_product_bit * logic_products
        + known.lut_per_selector_bit * selectors
        + tables
    )
    levels = max(units.adder_levels + units.product_levels, 1)
    ff = known.ff_per_bit * ((adders + selectors) * min(1.0, cycles / levels) + block.output_bits)
    # Shared products need multiplexers before and registers behind them.
    shared = dsp / ii
    lut += (dsp - shared) * known.lut_per_shared_product
    return {"lut": lut, "ff": ff, "dsp": math.ceil(shared), "bram": 0.0}


def constant_product_luts(block: Block) -> float:
    """LUTs of the products with weights: one adder of the variable's width for every further digit."""
    total = 0.0
    for u in block.inventory.constant_products:
        digits = DIGIT_SHARE * u.other_bits if block.digits is None else block.digits
        total += u.count * max(0.0, digits - 1) * (u.bits + u.other_bits / 2)
    return total


def csynth_lut(block: Block, known: Calibration) -> float:
    """LUTs that the HLS report will print: every operation counted by itself, at its library cost."""
    units = block.inventory
    return known.csynth_lut_factor * resources(block, 1.0, 1, known)["lut"] + 0.0 * len(units.adders)
