"""Inner products with half the products (S. Winograd, IEEE Trans. Comput. C-17 (1968) 693).

a1 b1 + a2 b2 = (a1 + b2)(a2 + b1) - a1 a2 - b1 b2. The last two products belong to one side alone, so in
d_ij = p_i . p_j they are computed once a constituent, not once a pair: two products a pair instead of four.
Exact, since nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgajet.rtl.ir.builder import Builder, narrowest
from fpgajet.rtl.ir.cells import Product, Sum, Term
from fpgajet.rtl.ir.netlist import Netlist


@dataclass(frozen=True)
class _Pair:
    """Two products of a sum: sign * [a1 b1 + relative * a2 b2]."""

    a1: int
    b1: int
    a2: int
    b2: int
    sign: int
    relative: int
    shift: int


def halve_products(netlist: Netlist) -> Netlist:
    """Rewrite every sum of products, if that leaves fewer products in all."""
    users = netlist.uses()
    plans: dict[int, tuple[list[_Pair], list[Term]]] = {}
    for number, cell in enumerate(netlist.cells):
        if isinstance(cell, Sum):
            plan = _pairs(netlist, users, cell)
            if plan[0]:
                plans[number] = plan
    pairs = [pair for of_sum, _ in plans.values() for pair in of_sum]
    corrections = {side for pair in pairs for side in _sides(pair)}
    if len(pairs) + len(corrections) >= 2 * len(pairs):
        return netlist
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for number, cell in enumerate(netlist.cells):
        if isinstance(cell, Sum) and number in plans:
            renumbered.append(_rewrite(builder, renumbered, cell, *plans[number]))
        else:
            renumbered.append(builder.add(cell.moved(renumbered)))
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _pairs(netlist: Netlist, users: list[list[int]], cell: Sum) -> tuple[list[_Pair], list[Term]]:
    """Products of a sum two by two, and the terms that are left."""
    products: list[Term] = []
    others: list[Term] = []
    for term in cell.terms:
        whole = isinstance(netlist.cells[term.arg], Product) and len(users[term.arg]) == 1
        (products if whole else others).append(term)
    # In the order of their operands, so that every sum pairs the same components.
    products.sort(key=lambda term: (term.shift, sorted(netlist.cells[term.arg].args)))
    pairs = []
    while len(products) > 1 and products[0].shift == products[1].shift:
        first, second = products[:2]
        (a1, b1), (a2, b2) = (sorted(netlist.cells[t.arg].args) for t in (first, second))
        formats = {netlist.cells[n].format.fraction for n in (a1, b1, a2, b2)}
        if len(formats) > 1:
            break
        pairs.append(_Pair(a1, b1, a2, b2, first.sign, first.sign * second.sign, first.shift))
        products = products[2:]
    return pairs, others + products


def _sides(pair: _Pair) -> list[tuple[int, int]]:
    return [(pair.a1, pair.a2), (pair.b1, pair.b2)]


def _rewrite(
    builder: Builder,
    renumbered: list[int],
    cell: Sum,
    pairs: list[_Pair],
    others: list[Term],
) -> int:
    """The sum of a cell with half its products; the builder shares what belongs to one side alone."""
    terms = [Term(renumbered[t.arg], t.shift, t.sign) for t in others]
    sides: tuple[list[Term], list[Term]] = ([], [])
    for pair in pairs:
        a1, b1, a2, b2 = (renumbered[n] for n in (pair.a1, pair.b1, pair.a2, pair.b2))
        left = builder.sum_of([Term(a1, 0, 1), Term(b2, 0, 1)]).arg
        right = builder.sum_of([Term(b1, 0, 1), Term(a2, 0, pair.relative)]).arg
        terms.append(Term(_product(builder, left, right), pair.shift, pair.sign))
        sides[0].append(Term(_product(builder, a1, a2), pair.shift, -pair.sign * pair.relative))
        sides[1].append(Term(_product(builder, b1, b2), pair.shift, -pair.sign))
    both = sides[0] + sides[1]
    if _sides(pairs[0])[0] == _sides(pairs[0])[1]:
        terms += _cancelled(both)  # a square: the two sides are one
    else:
        for side in sides:
            terms.append(builder.sum_of(side))
    return builder.sum_of(terms, cell.constant, like=cell).arg


def _product(builder: Builder, first: int, second: int) -> int:
    (low_a, high_a), (low_b, high_b) = (builder.cells[n].range for n in (first, second))
    corners = [x * y for x in (low_a, high_a) for y in (low_b, high_b)]
    bounds = min(corners), max(corners)
    first, second = sorted((first, second))
    fraction = sum(builder.cells[n].format.fraction for n in (first, second))
    return builder.add(Product(first, second, format=narrowest(bounds, fraction), bounds=bounds))


def _cancelled(terms: list[Term]) -> list[Term]:
    """Add up terms of the same signal: opposite ones vanish, equal ones become one of twice the weight."""
    total: dict[tuple[int, int], int] = {}
    for term in terms:
        key = (term.arg, term.shift)
        total[key] = total.get(key, 0) + term.sign
    kept = []
    for (arg, shift), weight in total.items():
        if weight:
            kept.append(Term(arg, shift + abs(weight).bit_length() - 1, 1 if weight > 0 else -1))
    return kept
