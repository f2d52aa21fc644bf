"""CompleteGraph and KnnGraph: which constituents send messages to which, as bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import PAIRS, Axes


@dataclass(frozen=True)
class CompleteGraph(Operator):
    """e_ij = m_i m_j for i != j, else 0: every real constituent hears all others.

    Input ``mask`` [..., N]. Output [..., N, N] bits, i receives and j sends.
    """

    header: ClassVar[str] = "fpgajet_graphs.h"
    function: ClassVar[str] = "complete_graph"

    slots: int

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(shapes[-1] == (self.slots,), f"{self.op_type} needs a mask [{self.slots}], not {shapes[-1]}")
        return (self.slots, self.slots)

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIRS

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        return self.between_real(a, inputs[0], a.constant(np.ones((self.slots, self.slots))))

    def between_real(self, a: Arithmetic[A], mask: A, bits: A) -> A:
        """The bits where i and j are real and not the same."""
        others = a.constant(1.0 - np.eye(self.slots))
        bits = a.gate(a.gate(bits, a.expand(mask, -1)), a.expand(mask, -2))
        return a.gate(bits, others)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"slots": self.slots}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return Inventory(selectors=[Units(self.slots * (self.slots - 1) // 2, 1)])


@dataclass(frozen=True)
class KnnGraph(CompleteGraph):
    """The ``neighbours`` nearest real constituents of every real one, by a ranking network.

    rank_ij = number of real k, not i or j, with d_ik < d_ij, or d_ik = d_ij and k < j.
    e_ij = 1 where i != j are real and rank_ij < ``neighbours``, else 0.

    Inputs: ``distance`` d [..., N, N] (``channels`` = 0) or [..., N, N, E] (``channels`` = E, of which channel
    0 counts), smallest for the nearest, and ``mask`` [..., N]. Output [..., N, N] bits, not symmetric.
    Source: arXiv 2202.06941, section 2.4, static graph; the order of equal distances is our choice.
    """

    inputs: ClassVar[int] = 2
    function: ClassVar[str] = "knn_graph"

    channels: int
    neighbours: int

    def output_shape(self, *shapes: Shape) -> Shape:
        n = self.slots
        wanted = (n, n, self.channels) if self.channels else (n, n)
        expect(shapes[0] == wanted, f"KnnGraph needs distances {list(wanted)}, not {list(shapes[0])}")
        expect(1 <= self.neighbours < max(n, 2), f"KnnGraph cannot take {self.neighbours} of {n} neighbours")
        return super().output_shape(*shapes)

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        mask = inputs[1]
        d = a.take(inputs[0], 0, -1) if self.channels else inputs[0]
        n = self.slots
        j, k = np.triu_indices(n, 1)
        one, zero = a.constant(np.array(1.0)), a.constant(np.array(0.0))
        # For every i and every j < k: whether k comes before j. Otherwise, equal or not, j comes before k.
        later = a.less(a.take(d, k.astype(np.int64), -1), a.take(d, j.astype(np.int64), -1))
        both = a.concat([later, a.select(later, zero, one)], -1)
        before = a.take(both, _place(n), -1)  # [..., i, j, k]: k comes before j in the row of i
        others = np.ones((n, n, n))
        for axes in ((0, 1), (0, 2), (1, 2)):
            others *= np.expand_dims(1.0 - np.eye(n), ({0, 1, 2} - set(axes)).pop())
        before = a.gate(a.gate(before, a.expand(a.expand(mask, -2), -2)), a.constant(others))
        rank = a.note("rank", a.sum(before, -1))
        near = a.less(rank, a.constant(np.array(float(self.neighbours))))
        return self.between_real(a, mask, near)

    @property
    def reads_diagonal(self) -> bool:
        return False

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"slots": self.slots, "stride": max(self.channels, 1), "neighbours": self.neighbours}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, bits = self.slots, widths["input0"].bits
        units = super().inventory(shapes, widths)
        # A comparison takes two bits a LUT; then gates, counters of N - 2 bits, and a comparison of the rank.
        units.selectors.append(Units(n * (n - 1) * (n - 2) // 2, -(-bits // 2)))
        units.add_tree(n * (n - 1), max(n - 2, 1), 1)
        units.adder_levels += 2
        return units


def _place(n: int) -> np.ndarray:
    """Where [later, not later] holds whether k comes before j, [n (j), n (k)]; anywhere for j = k."""
    j, k = np.triu_indices(n, 1)
    place = np.zeros((n, n), dtype=np.int64)
    place[j, k] = np.arange(len(j))
    place[k, j] = len(j) + np.arange(len(j))
    return place
