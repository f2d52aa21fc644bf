"""Comparison of two nodes by evaluating both for every value of the inputs that they read.

No algebra is needed where these are few: an activation, a logarithm, a table. Functions that differ in the names of
their inputs alone are compared once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod

import numpy as np

from fpgajet.prove.atoms import WIDEST
from fpgajet.prove.limit import check
from fpgajet.scalars import Op, ScalarGraph
from fpgajet.scalars.evaluate import Raw, compute

#: Values of the inputs that are tried for one comparison.
MOST_VALUES = 1 << 22
#: Those that are tried at a time.
CHUNK = 1 << 18


@dataclass
class Direct:
    """Compares nodes of a graph.

    Attributes:
        enumerations, assignments: functions that were compared, and values that this tried.
    """

    graph: ScalarGraph
    enumerations: int = 0
    assignments: int = 0
    _shapes: dict[object, int] = field(default_factory=dict)
    _known: dict[tuple[int, int], bool] = field(default_factory=dict)

    def equal(self, a: int, b: int) -> bool | None:
        """Whether two nodes are equal for all values of their inputs; None where these are too many."""
        if a == b:
            return True
        check()
        needed = self.graph.needed([a, b])
        nodes = [self.graph.nodes[n] for n in needed]
        ranges = {
            n: (node.lowest, node.highest)
            for n, node in zip(needed, nodes, strict=True)
            if node.op is Op.INPUT
        }
        size = prod(high - low + 1 for low, high in ranges.values())
        if size > MOST_VALUES or any(max(-node.lowest, node.highest) >= WIDEST for node in nodes):
            return None
        key = self._function(a, b, needed)
        if key not in self._known:
            self.enumerations += 1
            self.assignments += size
            starts = range(0, size, CHUNK)
            self._known[key] = all(self._agree(a, b, needed, ranges, start, size) for start in starts)
        return self._known[key]

    def _agree(
        self, a: int, b: int, needed: list[int], ranges: Mapping[int, tuple[int, int]], start: int, size: int
    ) -> bool:
        places = np.arange(start, min(start + CHUNK, size))
        values: dict[int, Raw] = {}
        for number in needed:
            node = self.graph.nodes[number]
            if node.op is Op.INPUT:
                low, high = ranges[number]
                values[number] = places % (high - low + 1) + low
                places = places // (high - low + 1)
            elif node.op is Op.CONSTANT:
                values[number] = np.asarray(node.number, dtype=np.int64)
            else:
                values[number] = compute(self.graph, node, *(values[x] for x in node.arguments))
        return bool((values[a] == values[b]).all())

    def _function(self, a: int, b: int, needed: list[int]) -> tuple[int, int]:
        """Equal for pairs of nodes that differ in the names of their inputs alone."""
        shapes: dict[int, int] = {}
        inputs = 0
        for number in needed:
            node = self.graph.nodes[number]
            if node.op is Op.INPUT:
                key: object = (Op.INPUT, inputs, node.lowest, node.highest)
                inputs += 1
            else:
                key = (node.op, tuple(shapes[x] for x in node.arguments), *node[2:])
            shapes[number] = self._shapes.setdefault(key, len(self._shapes))
        return shapes[a], shapes[b]
