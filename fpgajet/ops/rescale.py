"""Rescale: a factor and a summand of its own for every feature, rounded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.dense import check_relu
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS, WEIGHT, Axes, Axis, TensorRole


@dataclass(frozen=True)
class Rescale(Operator):
    """y_f = act(w_f x_f + b_f), rounded once; act is max(y, 0) with ``relu`` = 1, nothing with 0.

    Scales of foreign models that are no powers of two, batch normalisation, and quantisers behind one another. Input
    ``x`` [..., F]. Tensors: ``weight`` [F], ``bias`` [F]. Output [..., F].
    """

    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT, "bias": BIAS}
    header: ClassVar[str] = "fpgajet_rescale.h"
    function: ClassVar[str] = "rescale_features"

    relu: int

    def output_shape(self, *shapes: Shape) -> Shape:
        check_relu(self.relu)
        expect(len(shapes) == 1 and 1 <= len(shapes[0]) <= 3, f"Rescale needs [..., F], not {list(shapes)}")
        return shapes[0]

    def output_axes(self, *axes: Axes) -> Axes:
        return (*axes[0][:-1], Axis.CHANNEL)

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": shapes[0][-1:], "bias": shapes[0][-1:]}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        product = a.note("product", inputs[0] * tensors["weight"])
        y = a.note("accumulator", product + tensors["bias"])
        return a.quantise("output", a.relu(y) if self.relu else y, self.output)

    @staticmethod
    def zeros(tensors: Mapping[str, FixedArray]) -> FixedArray | None:
        """How many low bits of each feature of the result are 0, beside those that are 0 in x, where that is known.

        It is where x is multiplied by whole powers of two and nothing is added.
        """
        weight, fraction = tensors["weight"].raw, tensors["weight"].fraction
        if tensors["bias"].raw.any() or (weight <= 0).any() or (weight & (weight - 1)).any() or fraction:
            return None
        return FixedArray(np.log2(weight).astype(np.int64), 0)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"points": prod(shapes[0][:-1]), "features": shapes[0][-1], "relu": self.relu}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self._counted(shapes, widths, shapes[0][-1], shapes[0][-1])

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        # A power of two moves the binary point, which takes no hardware.
        size = np.abs(tensors["weight"].raw)
        products, sums = np.count_nonzero(size & (size - 1)), np.count_nonzero(tensors["bias"].raw)
        return self._counted(shapes, widths, int(products), int(sums))

    def _counted(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], products: int, sums: int
    ) -> Inventory:
        points, count = prod(shapes[0][:-1]), prod(shapes[0])
        units = Inventory()
        if sums:
            units.adders, units.adder_levels = [Units(points * sums, widths["accumulator"].bits)], 1
        if products:
            units.sum_of_products(points * products, 1, widths["input0"].bits, widths["weight"].bits)
        units.activate(count, widths["accumulator"], self.output, self.relu)
        return units
