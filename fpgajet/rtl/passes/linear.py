"""Sums as linear forms: equal ones become one signal, equal terms of one sum become one.

With symmetric weights, y_ij = w_0 d_ij + w_2 (S_i + S_j) + g is the same number as y_ji, but it is traced as
(d + (S_i + g)) + S_j and (d + (S_j + g)) + S_i. Written out over what is not itself a sum, both have the same
coefficients; so everything behind them, ReLU, saturation and mask, is needed once a pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fpgajet.ops.signed_digits import signed_digits
from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.cells import Cell, Format, Product, Sum, Term
from fpgajet.rtl.ir.netlist import Netlist

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
    known: dict[tuple[Format, frozenset[tuple[int, int]]], int] = {}
    renumbered: list[int] = []
    for cell in netlist.cells:
        moved = cell.moved(renumbered)
        if not isinstance(moved, Sum):
            renumbered.append(builder.add(_ordered(moved)))
            continue
        form = _form(builder, forms, moved)
        key = (cell.format, frozenset(form.items()))
        if key not in known:
            known[key] = builder.add(_collected(moved))
            forms[known[key]] = form
        renumbered.append(known[key])
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _ordered(cell: Cell) -> Cell:
    """Products with their operands in one order, so that equal ones are found."""
    return replace(cell, a=min(cell.args), b=max(cell.args)) if isinstance(cell, Product) else cell


def _form(builder: Builder, forms: Mapping[int, Form], cell: Sum) -> Form:
    """Coefficients of a sum over signals that are not sums themselves."""
    value, fraction = cell.constant
    form: Form = {-1: value << (UNIT - fraction)} if value else {}
    for term in cell.terms:
        inner = forms.get(term.arg)
        whole = (
            inner is not None and len(inner) <= LONGEST and _keeps_every_bit(builder, builder.cells[term.arg])
        )
        parts = inner if inner is not None and whole else {term.arg: 1 << UNIT}
        for leaf, weight in parts.items():
            moved = weight << term.shift if term.shift >= 0 else weight >> -term.shift
            form[leaf] = form.get(leaf, 0) + term.sign * moved
    return {leaf: weight for leaf, weight in form.items() if weight}


def _keeps_every_bit(builder: Builder, cell: Cell) -> bool:
    if not isinstance(cell, Sum):
        return False
    finest = [builder.cells[term.arg].format.fraction - term.shift for term in cell.terms]
    finest += [cell.constant.fraction] if cell.constant.value else []
    return max(finest) <= cell.format.fraction


def _collected(cell: Sum) -> Sum:
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
    return replace(cell, terms=tuple(terms), bounds=cell.range) if terms else cell
