"""Nodes that depend on one input, or on a few: two of them are equal if they agree for all values of these inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

import numpy as np

from fpgajet.fixed import Overflow
from fpgajet.prove.atoms import Values
from fpgajet.scalars import Op, Scalar, ScalarGraph
from fpgajet.scalars.evaluate import evaluate_all

#: Values of an input that are tried.
MOST_VALUES = 1 << 16
#: Inputs of a node that are looked at together.
MOST_INPUTS = 3


@dataclass
class SingleInputs:
    """Which inputs nodes of a graph depend on, and whether nodes agree for all values of these."""

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

    def few(self, *numbers: int) -> tuple[int, ...]:
        """The inputs that some nodes depend on together; none if there are more than :data:`MOST_INPUTS`."""
        found = frozenset().union(*(self._depends(number) for number in numbers))
        return tuple(sorted(found)) if len(found) <= MOST_INPUTS else ()

    def values(self, inputs: tuple[int, ...]) -> int:
        """How many values inputs have together."""
        nodes = [self.graph.nodes[number] for number in inputs]
        return prod(node.highest - node.lowest + 1 for node in nodes)

    def agree(self, first: int, second: int, factor: int, denominator: int, offset: int) -> bool:
        """Whether ``denominator * second = factor * first + offset`` for all values of the inputs of both."""
        nodes = [self.graph.nodes[number] for number in self.few(first, second)]
        if not nodes:
            return False
        grid = np.meshgrid(
            *(np.arange(n.lowest, n.highest + 1, dtype=np.int64) for n in nodes), indexing="ij"
        )
        every: Values = np.zeros((grid[0].size, max(node.number for node in nodes) + 1), dtype=np.int64)
        for node, given in zip(nodes, grid, strict=True):
            every[:, node.number] = given.ravel()
        values = evaluate_all(self.graph, np.array([first, second]), every)
        return bool((values[second] * denominator == values[first] * factor + offset).all())

    def _depends(self, number: int) -> frozenset[int]:
        """One input more than :data:`MOST_INPUTS` stands for any number of them."""
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
            self._inputs[at] = frozenset(sorted(found)[: MOST_INPUTS + 1])
        return self._inputs[number]


def wraps(graph: ScalarGraph, node: Scalar) -> bool:
    """Whether a node is a quantisation that some value of its argument overflows, and that wraps there."""
    to = node.precision
    if node.op is not Op.QUANTISE or to is None or to.overflow is not Overflow.WRAP:
        return False
    argument, shift = graph.nodes[node.arguments[0]], node.number - to.fraction
    ends = [end >> shift if shift >= 0 else end << -shift for end in (argument.lowest, argument.highest)]
    return ends[0] < to.lowest or ends[1] > to.highest
