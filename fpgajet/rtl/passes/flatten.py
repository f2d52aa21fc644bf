"""Sums of sums written out as one sum."""

from __future__ import annotations

from fpgajet.rtl.ir.cells import Raw, Sum, Term
from fpgajet.rtl.ir.netlist import Netlist


def flatten(netlist: Netlist) -> Netlist:
    """Make every sum that only another sum reads a part of that one."""
    users = netlist.uses()
    outputs = set(netlist.outputs)
    cells = list(netlist.cells)
    for number, cell in enumerate(cells):
        if not isinstance(cell, Sum):
            continue
        terms: list[Term] = []
        constant = cell.constant
        for term in cell.terms:
            inner = cells[term.arg]
            alone = len(users[term.arg]) == 1 and term.arg not in outputs
            if not isinstance(inner, Sum) or not alone:
                terms.append(term)
                continue
            terms += [Term(t.arg, t.shift + term.shift, t.sign * term.sign) for t in inner.terms]
            value, fraction = inner.constant
            constant = _plus(constant, Raw(term.sign * value, fraction - term.shift))
        cells[number] = Sum(tuple(terms), constant, format=cell.format, bounds=cell.range)
    return Netlist(tuple(cells), netlist.inputs, netlist.outputs, netlist.tables).pruned()


def _plus(first: Raw, second: Raw) -> Raw:
    if not second.value:
        return first
    if not first.value:
        return second
    common = max(first.fraction, second.fraction)
    aligned = (number.value << (common - number.fraction) for number in (first, second))
    return Raw(sum(aligned), common)
