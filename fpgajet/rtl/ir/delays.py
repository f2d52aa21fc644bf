"""Delay of every cell, in ns: the model by which registers are placed.

UltraScale+ -2 at typical placement: a look-up table with the net behind it about 0.6 ns, a ripple-carry adder
one such level plus 8 bits of chain every 0.03 ns and a longer net, a register with clock skew 0.25 ns. The
numbers are set so that two 16-bit adders between registers take the 2.55 ns that placed and routed adder
networks of negligible size take (see ``scripts/calibrate_yosys.py``); they place registers, they do not
predict the clock, which :mod:`fpgajet.rtl.clock` gives as an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log

from fpgajet.rtl.ir.netlist import Cell, Kind

REGISTER = 0.25
LUT_LEVEL = 0.6
ADDER = 1.0
CARRY8 = 0.03
#: A sum of three first needs the carries of neighbouring bits: one more level.
TERNARY = 1.3
#: Neighbouring gates share look-up tables: saturation and mask, four gates after a reduction of the high bits,
#: are one level beyond it.
GATE = 0.15

#: DSP48E2 of speed grade -2 without the M register: one clock from A and B to P. AMD DS923, FMAX_MULT_NOMREG
#: is 544 MHz; 450 leaves the rest to the nets. With the pre-adder and no AD register (FMAX_NOPIPELINEREG) 410.
DSP_ONE_STAGE_MHZ = 400.0

#: Kinds that a DSP computes.
DSP_KINDS = (Kind.PRODUCT, Kind.MAC)


def delay(cells: Sequence[Cell], cell: Cell) -> float:
    """Delay in ns of a cell that is not in a DSP."""
    chain = CARRY8 * ceil(cell.format.width / 8)
    first = cells[cell.args[0]].format.width if cell.args else 0
    match cell.kind:
        case Kind.SUM:
            operands = len(cell.args) + (cell.constant[0] != 0)
            own = (ADDER if operands < 3 else TERNARY) + chain
        case Kind.DISTANCE:  # two chains, one after the other
            own = 2 * (ADDER + chain)
        case Kind.NEGATE:
            own = 0.0 if first == 1 else ADDER + chain
        case Kind.MUX | Kind.AND | Kind.OR | Kind.XOR | Kind.RELU:
            own = GATE
        case Kind.LIMIT:
            own = LUT_LEVEL
        case Kind.COPY:  # three inputs and what selects two of them in a level
            own = LUT_LEVEL * (1 if cell.data[0] <= 3 else 2)
        case Kind.ANY | Kind.ALL:
            own = LUT_LEVEL * max(1, ceil(log(first, 6)))
        case Kind.TABLE:
            own = LUT_LEVEL * (1 + max(0, first - 6) * 0.25)
        case _:
            own = 0.0
    return own
