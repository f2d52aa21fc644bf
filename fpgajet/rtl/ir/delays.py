"""Delay of every cell, in ns: the model by which registers are placed.

What a level, an adder or a register costs is data of a family (:mod:`fpgajet.devices.delays`); this module says which
of them a cell consists of. The delays place registers and do not predict the clock; :mod:`fpgajet.rtl.clock` gives it
as a range.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from math import ceil, log

from fpgajet.devices.delays import Delays
from fpgajet.rtl.ir import cells as kinds
from fpgajet.rtl.ir.cell import Cell
from fpgajet.rtl.ir.rows import require_rows


def carry_chain(width: int, delays: Delays) -> float:
    """Delay in ns along the carry chain of an adder."""
    return delays.carry8_ns * ceil(width / 8)


@singledispatch
def delay(cell: Cell, cells: Sequence[Cell], delays: Delays) -> float:
    """Delay in ns of a cell; that of a product or a multiply-accumulate is 0 where it takes whole clocks."""
    raise NotImplementedError(type(cell))


@delay.register
def _(
    cell: kinds.Input | kinds.Constant | kinds.Trim | kinds.Not,
    cells: Sequence[Cell],
    delays: Delays,
) -> float:
    return 0.0


@delay.register
def _(cell: kinds.Sum, cells: Sequence[Cell], delays: Delays) -> float:
    operands = len(cell.terms) + (cell.constant.value != 0)
    return (delays.adder_ns if operands < 3 else delays.ternary_ns) + carry_chain(cell.format.width, delays)


@delay.register
def _(cell: kinds.Distance, cells: Sequence[Cell], delays: Delays) -> float:
    return delays.distance_ns + 2 * carry_chain(cell.format.width, delays)  # one after the other


@delay.register
def _(cell: kinds.Negate, cells: Sequence[Cell], delays: Delays) -> float:
    return (
        0.0 if cells[cell.a].format.width == 1 else delays.adder_ns + carry_chain(cell.format.width, delays)
    )


@delay.register
def _(cell: kinds.Mux | kinds.Bitwise | kinds.Relu, cells: Sequence[Cell], delays: Delays) -> float:
    return delays.gate_ns


@delay.register
def _(cell: kinds.Limit, cells: Sequence[Cell], delays: Delays) -> float:
    return delays.limit_ns


@delay.register
def _(cell: kinds.Copy, cells: Sequence[Cell], delays: Delays) -> float:
    # Half of a look-up table's inputs, and what selects all but one of them, in a level.
    return delays.level_ns * (1 if cell.inputs <= delays.lut_inputs // 2 else 2)


@delay.register
def _(cell: kinds.AnyBit | kinds.AllBits, cells: Sequence[Cell], delays: Delays) -> float:
    return delays.level_ns * max(1, ceil(log(cells[cell.a].format.width, delays.lut_inputs)))


@delay.register
def _(cell: kinds.Table, cells: Sequence[Cell], delays: Delays) -> float:
    return delays.table_ns * (1 + max(0, cells[cell.a].format.width - delays.lut_inputs) * 0.25)


@delay.register
def _(cell: kinds.Product | kinds.Mac, cells: Sequence[Cell], delays: Delays) -> float:
    return delays.product_ns


require_rows(delay)
