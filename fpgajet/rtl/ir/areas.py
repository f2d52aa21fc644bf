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


@area.register
def _(
    cell: kinds.Input | kinds.Constant | kinds.Trim | kinds.Not | kinds.Negate | kinds.Copy,
    cells: Sequence[Cell],
) -> int:
    return 0


@area.register
def _(cell: kinds.Product | kinds.Mac, cells: Sequence[Cell]) -> int:
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


@area.register
def _(cell: kinds.Mux | kinds.Bitwise | kinds.Relu, cells: Sequence[Cell]) -> int:
    return cell.format.width


@area.register
def _(cell: kinds.AnyBit | kinds.AllBits, cells: Sequence[Cell]) -> int:
    return ceil(cells[cell.a].format.width / 6)


require_rows(area)
