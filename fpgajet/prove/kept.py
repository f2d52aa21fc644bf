"""Files from which a proof can be checked without fpgajet (``scripts/check_proof.py``).

A file is one operator. ``nodes`` is a list of ``[operation, arguments, numbers]``; arguments are places of earlier
nodes; the operations are those of :class:`fpgajet.scalars.Op`. ``numbers``: of an input its index, least and greatest
value; of a constant the value; of a shift the bits; of a quantisation the fraction bits of its argument and the type;
of a clip least and greatest value; of a look-up the entries. ``outputs`` are pairs of places: a value of the
reference, and that of the implementation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgajet.files import write_json
from fpgajet.scalars import Op, Scalar, ScalarGraph


def write_proof(path: Path, graph: ScalarGraph, expected: Sequence[int], found: Sequence[int]) -> None:
    """Write the operations of both sides.

    Args:
        path: of the file.
        graph: holds both.
        expected, found: nodes of the reference and of the implementation, as many.
    """
    needed = graph.needed([*expected, *found])
    places = {number: place for place, number in enumerate(needed)}
    nodes = []
    for number in needed:
        node = graph.nodes[number]
        nodes.append([node.op.value, [places[a] for a in node.arguments], _numbers(graph, node)])
    outputs = [[places[e], places[f]] for e, f in zip(expected, found, strict=True)]
    write_json(path, {"nodes": nodes, "outputs": outputs})


def _numbers(graph: ScalarGraph, node: Scalar) -> list[Any]:
    match node.op:
        case Op.INPUT:
            return [node.number, node.lowest, node.highest]
        case Op.CONSTANT | Op.SHIFT:
            return [node.number]
        case Op.LOOKUP:
            return list(graph.tables[node.number])
        case Op.QUANTISE:
            assert node.precision is not None
            to = node.precision
            names = {"rounding": to.rounding.value, "overflow": to.overflow.value}
            return [
                node.number,
                {"signed": int(to.signed), "bits": to.bits, "fraction": to.fraction} | names,
            ]
        case Op.CLIP:
            assert node.precision is not None
            return [node.precision.lowest, node.precision.highest]
    return []
