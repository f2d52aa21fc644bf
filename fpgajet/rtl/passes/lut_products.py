"""Products of two variables without DSP blocks: one gated row for each bit of the narrower factor."""

from __future__ import annotations

from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.cells import And, Format, Product, Sum, Term, Trim
from fpgajet.rtl.ir.netlist import Netlist

#: ``auto``: a product with a factor of at most this many bits is smaller as rows than it is worth a DSP.
NARROW = 6


def products_as_rows(netlist: Netlist, widest: int | None, most: int | None = None) -> Netlist:
    """Replace products by sums of rows.

    Args:
        widest: those whose narrower factor has at most so many bits; None: all.
        most: and of the others the narrowest, so that at most so many products are left.
    """
    products = [n for n, cell in enumerate(netlist.cells) if isinstance(cell, Product)]
    products.sort(key=lambda n: sum(netlist.cells[arg].format.width for arg in netlist.cells[n].args))
    chosen = {n for n in products if widest is None or _narrower(netlist, n) <= widest}
    rest = [n for n in products if n not in chosen]
    if most is not None:
        chosen.update(rest[: max(0, len(rest) - most)])
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for number, cell in enumerate(netlist.cells):
        moved = cell.moved(renumbered)
        if isinstance(moved, Product) and number in chosen:
            renumbered.append(_rows(builder, moved))
        else:
            renumbered.append(builder.add(moved))
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _narrower(netlist: Netlist, number: int) -> int:
    return min(netlist.cells[arg].format.width for arg in netlist.cells[number].args)


def _rows(builder: Builder, product: Product) -> int:
    """sum_k bit_k(b) * a * 2**k; the sign bit of b counts negatively."""
    a, b = sorted(product.args, key=lambda arg: -builder.cells[arg].format.width)
    wide, narrow = builder.cells[a].format, builder.cells[b].format
    terms = []
    for place in range(narrow.width):
        # The bit as 0 or -1 (all ones) at the binary point of a, so that AND with it gates every bit of a.
        shift = narrow.fraction - place - wide.fraction
        mask = builder.add(Trim(b, shift, format=Format(True, 1, wide.fraction)))
        low, high = builder.cells[a].range
        row = builder.add(And(a, mask, format=wide, bounds=(min(low, 0), max(high, 0))))
        negative = narrow.signed and place == narrow.width - 1
        terms.append(Term(row, place - narrow.fraction, -1 if negative else 1))
    return builder.add(Sum(tuple(terms), format=product.format, bounds=product.range))
