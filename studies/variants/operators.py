"""What a trained nanoPELICAN avoids, written as operators. For Verilog alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops import DotProducts, LinEq2to2
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Operator, Shape
from fpgajet.ops.roles import Axes

#: Low bits of the input that a weight is read from, where nothing else is said.
WEIGHT = FixedType(signed=True, bits=6, fraction=14)
#: Of a batch normalisation: 8 bits with three signed powers of two, as 8 bits have on average; -37 LSB.
SCALE, SHIFT = 73 / 128, -37


@dataclass(frozen=True)
class _Variant(Operator):
    """No constants, no C++, no estimate."""

    def output_axes(self, *axes: Axes) -> Axes:
        return axes[0]

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        raise NotImplementedError

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        raise NotImplementedError


@dataclass(frozen=True)
class Rows(_Variant):
    """Rows ``start``, ``start`` + 1, ... of the input: wires."""

    start: int
    rows: int

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.rows, *shapes[0][1:])

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        rows = np.arange(self.start, self.start + self.rows)
        return a.quantise("output", a.take(inputs[0], rows, -2), self.output)


@dataclass(frozen=True)
class OrderedDots(DotProducts):
    """p_i . q_j for every ordered pair, from two inputs: no flow can find out that d_ij = d_ji."""

    inputs = 2

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.slots, self.slots)

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        products = a.expand(inputs[0], -2) * a.expand(inputs[1], -3)
        momentum = a.sum(a.take(products, np.array([1, 2, 3]), -1), -1)
        return a.quantise("output", a.take(products, 0, -1) - momentum, self.output)


@dataclass(frozen=True)
class BatchNorm(_Variant):
    """SCALE x_ijc + SHIFT, rounded once, for every real pair. Inputs: x [M, M, C], or symmetric [M, M]; mask [M]."""

    inputs = 2
    slots: int
    channels: int

    def output_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        x, mask = inputs
        scale, shift = (a.constant(np.array(value)) for value in (SCALE, SHIFT * self.output.lsb))
        if self.channels:
            gated = a.quantise("output", x * scale + shift, self.output)
            for axis in (-1, -2):
                gated = a.gate(gated, a.expand(a.expand(mask, -1), axis))
            return gated
        slots = self.slots
        i, j, number = pairs_of(slots)
        upper = a.take(a.concat([a.take(x, k, -2) for k in range(slots)], -1), i * slots + j, -1)
        gated = a.quantise("output", upper * scale + shift, self.output)
        for index in (i, j):
            gated = a.gate(gated, a.take(mask, index, -1))
        return a.take(gated, number, -1)


@dataclass(frozen=True)
class WeightsFromInput(LinEq2to2):
    """LinEq2to2 with its weights as a third input [rows, 4], C times 6 numbers: they are no constants any more."""

    inputs = 3
    weight: FixedType = WEIGHT

    def output_shape(self, *shapes: Shape) -> Shape:
        return super().output_shape(*shapes[:2])

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        rows = range(self.hidden * 6 // 4)
        numbers = a.concat([a.take(inputs[2], k, -2) for k in rows], -1)
        index = np.arange(self.hidden * 6).reshape(self.hidden, 6)
        weight = a.quantise("weight", a.scale(a.take(numbers, index, -1), -10), self.weight)
        return super().forward(a, inputs, {**tensors, "weight": weight})

    def mixing(self, a: Arithmetic[A], weight: A, n: A) -> list[A]:
        of_d, *others = (a.take(weight, b, -1) for b in range(6))
        of_rows = [a.expand(w, -2) for w in others[:3]]
        return [a.expand(a.expand(of_d, -2), -3), *of_rows, *others[3:]]
