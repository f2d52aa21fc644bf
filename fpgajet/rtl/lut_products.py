"""Products of two variables without DSP blocks: one gated row for each bit of the narrower factor."""

from __future__ import annotations

from fpgajet.rtl.netlist import Cell, Format, Kind, Netlist, Term, sum_cell
from fpgajet.rtl.sums import Builder

#: ``auto``: a product with a factor of at most this many bits is smaller as rows than it is worth a DSP.
NARROW = 6


def products_as_rows(netlist: Netlist, widest: int | None) -> Netlist:
    """Replace products by sums of rows, where the narrower factor has at most ``widest`` bits (None: all)."""
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for cell in netlist.cells:
        moved = cell._replace(args=tuple(renumbered[arg] for arg in cell.args))
        if cell.kind is Kind.PRODUCT and _chosen(netlist, cell, widest):
            renumbered.append(_rows(builder, moved))
        else:
            renumbered.append(builder.add(moved))
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _chosen(netlist: Netlist, cell: Cell, widest: int | None) -> bool:
    return widest is None or min(netlist.cells[arg].format.width for arg in cell.args) <= widest


def _rows(builder: Builder, product: Cell) -> int:
    """sum_k bit_k(b) * a * 2**k; the sign bit of b counts negatively."""
    a, b = sorted(product.args, key=lambda arg: -builder.cells[arg].format.width)
    wide, narrow = builder.cells[a].format, builder.cells[b].format
    terms = []
    for place in range(narrow.width):
        # The bit as 0 or -1 (all ones) at the binary point of a, so that AND with it gates every bit of a.
        shift = narrow.fraction - place - wide.fraction
        mask = builder.add(Cell(Kind.TRIM, (b,), Format(True, 1, wide.fraction), (shift,)))
        low, high = builder.cells[a].range
        row = builder.add(Cell(Kind.AND, (a, mask), wide, (0,), (min(low, 0), max(high, 0))))
        negative = narrow.signed and place == narrow.width - 1
        terms.append(Term(row, place - narrow.fraction, -1 if negative else 1))
    return builder.add(sum_cell(terms, (0, 0), product.format, product.range))
