"""Delay of every cell, in ns: the model by which registers are placed.

UltraScale+ -2 at typical placement: a look-up table with the net behind it about 0.6 ns, a ripple-carry adder
one such level plus 8 bits of chain every 0.03 ns and a longer net, a register with clock skew 0.25 ns. The
numbers are set so that two 16-bit adders between registers take the 2.55 ns that placed and routed adder
networks of negligible size take (see ``scripts/calibrate_yosys.py``). They place registers and do not
predict the clock; :mod:`fpgajet.rtl.clock` gives it as a range.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from math import ceil, log

from fpgajet.rtl.ir.cells import (
    AllBits,
    AnyBit,
    Bitwise,
    Cell,
    Constant,
    Copy,
    Distance,
    Input,
    Limit,
    Mac,
    Mux,
    Negate,
    Not,
    Product,
    Relu,
    Sum,
    Table,
    Trim,
    require_rows,
)

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


def carry_chain(width: int) -> float:
    """Delay in ns along the carry chain of an adder."""
    return CARRY8 * ceil(width / 8)


@singledispatch
def delay(cell: Cell, cells: Sequence[Cell]) -> float:
    """Delay in ns of a cell; 0 for one in a DSP block, which takes whole clocks."""
    raise NotImplementedError(type(cell))


@delay.register(Input)
@delay.register(Constant)
@delay.register(Trim)
@delay.register(Not)
@delay.register(Product)
@delay.register(Mac)
def _no_logic(cell: Cell, cells: Sequence[Cell]) -> float:
    return 0.0


@delay.register
def _(cell: Sum, cells: Sequence[Cell]) -> float:
    operands = len(cell.terms) + (cell.constant.value != 0)
    return (ADDER if operands < 3 else TERNARY) + carry_chain(cell.format.width)


@delay.register
def _(cell: Distance, cells: Sequence[Cell]) -> float:
    return 2 * (ADDER + carry_chain(cell.format.width))  # two chains, one after the other


@delay.register
def _(cell: Negate, cells: Sequence[Cell]) -> float:
    return 0.0 if cells[cell.a].format.width == 1 else ADDER + carry_chain(cell.format.width)


@delay.register(Mux)
@delay.register(Bitwise)
@delay.register(Relu)
def _gate(cell: Cell, cells: Sequence[Cell]) -> float:
    return GATE


@delay.register
def _(cell: Limit, cells: Sequence[Cell]) -> float:
    return LUT_LEVEL


@delay.register
def _(cell: Copy, cells: Sequence[Cell]) -> float:
    # Three inputs and what selects two of them in a level.
    return LUT_LEVEL * (1 if cell.inputs <= 3 else 2)


@delay.register(AnyBit)
@delay.register(AllBits)
def _reduction(cell: AnyBit | AllBits, cells: Sequence[Cell]) -> float:
    return LUT_LEVEL * max(1, ceil(log(cells[cell.a].format.width, 6)))


@delay.register
def _(cell: Table, cells: Sequence[Cell]) -> float:
    return LUT_LEVEL * (1 + max(0, cells[cell.a].format.width - 6) * 0.25)


require_rows(delay)
