"""What one arithmetic unit costs: DSP rules, adders, distributed arithmetic, tables, registers.

Unit costs are those of the hardware, not fitted: one LUT and one bit of carry chain per bit of an adder, one
LUT per bit of a selector, 64 entries of a table per LUT. What is fitted (``calibration.toml``) is by how much
logic synthesis does better than their sum, and how much higher the HLS report comes out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from fpgajet.estimate.blocks import Block
from fpgajet.estimate.calibration import Calibration
from fpgajet.ops.inventory import Inventory

#: Non-zero signed digits of a random weight, as a share of its bits (Reitwiesner 1960: 1/3 on average).
DIGIT_SHARE = 1 / 3
#: A product of two variables in logic takes about 3/4 LUT per pair of bits: half an adder row per bit pair
#: after LUT6 merge partial products, and the carries (49 LUT for 9 x 9, 40 for 8 x 8 in Vitis HLS 2023.2).
LUT_PER_BIT_PAIR = 0.65
#: Vitis HLS keeps a product in logic while both factors have at most 10 bits, a constant's sign included
#: (mul_9s_9s and mul_6s_10ns in logic, mul_12s_12s and mul_6s_11ns in a DSP; nPELICAN-fpga, reports/).
LARGEST_IN_LOGIC = 10
#: HLS puts tables of 1024 entries and more into block RAM (hls4ml's activation tables); a block has two halves
#: of 18 Kb, and a half holds one table.
BRAM_ADDRESS_BITS, BRAM_HALF = 10, 18 * 1024
#: LUT per table entry and bit in the HLS report (sparsemux of 64 entries of 6 bits: 273 LUT).
CSYNTH_TABLE = 273 / (64 * 6)


@dataclass(frozen=True)
class Resources:
    """LUT by logic synthesis (of counted logic, of products with matrices by effective bit operations, and of
    shifts and adds) and by the HLS report, DSP slices, and block RAMs of 36 Kb of one block."""

    logic_lut: float
    matrix_lut: float
    shift_add_lut: float
    csynth_lut: float
    dsp: int
    bram: float

    def __add__(self, other: Resources) -> Resources:
        return Resources(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def dsp_slices(bits: int, other: int) -> int:
    """DSP48E2 slices of a signed product: one multiplies 27 x 18, wider factors are cut into pieces.

    Source: AMD UG579, "UltraScale Architecture DSP Slice": a piece below the top one is unsigned, so it
    brings 26 or 17 bits; one bit left over is added in logic (mul_36s_36s: 4 slices in Vitis HLS 2023.2).
    """

    def pieces(width: int, port: int) -> int:
        return 1 if width <= port else max(2, math.ceil((width - 2) / (port - 1)))

    return min(pieces(bits, 27) * pieces(other, 18), pieces(other, 27) * pieces(bits, 18))


def in_dsp(bits: int, other: int, largest_in_logic: int = LARGEST_IN_LOGIC) -> bool:
    """Whether Vitis HLS puts a product into DSPs rather than into logic."""
    return max(bits, other) > largest_in_logic and min(bits, other) > 1  # one bit is a gate


def shared_between(ii: int) -> int:
    """Jets among which a multiplier is shared: ``ii``, except that HLS shares nothing at II 2.

    Source: nPELICAN-fpga, II sweep of 2025-08: 769 DSP at II 1 and 2, ceil(171 / II) dot products at 3 and 4.
    """
    return ii if ii > 2 else 1


def resources(block: Block, ii: int, known: Calibration) -> Resources:
    """LUT and DSP of a block that takes a jet every ``ii`` clocks: unrolled, except for hardware shared over time."""
    total = _unrolled(block.inventory, block.digits, 1.0, shared_between(ii), known)
    shared = block.inventory.shared
    if shared is not None:
        lanes = _unrolled(shared.lanes, block.digits, shared.share(ii), 1, known)
        choosing = float(shared.multiplexer_luts(ii))
        chosen = Resources(known.lut_scale * choosing, 0.0, 0.0, known.csynth_lut_scale * choosing, 0, 0.0)
        total = total + lanes + chosen
    return total


def _unrolled(
    units: Inventory, digits: float | None, share: float, clocks: int, known: Calibration
) -> Resources:
    """The part ``share`` of counted units, with products of two variables shared between ``clocks`` besides."""
    dsp, product_logic, in_slices = 0, 0.0, 0.0
    for u in units.products:
        here = math.ceil(u.count * share / clocks)
        if in_dsp(u.bits, u.other_bits, known.largest_in_logic):
            dsp += here * dsp_slices(u.bits, u.other_bits)
            in_slices += u.count
        else:
            product_logic += here * LUT_PER_BIT_PAIR * u.bits * u.other_bits
    logic = float(sum(u.count * u.bits for u in units.adders))
    for u in units.product_adders:  # the DSP's own adder takes them, one per slice
        free = min(u.count, in_slices)
        logic += (u.count - free) * u.bits
        in_slices -= free
    for u in units.constant_products:
        if in_dsp(u.bits, u.other_bits + 1) and u.other_bits >= LARGEST_IN_LOGIC:
            dsp += math.ceil(u.count * share) * dsp_slices(u.bits, u.other_bits + 1)
        else:
            own = digits if u.digits is None else u.digits
            logic += u.count * constant_product_bits(u.bits, u.other_bits, own)
    logic += sum(u.count * u.bits for u in units.selectors)
    small = [u for u in units.tables if u.other_bits < BRAM_ADDRESS_BITS]
    tables = share * sum(u.count * u.bits * math.ceil(2.0 ** (u.other_bits - 6)) for u in small)
    csynth_tables = share * sum(u.count * u.bits * 2.0**u.other_bits for u in small)
    halves = sum(
        math.ceil(u.count * share) * math.ceil(u.bits * 2.0**u.other_bits / BRAM_HALF)
        for u in units.tables
        if u not in small
    )
    logic *= share
    matrices = known.lut_per_ebop * units.matrix_ebops * share
    shift_adds = units.shift_adds * share
    lut = known.lut_scale * (logic + product_logic + tables)
    csynth = known.csynth_lut_scale * (logic + matrices + shift_adds) + product_logic
    csynth += CSYNTH_TABLE * csynth_tables
    return Resources(lut, matrices, known.lut_per_shift_add * shift_adds, csynth, dsp, halves / 2)


def constant_product_bits(bits: int, weight_bits: int, digits: float | None) -> float:
    """Adder bits of a product with a weight in logic: one adder for every signed digit after the first."""
    mean = DIGIT_SHARE * weight_bits if digits is None else digits
    return max(0.0, mean - 1) * (bits + weight_bits / 2)


def registers(lut: float, density: float, known: Calibration) -> float:
    """Flip-flops of logic with ``density`` registers per adder level (at most 1).

    Between two registers lie 1 / density adder levels. A register can be placed where the tree is narrow, and with
    fewer registers there is more choice: flip-flops grow as the root of the density, not in proportion to it.
    """
    return known.ff_per_lut * lut * math.sqrt(min(density, 1.0))
