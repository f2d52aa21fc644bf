"""The published nanoPELICAN firmware as blocks of arithmetic units.

The firmware is described by what its source does (github.com/ChenjiaNi2007/nPELICAN-fpga), in the units that
fpgajet counts for its own operators; nothing here is a measured figure.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fpgajet.estimate.blocks import Block
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.inventory import Inventory, Units

HERE = Path(__file__).parent
#: Bits of T0, S_i, T in that firmware, and of the accumulator of the mixing (ap_fixed<16,5>).
AGGREGATE, MAC = 6, 16
#: Bits of a batch-normalised d_ij (bn1out_t).
NORMALISED = 12


@dataclass(frozen=True, eq=False)
class Design:
    """One published build; measured figures are None where they were not published."""

    name: str
    checkpoint: str
    n: int
    c: int
    winograd: bool
    beams_from_port: bool
    bn_on_elements: bool
    bn_bits: int
    momentum_bits: int
    dot_bits: int
    act_bits: int
    constant_bits: int
    norm_bits: int
    row_macs: int | None
    extra_adds: int
    ii: int
    clock_ns: float
    measured: dict[str, float | None]

    @property
    def slots(self) -> int:
        """Constituents and two beams."""
        return self.n + 2

    @property
    def dsp_is_known(self) -> bool:
        """Whether the weights' share of the DSPs was published, so that the rules can be checked."""
        return self.row_macs is not None


