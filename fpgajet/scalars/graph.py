"""Nodes of the scalar graph: integers, their exact operations, and the range of every result.

A node is an integer without a binary point: where the point lies is known to the arrays that hold nodes
(:mod:`fpgajet.scalars.arithmetic`). Nodes are numbered in an order in which they can be computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fpgajet.fixed import EXACT_BITS, FixedType, Overflow, requantise
from fpgajet.scalars.node import Op, Scalar


class ScalarGraph:
    """A growing, hash-consed graph. Methods return the number of a node."""

    def __init__(self) -> None:
        self.nodes: list[Scalar] = []
        self.tables: list[tuple[int, ...]] = []
        self._known: dict[tuple[Op, tuple[int, ...], int, FixedType | None], int] = {}
        self._known_tables: dict[tuple[int, ...], int] = {}

    # -- leaves ----------------------------------------------------------------------------------

    def input(self, index: int, precision: FixedType) -> int:
        """Input ``index``, any raw value of its type.

        Raises:
            ValueError: the input is known with another range.
        """
        return self.variable(index, precision.lowest, precision.highest)

    def variable(self, index: int, lowest: int, highest: int) -> int:
        """Input ``index``, any integer of a range.

        Raises:
            ValueError: the input is known with another range.
        """
        number = self._node(Op.INPUT, (), index, None, lowest, highest)
        node = self.nodes[number]
        if (node.lowest, node.highest) != (lowest, highest):
            raise ValueError(
                f"input {index} is known with range {node.lowest}..{node.highest}, not {lowest}..{highest}"
            )
        return number

    def constant(self, value: int) -> int:
        """A known integer."""
        return self._node(Op.CONSTANT, (), int(value), None, int(value), int(value))

    def table(self, entries: Iterable[int]) -> int:
        """Index of a look-up table; equal tables are one."""
        key = tuple(int(entry) for entry in entries)
        if key not in self._known_tables:
            self._known_tables[key] = len(self.tables)
            self.tables.append(key)
        return self._known_tables[key]

    # -- exact arithmetic ------------------------------------------------------------------------

    def add(self, x: int, y: int) -> int:
        """x + y."""
        a, b = self.nodes[x], self.nodes[y]
        if a.lowest == a.highest == 0:
            return y
        if b.lowest == b.highest == 0:
            return x
        return self._folded(
            Op.ADD, (min(x, y), max(x, y)), 0, None, a.lowest + b.lowest, a.highest + b.highest
        )

    def subtract(self, x: int, y: int) -> int:
        """x - y."""
        a, b = self.nodes[x], self.nodes[y]
        if b.lowest == b.highest == 0:
            return x
        if x == y:
            return self.constant(0)
        return self._folded(Op.SUBTRACT, (x, y), 0, None, a.lowest - b.highest, a.highest - b.lowest)

    def multiply(self, x: int, y: int) -> int:
        """x * y; a constant power of two is a shift."""
        a, b = self.nodes[x], self.nodes[y]
        if a.lowest == a.highest:
            x, y, a, b = y, x, b, a
        if b.lowest == b.highest:
            factor = b.lowest
            if factor == 0:
                return self.constant(0)
            if factor > 0 and factor & (factor - 1) == 0:
                return self.shift(x, factor.bit_length() - 1)
        corners = [p * q for p in (a.lowest, a.highest) for q in (b.lowest, b.highest)]
        if x == y:  # a square
            corners = [a.lowest**2, a.highest**2] + ([0] if a.lowest < 0 < a.highest else [])
        return self._folded(Op.MULTIPLY, (min(x, y), max(x, y)), 0, None, min(corners), max(corners))

    def shift(self, x: int, bits: int) -> int:
        """x * 2**bits, bits >= 0.

        Raises:
            ValueError: ``bits`` is negative, which would round.
        """
        if bits < 0:
            raise ValueError("only a quantiser rounds")
        a = self.nodes[x]
        if bits == 0:
            return x
        return self._folded(Op.SHIFT, (x,), bits, None, a.lowest << bits, a.highest << bits)

    # -- rounding and decisions ------------------------------------------------------------------

    def quantise(self, x: int, fraction: int, to: FixedType) -> int:
        """Raw value of ``to`` from ``x`` with ``fraction`` fraction bits: one rounding, then the overflow rule."""
        a = self.nodes[x]
        finer = to.fraction - fraction
        if finer >= 0 and to.lowest <= a.lowest << finer and a.highest << finer <= to.highest:
            return self.shift(x, finer)
        roomy = FixedType(True, EXACT_BITS, to.fraction, to.rounding, Overflow.SAT)
        lowest, highest = requantise(np.array([a.lowest, a.highest], dtype=object), fraction, roomy)
        if to.overflow is Overflow.WRAP and (lowest < to.lowest or highest > to.highest):
            lowest, highest = to.lowest, to.highest
        lowest, highest = (int(min(max(bound, to.lowest), to.highest)) for bound in (lowest, highest))
        return self._folded(Op.QUANTISE, (x,), fraction, to, lowest, highest)

    def clip(self, x: int, to: FixedType) -> int:
        """``x`` itself where it is a raw value of ``to``, as is promised wherever the result counts.

        Elsewhere the nearest value, so that an address stays inside its table.
        """
        a = self.nodes[x]
        if a.lowest >= to.lowest and a.highest <= to.highest:
            return x
        lowest, highest = (min(max(bound, to.lowest), to.highest) for bound in (a.lowest, a.highest))
        return self._folded(Op.CLIP, (x,), 0, to, lowest, highest)

    def relu(self, x: int) -> int:
        """max(x, 0)."""
        a = self.nodes[x]
        if a.lowest >= 0:
            return x
        return self._folded(Op.RELU, (x,), 0, None, 0, max(a.highest, 0))

    def abs(self, x: int) -> int:
        """|x|."""
        a = self.nodes[x]
        if a.lowest >= 0:
            return x
        lowest = max(-a.highest, 0)
        return self._folded(Op.ABS, (x,), 0, None, lowest, max(-a.lowest, a.highest))

    def nonzero(self, x: int) -> int:
        """1 where x is not 0, else 0."""
        a = self.nodes[x]
        if (a.lowest, a.highest) == (0, 1):
            return x
        certain = int(a.lowest > 0 or a.highest < 0)
        return self._folded(Op.NONZERO, (x,), 0, None, certain, int(a.lowest != 0 or a.highest != 0))

    def gate(self, x: int, bit: int) -> int:
        """x where ``bit`` is 1, else 0."""
        a, b = self.nodes[x], self.nodes[bit]
        if b.lowest == b.highest:
            return x if b.lowest else self.constant(0)
        if a.lowest == a.highest == 0:
            return x
        return self._folded(Op.GATE, (x, bit), 0, None, min(a.lowest, 0), max(a.highest, 0))

    def less(self, x: int, y: int) -> int:
        """1 where x < y, else 0."""
        a, b = self.nodes[x], self.nodes[y]
        return self._folded(
            Op.LESS, (x, y), 0, None, int(a.highest < b.lowest), int(a.lowest < b.highest and x != y)
        )

    def select(self, bit: int, x: int, y: int) -> int:
        """x where ``bit`` is 1, else y."""
        c, a, b = self.nodes[bit], self.nodes[x], self.nodes[y]
        if x == y:
            return x
        if c.lowest == c.highest:
            return x if c.lowest else y
        lowest, highest = min(a.lowest, b.lowest), max(a.highest, b.highest)
        return self._folded(Op.SELECT, (bit, x, y), 0, None, lowest, highest)

    def lookup(self, table: int, index: int) -> int:
        """Entry ``index`` of a table.

        Raises:
            ValueError: the index can leave the table.
        """
        a, entries = self.nodes[index], self.tables[table]
        if a.lowest < 0 or a.highest >= len(entries):
            raise ValueError(f"a table of {len(entries)} entries is read at {a.lowest}..{a.highest}")
        reached = entries[a.lowest : a.highest + 1]
        return self._folded(Op.LOOKUP, (index,), table, None, min(reached), max(reached))

    # -- the graph as a whole --------------------------------------------------------------------

    def needed(self, outputs: Iterable[int]) -> list[int]:
        """Numbers of the nodes that the outputs depend on, in order."""
        wanted: set[int] = set()
        found = list(outputs)
        while found:
            number = found.pop()
            if number not in wanted:
                wanted.add(number)
                found += self.nodes[number].arguments
        return sorted(wanted)

    def _folded(
        self,
        op: Op,
        arguments: Sequence[int],
        number: int,
        precision: FixedType | None,
        lowest: int,
        highest: int,
    ) -> int:
        """A node, or the constant that it always is."""
        if lowest == highest:
            return self.constant(lowest)
        return self._node(op, tuple(arguments), number, precision, lowest, highest)

    def _node(
        self,
        op: Op,
        arguments: tuple[int, ...],
        number: int,
        precision: FixedType | None,
        lowest: int,
        highest: int,
    ) -> int:
        key = (op, arguments, number, precision)
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(Scalar(op, arguments, number, precision, lowest, highest))
        return self._known[key]
