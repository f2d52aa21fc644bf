"""SpacetimeIntervals: the spacetime interval of all pairs of constituents, for every vector channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import PAIR_CHANNELS, Axes


@dataclass(frozen=True)
class SpacetimeIntervals(Operator):
    """x_ija = (dE)^2 - (dpx)^2 - (dpy)^2 - (dpz)^2 of v_i,a - v_j,a, for i < j, rounded once; 0 for i = j.

    Squares of differences, not v_i^2 + v_j^2 - 2 v_i v_j: a square costs half a product in logic, and a DSP
    block subtracts before it multiplies. Input ``v`` [..., N, 4] with ``channels`` = 0, else [..., N, V, 4],
    V = ``channels``, in GeV. Output [..., N, N, max(V, 1)] in GeV^2, symmetric.
    Source: arXiv 2202.06941, section 2.4.
    """

    op_type: ClassVar[str] = "Intervals"
    function: ClassVar[str] = "intervals"

    slots: int
    channels: int

    def output_shape(self, *shapes: Shape) -> Shape:
        check_vectors(self.op_type, shapes[0], self.slots, self.channels)
        return (self.slots, self.slots, max(self.channels, 1))

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIR_CHANNELS

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        return True

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        v = inputs[0] if self.channels else a.expand(inputs[0], -2)
        i, j, number = pairs_of(self.slots)
        difference = a.note("difference", a.take(v, i, -3) - a.take(v, j, -3))
        squares = a.note("square", difference * difference)
        momentum = a.sum(a.take(squares, np.array([1, 2, 3]), -1), -1)
        x = a.note("accumulator", a.take(squares, 0, -1) - momentum)
        apart = a.constant((i != j).astype(float)[:, None])
        return a.take(a.gate(a.quantise("output", x, self.output), apart), number, -2)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"slots": self.slots, "channels": max(self.channels, 1)}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, channels, bits = self.slots, max(self.channels, 1), widths["difference"].bits
        pairs = n * (n // 2) * channels  # the C++ deals out distances 1 ... N / 2 around a ring of slots
        lanes = Inventory(adders=[Units(4 * pairs, bits)], adder_levels=1)
        lanes.sum_of_products(pairs, 4, bits, bits)
        lanes.requantise(pairs, widths["accumulator"], self.output)
        read, used = 8 * pairs * widths["input0"].bits, (n - 1) / 2 / (n // 2) if n > 1 else 1.0
        return Inventory(shared=Shared(lanes, max(n // 2, 1), read, distinct=used))


def check_vectors(op_type: str, shape: Shape, slots: int, channels: int) -> None:
    """Raise ``ValueError`` unless the shape is [slots, 4] (``channels`` = 0) or [slots, channels, 4]."""
    wanted = (slots, channels, 4) if channels else (slots, 4)
    expect(tuple(shape) == wanted, f"{op_type} needs vectors {list(wanted)}, not {list(shape)}")
