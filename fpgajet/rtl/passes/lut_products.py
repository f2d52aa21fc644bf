"""Products of two variables without DSP blocks: one gated row for each bit of the narrower factor."""

from __future__ import annotations

from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.netlist import Cell, Format, Kind, Netlist, Term, sum_cell

#: ``auto``: a product with a factor of at most this many bits is smaller as rows than it is worth a DSP.
NARROW = 6


def products_as_rows(netlist: Netlist, widest: int | None, most: int | None = None) -> Netlist:
    """Replace products by sums of rows.

    Args:
        widest: those whose narrower factor has at most so many bits; None: all.
        most: and of the others the narrowest, so that at most so many products are left.
    """
    products = [n for n, cell in enumerate(netlist.cells) if cell.kind is Kind.PRODUCT]
    products.sort(key=lambda n: sum(netlist.cells[arg].format.width for arg in netlist.cells[n].args))
    chosen = {n for n in products if widest is None or _narrower(netlist, n) <= widest}
    rest = [n for n in products if n not in chosen]
    if most is not None:
        chosen.update(rest[: max(0, len(rest) - most)])
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for number, cell in enumerate(netlist.cells):
        moved = cell._replace(args=tuple(renumbered[arg] for arg in cell.args))
        renumbered.append(_rows(builder, moved) if number in chosen else builder.add(moved))
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _narrower(netlist: Netlist, number: int) -> int:
    return min(netlist.cells[arg].format.width for arg in netlist.cells[number].args)


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