def read_rows(name: str | Path) -> list[dict[str, str]]:
    """Rows of a CSV file, by default beside this one; lines with # are comments."""
    with (HERE / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


@cache
def npelican_designs() -> tuple[Design, ...]:
    """All published builds of the nanoPELICAN firmware."""
    return tuple(design_of(row) for row in read_rows("npelican_firmware.csv"))


def design_of(row: dict[str, str]) -> Design:
    """A row of ``npelican_firmware.csv``; measured columns may be missing."""
    figures = ("latency", "lut", "ff", "dsp", "csynth_lut", "csynth_ff", "csynth_dsp")
    return Design(
        name=row["design"],
        checkpoint=row["checkpoint"],
        n=int(row["n"]),
        c=int(row["c"]),
        winograd=row["dot"] == "winograd",
        beams_from_port=row["beams"] == "port",
        bn_on_elements=row["bn1"] == "element",
        bn_bits=int(row["bn1_bits"] or 8),
        momentum_bits=int(row["momentum_bits"]),
        dot_bits=int(row["dot_bits"]),
        act_bits=int(row["act_bits"]),
        constant_bits=int(row["constant_bits"]),
        norm_bits=int(row["norm_bits"]),
        row_macs=int(row["row_macs"]) if row["row_macs"] else None,
        extra_adds=int(row["extra_adds"]),
        ii=int(row["ii"]),
        clock_ns=float(row["clock_ns"]),
        measured={name: float(row[name]) if row.get(name) else None for name in figures},
    )


def blocks(d: Design) -> tuple[Block, ...]:
    """Three blocks: dot products with batch norm, mixing of aggregators, sums and score."""
    stages = (("dots", _dots(d)), ("pairs", _pairs(d)), ("score", _score(d)))
    names = ["", *(name for name, _ in stages)]
    return tuple(Block(name, name, (names[k],), units, 0) for k, (name, units) in enumerate(stages))


def _rounded(bits: int, fraction: int) -> FixedType:
    """The requantisers of that firmware: nearest, ties to even, saturating."""
    return FixedType(True, bits, fraction, Rounding.HALF_EVEN, Overflow.SAT)


def _dots(d: Design) -> Inventory:
    units, m, b = Inventory(), d.slots, d.momentum_bits
    rows = m if d.beams_from_port else d.n
    pairs, all_pairs = rows * (rows + 1) // 2, m * (m + 1) // 2
    if d.winograd:
        # (E + px')(E' - px) - (py + pz')(pz + py') + xi + eta': one of the two adders before a product is the
        # DSP's own; xi + eta' is one adder, added through the DSP. E px and two sums with py pz: 3 a row.
        units.sum_of_products(pairs, 2, b + 1, b + 1)
        units.products.append(Units(3 * rows, b, b))
        units.adders += [Units(2 * pairs, b + 1), Units(pairs, 2 * b + 1)]
        units.cascade_levels += 1
    else:
        units.sum_of_products(pairs, 4, b, b)
        if b <= 10:
            # Bare products go into logic, but a product that is subtracted stays in a DSP whatever its width.
            units.products = [Units(pairs, b, b), Units(3 * pairs, 11, b)]
    if not d.beams_from_port:
        units.adders.append(Units(2 * d.n, b + 1))
    units.requantise(all_pairs, FixedType(True, 2 * b + 2, 3), _rounded(d.dot_bits, -3))
    units.selectors.append(Units(all_pairs, d.dot_bits // 2))  # mask
    if d.bn_on_elements:
        units.constant_products.append(Units(all_pairs, d.dot_bits, d.bn_bits))
        units.adders.append(Units(all_pairs, d.dot_bits + d.bn_bits + 2))
        units.requantise(all_pairs, FixedType(True, 18, 12), _rounded(NORMALISED, 6))
        units.adder_levels += 1
        units.cascade_levels += int(d.bn_bits >= 10)
    else:
        units.tables.append(Units(all_pairs, AGGREGATE, d.dot_bits))
    return units


def _pairs(d: Design) -> Inventory:
    units, m, c = Inventory(), d.slots, d.c
    term = NORMALISED if d.bn_on_elements else d.dot_bits
    units.add_tree(m, m, term)
    row_bits = term + units.adder_levels
    units.add_tree(1, m, row_bits)
    # Normalisation: every row sum, the total, and their biases, by wide constants.
    wide = d.constant_bits - 1
    units.constant_products += [Units(m, row_bits, min(wide, 17)), Units(2, max(row_bits, 17), wide)]
    units.adders.append(Units(m, row_bits + 16))
    units.requantise(m, FixedType(True, 36, 26), _rounded(AGGREGATE, 5))
    units.adder_levels += 1
    units.product_levels += 1
    units.cascade_levels += int(not d.bn_on_elements)  # the bias of the folded batch norm
    pairs = m * (m + 1) // 2
    macs = (d.row_macs or 0) * m
    units.constant_products.append(Units(macs, AGGREGATE, 11))  # HLS binds these to DSPs with their adder
    units.constant_products.append(Units(c * pairs + 3 * c * m - macs, AGGREGATE, AGGREGATE))
    units.adders += [
        Units(2 * c * m * m, MAC),
        Units(3 * c * m, MAC),
        Units(d.extra_adds * c * m * m, MAC + 1),
    ]
    units.adder_levels += 3 + d.extra_adds
    units.requantise(c * m * m, FixedType(True, MAC, 11), _rounded(d.act_bits, 5))
    units.selectors.append(Units(c * m * m, -(-d.act_bits // 2)))  # ReLU and mask
    return units


def _score(d: Design) -> Inventory:
    units, m, c = Inventory(), d.slots, d.c
    units.add_tree(c, m, d.act_bits)
    units.adder_levels = 0  # the trace is not on the longest path
    units.add_tree(c, m * m, d.act_bits)
    full, trace, wide = d.act_bits + units.adder_levels, d.act_bits + 5, d.constant_bits - 1
    units.constant_products += [
        Units(2, 10, wide),  # counts of slots and pairs
        Units(c, full, wide),
        Units(c, trace, wide),
        Units(c, full + wide, d.norm_bits - 1),
        Units(c, trace + wide, d.norm_bits - 1),
    ]
    units.adders.append(Units(4 * c, 40))
    units.requantise(2 * c, FixedType(True, 40, 30), _rounded(AGGREGATE, 4))
    units.product_levels += 2
    units.cascade_levels += 2
    units.adder_levels += 3
    return units
