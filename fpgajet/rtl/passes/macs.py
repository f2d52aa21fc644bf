"""Sums of products inside DSP blocks: a chain of multiply-accumulate cells, and no adder in look-up tables.

A DSP48E2 computes P = Z +- ((D +- A) * B + W) on 27-bit A and D, 18-bit B and 48-bit P, where Z is the
cascade from the block before or the C port, and W, next to a cascade, the C port. Source: AMD UG579, chapter 2.
"""

from __future__ import annotations

from fpgajet.rtl.ir.builder import Builder, narrowest, span
from fpgajet.rtl.ir.cells import Bounds, Cell, Constant, Format, Mac, Product, Raw, Sum, Term, Trim
from fpgajet.rtl.ir.netlist import Netlist

A_BITS, B_BITS, P_BITS = 27, 18, 48


def accumulate_in_dsp(netlist: Netlist) -> Netlist:
    """Turn every sum with products of its own into a chain of MAC cells, where the widths allow it."""
    users = netlist.uses()
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for cell in netlist.cells:
        products = [t for t in cell.terms if _absorbable(netlist, users, t)] if isinstance(cell, Sum) else []
        if isinstance(cell, Sum) and products and _chainable(netlist, cell, products):
            renumbered.append(_chain(netlist, users, builder, renumbered, cell, products))
        else:
            renumbered.append(builder.add(cell.moved(renumbered)))
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _absorbable(netlist: Netlist, users: list[list[int]], term: Term) -> bool:
    product = netlist.cells[term.arg]
    if not isinstance(product, Product) or len(users[term.arg]) > 1:
        return False
    widths = sorted(_signed_width(netlist.cells[n].format) for n in product.args)
    return widths[0] <= B_BITS and widths[1] <= A_BITS


def _signed_width(shape: Format) -> int:
    return shape.width + (not shape.signed)


def _chainable(netlist: Netlist, cell: Sum, products: list[Term]) -> bool:
    """All products at one place of the binary point, nothing finer beside them, room in 48 bits."""
    point = {netlist.cells[t.arg].format.fraction - t.shift for t in products}
    finest = max(netlist.cells[t.arg].format.fraction - t.shift for t in cell.terms)
    constant = cell.constant.fraction if cell.constant.value else finest
    wide = cell.format.width + max(point) - cell.format.fraction
    same = len(point) == 1 and max(finest, constant) <= max(point)
    return same and cell.format.fraction <= max(point) and wide < P_BITS - 2


def _chain(
    netlist: Netlist,
    users: list[list[int]],
    builder: Builder,
    renumbered: list[int],
    cell: Sum,
    products: list[Term],
) -> int:
    """MAC cells one after the other; the other terms enter through the C ports."""
    products = sorted(products, key=lambda t: -t.sign)  # the first product is added, if one is
    others = [Term(renumbered[t.arg], t.shift, t.sign) for t in cell.terms if t not in products]
    ports = _at_ports(builder, others, cell.constant, [t.sign for t in products])
    result: Term | None = None
    point = netlist.cells[products[0].arg].format.fraction - products[0].shift
    for term, port in zip(products, ports, strict=True):
        z, w = (result, port) if result is not None else (port, None)
        result = Term(_mac(netlist, users, builder, renumbered, term, z, w, point), 0, 1)
    assert result is not None
    # Back to the format of the sum: the same value, without bits that are always zero.
    return builder.add(Trim(result.arg, format=cell.format, bounds=cell.range))


def _at_ports(builder: Builder, others: list[Term], constant: Raw, signs: list[int]) -> list[Term | None]:
    """One added term for the C port of each block, at the sign that the block can give it.

    The first block adds C; a later one adds or subtracts it together with its product.
    """
    ports: list[Term | None] = [None] * len(signs)
    if constant.value:
        bounds = (constant.value, constant.value)
        cell = Constant(constant.value, format=narrowest(bounds, constant.fraction), bounds=bounds)
        others = [*others, Term(builder.add(cell), 0, 1)]
    if len(others) > len(signs):
        others = [builder.sum_of(others)]
    wanted = [1, *signs[1:]]
    free = list(range(len(signs)))
    # Sums with both signs last: they can be negated for nothing.
    for term in sorted(others, key=lambda t: len({inner.sign for inner in _terms(builder, t)})):
        place = next((k for k in free if wanted[k] == term.sign), free[0])
        free.remove(place)
        ports[place] = term if wanted[place] == term.sign else _negated(builder, term)
    return [None if t is None else t._replace(sign=1) for t in ports]


def _terms(builder: Builder, term: Term) -> tuple[Term, ...]:
    cell = builder.cells[term.arg]
    return cell.terms if isinstance(cell, Sum) else ()


def _negated(builder: Builder, term: Term) -> Term:
    """-term: if it is a sum, the sum with opposite signs, which costs nothing more."""
    cell = builder.cells[term.arg]
    terms: tuple[Term, ...] = (Term(term.arg, 0, -1),)
    if isinstance(cell, Sum) and not cell.constant.value:
        terms = tuple(t._replace(sign=-t.sign) for t in cell.terms)
    shape, bounds = span(builder.cells, terms)
    return Term(builder.add(Sum(terms, format=shape, bounds=bounds)), term.shift, 1)


def _mac(
    netlist: Netlist,
    users: list[list[int]],
    builder: Builder,
    renumbered: list[int],
    term: Term,
    z: Term | None,
    w: Term | None,
    point: int,
) -> int:
    """One DSP block; an operand that is itself a sum of two only for this product goes into its pre-adder."""
    product = netlist.cells[term.arg]
    wide, narrow = sorted(product.args, key=lambda n: -_signed_width(netlist.cells[n].format))
    a, b, d, pre = renumbered[wide], renumbered[narrow], None, 0
    for one, other in ((wide, narrow), (narrow, wide)):
        inner = netlist.cells[one]
        alone = len(users[one]) == 1 and one != other
        if alone and isinstance(inner, Sum) and _pre_addable(netlist, inner):
            first, second = sorted(inner.terms, key=lambda t: -t.sign)
            a, b, d, pre = renumbered[first.arg], renumbered[other], renumbered[second.arg], second.sign
            break
    bounds = _bounds(builder, product, term.sign, z, w, point)
    shape = narrowest(bounds, point)
    return builder.add(Mac(a, b, d, pre, term.sign, z, w, format=shape, bounds=bounds))


def _pre_addable(netlist: Netlist, inner: Sum) -> bool:
    """A sum of two signals of the same fraction, not both subtracted, no constant."""
    if len(inner.terms) != 2 or inner.constant.value:
        return False
    formats = [netlist.cells[t.arg].format for t in inner.terms]
    plain = all(t.shift == 0 for t in inner.terms) and any(t.sign > 0 for t in inner.terms)
    return plain and {f.fraction for f in formats} == {inner.format.fraction}


def _bounds(builder: Builder, product: Cell, sign: int, z: Term | None, w: Term | None, point: int) -> Bounds:
    low, high = sorted(sign * end for end in product.range)
    for port, factor in ((z, 1), (w, sign)):
        if port is not None:
            fraction = builder.cells[port.arg].format.fraction - port.shift
            ends = sorted(factor * (end << (point - fraction)) for end in builder.cells[port.arg].range)
            low, high = low + ends[0], high + ends[1]
    return low, high
