"""About how many look-up tables every cell needs: what sharing hardware can save."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from math import ceil

from fpgajet.rtl.ir import cells as kinds
from fpgajet.rtl.ir.cell import Cell
from fpgajet.rtl.ir.rows import require_rows

#: What a DSP block is worth, in look-up tables.
DSP_WORTH = 100


@singledispatch
def area(cell: Cell, cells: Sequence[Cell]) -> int:
    """About how many look-up tables a cell needs."""
    raise NotImplementedError(type(cell))


@area.register(kinds.Input)
@area.register(kinds.Constant)
@area.register(kinds.Trim)
@area.register(kinds.Not)
@area.register(kinds.Negate)
@area.register(kinds.Copy)
def _none(cell: Cell, cells: Sequence[Cell]) -> int:
    return 0


@area.register(kinds.Product)
@area.register(kinds.Mac)
def _dsp(cell: Cell, cells: Sequence[Cell]) -> int:
    return DSP_WORTH


@area.register
def _(cell: kinds.Table, cells: Sequence[Cell]) -> int:
    return cell.format.width << max(0, cells[cell.a].format.width - 6)


@area.register
def _(cell: kinds.Distance, cells: Sequence[Cell]) -> int:
    return ceil(1.5 * cell.format.width)


@area.register
def _(cell: kinds.Limit, cells: Sequence[Cell]) -> int:
    return ceil(cell.format.width / 2)


@area.register
def _(cell: kinds.Sum, cells: Sequence[Cell]) -> int:
    return cell.format.width * max(1, ceil((len(cell.terms) - 1) / 2))  # adders of three


@area.register(kinds.Mux)
@area.register(kinds.Bitwise)
@area.register(kinds.Relu)
def _one_per_bit(cell: Cell, cells: Sequence[Cell]) -> int:
    return cell.format.width


@area.register(kinds.AnyBit)
@area.register(kinds.AllBits)
def _reduction(cell: kinds.AnyBit | kinds.AllBits, cells: Sequence[Cell]) -> int:
    return ceil(cells[cell.a].format.width / 6)


require_rows(area)
