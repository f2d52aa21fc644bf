"""MaskedMaxPool and NeighbourMax: the largest of the real ones, feature by feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.masked import Masked, OfConstituents, OfNeighbours
from fpgajet.ops.operator import Shape, expect


def largest_real(a: Arithmetic[A], x: A, real: A, slots: int) -> tuple[A, A]:
    """The largest of x [..., slots, F] that are real, and whether there is one, [..., F] each; without one, any value.

    ``real`` [..., slots, 1] may have fewer rows than x, which then share it.
    """
    left = slots
    while left > 1:  # a tree: neighbours are compared, and one without a neighbour waits
        first, second = (np.arange(start, left - left % 2, 2) for start in (0, 1))
        larger, found = _larger(
            a,
            a.take(x, first, -2),
            a.take(real, first, -2),
            a.take(x, second, -2),
            a.take(real, second, -2),
        )
        if left % 2:
            last = np.array([left - 1])
            larger = a.concat([larger, a.take(x, last, -2)], -2)
            found = a.concat([found, a.take(real, last, -2)], -2)
        x, real, left = larger, found, (left + 1) // 2
    return a.take(x, 0, -2), a.take(real, 0, -2)


def _larger(a: Arithmetic[A], x: A, x_real: A, y: A, y_real: A) -> tuple[A, A]:
    """The larger of x and y as far as they are real, and whether one is."""
    one = a.constant(np.ones(1))
    takes_y = a.gate(a.select(x_real, a.less(x, y), one), y_real)
    return a.select(takes_y, y, x), a.select(x_real, one, y_real)


@dataclass(frozen=True)
class MaskedMax(Masked):
    """y_f = max of x_jf over all j with e_j = 1, rounded once; 0 where there is no such j.

    Inputs: ``x`` [..., N, F] and the bits ``e`` [..., N], N = ``slots``.
    """

    function: ClassVar[str] = "masked_max"

    slots: int

    def check(self, shapes: Sequence[Shape], rank: int) -> None:
        super().check(shapes, rank)
        expect(
            shapes[1][-1] == self.slots, f"{self.op_type} of {self.slots} slots cannot take {shapes[1][-1]}"
        )

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        largest, found = largest_real(a, inputs[0], a.expand(inputs[1], -1), self.slots)
        return a.quantise("output", a.gate(largest, found), self.output)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        *leading, columns, features = shapes[0]
        rows, bits = prod(leading), widths["input0"].bits
        # A comparison takes two bits a LUT, a selection as well, and one LUT looks at the two masks.
        logic = -(-bits // 2) * 2 + 1
        lanes = Inventory(
            selectors=[Units(rows * features * (columns - 1), logic)],
            adder_levels=2 * (columns - 1).bit_length(),
        )
        units = Inventory(shared=Shared(lanes, columns, rows * columns * features * bits, reduces=True))
        units.requantise(rows * features, widths["input0"], self.output)
        return units


@dataclass(frozen=True)
class NeighbourMax(MaskedMax, OfNeighbours):
    """y_if = max_j x_ijf over the neighbours j of i: the largest message that a constituent gets.

    Inputs: ``x`` [..., N, N, F] and the graph's bits ``edges`` [..., N, N]. Output [..., N, F].
    Source: arXiv 2202.06941, section 2.4 (the aggregation is a hyperparameter).
    """


@dataclass(frozen=True)
class MaskedMaxPool(MaskedMax, OfConstituents):
    """y_f = max_i x_if over the real constituents i of a jet.

    Inputs: ``x`` [..., N, F] and ``mask`` [..., N]. Output [..., F].
    Source: arXiv 1703.06114, theorem 2 (deep sets), with the largest in place of the sum.
    """
