"""About how many look-up tables every cell needs: what sharing hardware can save."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from math import ceil

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

#: What a DSP block is worth, in look-up tables.
DSP_WORTH = 100


@singledispatch
def area(cell: Cell, cells: Sequence[Cell]) -> int:
    """About how many look-up tables a cell needs."""
    raise NotImplementedError(type(cell))


@area.register(Input)
@area.register(Constant)
@area.register(Trim)
@area.register(Not)
@area.register(Negate)
@area.register(Copy)
def _none(cell: Cell, cells: Sequence[Cell]) -> int:
    return 0


@area.register(Product)
@area.register(Mac)
def _dsp(cell: Cell, cells: Sequence[Cell]) -> int:
    return DSP_WORTH


@area.register
def _(cell: Table, cells: Sequence[Cell]) -> int:
    return cell.format.width << max(0, cells[cell.a].format.width - 6)


@area.register
def _(cell: Distance, cells: Sequence[Cell]) -> int:
    return ceil(1.5 * cell.format.width)


@area.register
def _(cell: Limit, cells: Sequence[Cell]) -> int:
    return ceil(cell.format.width / 2)


@area.register
def _(cell: Sum, cells: Sequence[Cell]) -> int:
    return cell.format.width * max(1, ceil((len(cell.terms) - 1) / 2))  # adders of three


@area.register(Mux)
@area.register(Bitwise)
@area.register(Relu)
def _one_per_bit(cell: Cell, cells: Sequence[Cell]) -> int:
    return cell.format.width


@area.register(AnyBit)
@area.register(AllBits)
def _reduction(cell: AnyBit | AllBits, cells: Sequence[Cell]) -> int:
    return ceil(cells[cell.a].format.width / 6)


require_rows(area)
