"""Nodes of a scalar graph as polynomials."""

from __future__ import annotations

from fpgajet.prove import polynomials as poly
from fpgajet.prove.algebra import Algebra
from fpgajet.prove.atoms import WIDEST, Kind
from fpgajet.prove.polynomials import Polynomial
from fpgajet.scalars import Op, Scalar, ScalarGraph


def polynomial(a: Algebra, graph: ScalarGraph, node: Scalar, x: list[Polynomial]) -> Polynomial:
    """The polynomial of a node from those of its arguments.

    Raises:
        ValueError: a gate or a selection by more than a bit, or a number of more than 62 bits.
    """
    if max(-node.lowest, node.highest) >= WIDEST:
        raise ValueError(f"the range {node.lowest}..{node.highest} does not fit in 63 bits")
    for bit in {Op.GATE: node.arguments[1:], Op.SELECT: node.arguments[:1]}.get(node.op, ()):
        if not 0 <= graph.nodes[bit].lowest <= graph.nodes[bit].highest <= 1:
            raise ValueError(f"{node.op} by a number that is no bit")
    return a.merged(_operation(a, graph, node, x))


def _operation(  # noqa: PLR0911, PLR0912 - a row per operation
    a: Algebra, graph: ScalarGraph, node: Scalar, x: list[Polynomial]
) -> Polynomial:
    match node.op:
        case Op.INPUT:
            return a.single(Kind.INPUT, (node.number,), (), node.lowest, node.highest)
        case Op.CONSTANT:
            return poly.constant(node.number)
        case Op.ADD:
            return poly.add(x[0], x[1])
        case Op.SUBTRACT:
            return poly.add(x[0], x[1], -1)
        case Op.SHIFT:
            return poly.scale(x[0], 1 << node.number)
        case Op.MULTIPLY | Op.GATE:
            return poly.multiply(x[0], x[1], a.bits)
        case Op.SELECT:
            positive = _positive_part(a, *x)
            if positive is not None:
                return positive
            return poly.add(x[2], poly.multiply(x[0], poly.add(x[1], x[2], -1), a.bits))
        case Op.LESS:
            return a.negative(poly.add(x[0], x[1], -1))
        case Op.NONZERO:
            return a.nonzero(x[0])
        case Op.ABS:
            return a.abs(x[0])
        case Op.RELU:
            return a.relu(x[0])
        case Op.CLIP:
            return a.clip(x[0], node.lowest, node.highest)
        case Op.LOOKUP:
            return a.lookup(graph.tables[node.number], x[0])
        case Op.QUANTISE:
            assert node.precision is not None
            return a.quantise(x[0], node.number, node.precision)
    raise NotImplementedError(f"the scalar operation {node.op} has no algebra")


def _positive_part(
    a: Algebra, bit: Polynomial, chosen: Polynomial, otherwise: Polynomial
) -> Polynomial | None:
    """max(p, 0) written as a selection, ``p if p > 0 else 0`` or ``0 if p < 0 else p``; None if it is none."""
    if not any(a.atoms[atom].kind is Kind.NEGATIVE for atom in poly.atoms_of(bit)):
        return None
    if not chosen and bit == a.negative(otherwise):
        return a.relu(otherwise)
    if not otherwise and bit == a.negative(poly.scale(chosen, -1)):
        return a.relu(chosen)
    return None
