"""Activation: any function of one value, as a table whose contents are part of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType, Overflow
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.dense import points_of, rows_and_columns
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import TABLE, Axes, TensorRole

#: Address bits of the largest table: one value in a handful of LUTs, and no block RAM.
MOST_BITS = 10


@dataclass(frozen=True)
class Activation(Operator):
    """y = table[q(x)]: SiLU, tanh, softsign, sigmoid, or whatever the table says.

    Input ``x`` of any shape [..., F], requantised to ``argument`` (nothing happens where that is its type).
    Tensor ``table`` [2^bits of ``argument``]: entry k for the raw value k + lowest; see
    :func:`fpgajet.ops.tables.activation_table`. Output: like x, rounded to ``output`` if it is coarser.
    """

    skips_diagonal: ClassVar[bool] = True
    tensors: ClassVar[dict[str, TensorRole]] = {"table": TABLE}
    header: ClassVar[str] = "fpgajet_activation.h"
    function: ClassVar[str] = "activation_table"

    argument: FixedType

    def output_shape(self, *shapes: Shape) -> Shape:
        bits = self.argument.bits
        expect(bits <= MOST_BITS, f"Activation takes arguments of at most {MOST_BITS} bits, not {bits}")
        expect(self.argument.overflow is Overflow.SAT, "the argument of Activation saturates (AP_SAT)")
        return shapes[0]

    def output_axes(self, *axes: Axes) -> Axes:
        return axes[0]

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"table": (1 << self.argument.bits,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        x = a.scale(a.quantise("argument", inputs[0], self.argument), self.argument.fraction)
        index = a.note("index", x - a.constant(np.array(float(self.argument.lowest))))
        return a.quantise("output", a.lookup(tensors["table"], index), self.output)

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        return all(inputs)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        bits, zero = self.argument.bits, -self.argument.lowest
        return points_of(shapes[0]) | {"entries": 1 << bits, "address_bits": bits, "zero": zero}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        count, given = prod(shapes[0]), widths["input0"]
        lanes = Inventory(tables=[Units(count, widths["table"].bits, self.argument.bits)], adder_levels=1)
        lanes.requantise(count, given, self.argument)
        lanes.requantise(count, widths["table"], self.output)
        columns = rows_and_columns(shapes[0])[1]
        return Inventory(shared=Shared(lanes, columns, count * given.bits))
