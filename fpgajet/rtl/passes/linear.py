"""Sums as linear forms: equal ones become one signal, equal terms of one sum become one.

With symmetric weights, y_ij = w_0 d_ij + w_2 (S_i + S_j) + g is the same number as y_ji, but it is traced as
(d + (S_i + g)) + S_j and (d + (S_j + g)) + S_i. Written out over what is not itself a sum, both have the same
coefficients; so everything behind them, ReLU, saturation and mask, is needed once a pair.
"""

from __future__ import annotations

from collections.abc import Mapping

from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.netlist import Cell, Kind, Netlist, Term, sum_cell

#: Coefficients are integers in units of 2**-UNIT.
UNIT = 256
#: A sum of more signals than this is not written out.
LONGEST = 64

#: Coefficient of every signal (by cell number), and the constant under -1.
Form = dict[int, int]


def share_equal_sums(netlist: Netlist) -> Netlist:
    """Compute equal sums once, and add a signal that a sum has several times once, with its total weight."""
    builder = Builder(netlist.inputs, netlist.tables)
    forms: dict[int, Form] = {}
    known: dict[tuple[object, ...], int] = {}
    renumbered: list[int] = []
    for cell in netlist.cells:
        moved = cell._replace(args=tuple(renumbered[arg] for arg in cell.args))
        if cell.kind is not Kind.SUM:
            renumbered.append(builder.add(_ordered(moved)))
            continue
        form = _form(builder, forms, moved)
        key = (cell.format, frozenset(form.items()))
        if key not in known:
            known[key] = builder.add(_collected(builder, moved))
            forms[known[key]] = form
        renumbered.append(known[key])
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _ordered(cell: Cell) -> Cell:
    """Products and bit operations of two do not care for the order of their operands."""
    return cell._replace(args=tuple(sorted(cell.args))) if cell.kind is Kind.PRODUCT else cell


def _form(builder: Builder, forms: Mapping[int, Form], cell: Cell) -> Form:
    """Coefficients of a sum over signals that are not sums themselves."""
    raw, fraction = cell.constant
    form: Form = {-1: raw << (UNIT - fraction)} if raw else {}
    for term in cell.terms:
        inner = forms.get(term.arg)
        whole = inner is not None and len(inner) <= LONGEST and _keeps_every_bit(builder, term.arg)
        parts = inner if inner is not None and whole else {term.arg: 1 << UNIT}
        for leaf, weight in parts.items():
            moved = weight << term.shift if term.shift >= 0 else weight >> -term.shift
            form[leaf] = form.get(leaf, 0) + term.sign * moved
    return {leaf: weight for leaf, weight in form.items() if weight}


def _keeps_every_bit(builder: Builder, number: int) -> bool:
    cell = builder.cells[number]
    finest = [builder.cells[term.arg].format.fraction - term.shift for term in cell.terms]
    finest += [cell.constant[1]] if cell.constant[0] else []
    return max(finest) <= cell.format.fraction


def _collected(builder: Builder, cell: Cell) -> Cell:
    """Terms of the same signal as one, its weight in the fewest signed powers of two."""
    if len(set(cell.args)) == len(cell.args):
        return cell
    weights: Form = {}
    for term in cell.terms:
        weights[term.arg] = weights.get(term.arg, 0) + (term.sign << (UNIT + term.shift))
    terms = [
        Term(arg, place - UNIT, sign)
        for arg, weight in weights.items()
        for place, sign in signed_digits(weight)
    ]
    if not terms:
        return cell
    return sum_cell(terms, cell.constant, cell.format, cell.range)


def signed_digits(number: int) -> list[tuple[int, int]]:
    """Places and signs of the non-adjacent form: the fewest signed powers of two (G. W. Reitwiesner, 1960)."""
    digits = []
    place, rest = 0, number
    while rest:
        if rest & 1:
            sign = 2 - (rest & 3)
            digits.append((place, sign))
            rest -= sign
        low = (rest & -rest).bit_length() - 1 if rest else 0
        rest >>= low
        place += low
    return digits
