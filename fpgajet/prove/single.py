"""Nodes that depend on one input only: two of them are equal if they agree for every value of that input."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fpgajet.fixed import Overflow
from fpgajet.prove.atoms import Values
from fpgajet.scalars import Op, Scalar, ScalarGraph
from fpgajet.scalars.evaluate import evaluate_all

#: Values of an input that are tried.
MOST_VALUES = 1 << 16


@dataclass
class SingleInputs:
    """Which nodes of a graph depend on one input, and their values for all values of it."""

    graph: ScalarGraph
    _inputs: dict[int, frozenset[int]] = field(default_factory=dict)

    def of(self, number: int) -> int | None:
        """The node of the one input, of few values, that a node depends on; None if there are several or none."""
        found = self._depends(number)
        if len(found) != 1:
            return None
        (only,) = found
        node = self.graph.nodes[only]
        return only if node.highest - node.lowest < MOST_VALUES else None

    def agree(self, first: int, second: int, factor: int, denominator: int, offset: int) -> bool:
        """Whether ``denominator * second = factor * first + offset`` for every value of the input of both."""
        only = self.of(first)
        if only is None or only != self.of(second):
            return False
        node = self.graph.nodes[only]
        every: Values = np.arange(node.lowest, node.highest + 1, dtype=np.int64)
        # The one input that is read has its values; the others are not read.
        inputs = np.broadcast_to(every[:, None], (len(every), node.number + 1))
        values = evaluate_all(self.graph, np.array([first, second]), inputs)
        return bool((values[second] * denominator == values[first] * factor + offset).all())

    def size(self, number: int) -> int:
        """Values that a comparison tries."""
        only = self.of(number)
        assert only is not None
        return self.graph.nodes[only].highest - self.graph.nodes[only].lowest + 1

    def _depends(self, number: int) -> frozenset[int]:
        """Two inputs stand for any number of them."""
        waiting = [number]
        while waiting:
            at = waiting[-1]
            node = self.graph.nodes[at]
            missing = [argument for argument in node.arguments if argument not in self._inputs]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            found = frozenset([at] if node.op is Op.INPUT else []).union(
                *(self._inputs[a] for a in node.arguments)
            )
            self._inputs[at] = frozenset(sorted(found)[:2])
        return self._inputs[number]


def wraps(graph: ScalarGraph, node: Scalar) -> bool:
    """Whether a node is a quantisation that some value of its argument overflows, and that wraps there."""
    to = node.precision
    if node.op is not Op.QUANTISE or to is None or to.overflow is not Overflow.WRAP:
        return False
    argument, shift = graph.nodes[node.arguments[0]], node.number - to.fraction
    ends = [end >> shift if shift >= 0 else end << -shift for end in (argument.lowest, argument.highest)]
    return ends[0] < to.lowest or ends[1] > to.highest
