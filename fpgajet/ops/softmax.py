"""ClassSoftmax: probabilities of the classes from their scores, by tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.activation import MOST_BITS
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import CHANNELS, TABLE, Axes, TensorRole


@dataclass(frozen=True)
class ClassSoftmax(Operator):
    """p_k = r(t) e_k, e_k = x[q(max_l s_l - s_k)], t = sum_k e_k, rounded once.

    x is a table of exp(-d), so that one of the e is always x[0]; r is a table of 1 / t at the address q(t).
    Input ``s`` [..., K], K >= 2. Tensors: ``exponential`` [2^bits of ``argument``] and ``reciprocal`` [2^bits of
    ``denominator``], see :func:`fpgajet.ops.tables.softmax_tables`. Both addresses are unsigned and saturate.
    Output [..., K]: the order of the p_k is that of the s_k but for ties. (hls4ml has a layer Softmax of its own.)
    """

    tensors: ClassVar[dict[str, TensorRole]] = {"exponential": TABLE, "reciprocal": TABLE}
    function: ClassVar[str] = "softmax_of_scores"
    header: ClassVar[str] = "fpgajet_softmax.h"

    argument: FixedType
    denominator: FixedType
    classes: int

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(self.classes >= 2, "ClassSoftmax needs two scores or more")
        expect(
            tuple(shapes[0]) == (self.classes,), f"ClassSoftmax needs [{self.classes}], not {list(shapes[0])}"
        )
        for address in (self.argument, self.denominator):
            expect(
                not address.signed and address.bits <= MOST_BITS,
                f"addresses of ClassSoftmax are unsigned with at most {MOST_BITS} bits, not {address}",
            )
        return (self.classes,)

    def output_axes(self, *axes: Axes) -> Axes:
        return CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"exponential": (1 << self.argument.bits,), "reciprocal": (1 << self.denominator.bits,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        largest, left = inputs[0], self.classes
        while left > 1:  # a tree: neighbours are compared, and one without a neighbour waits
            x, y = (a.take(largest, np.arange(start, left - left % 2, 2), -1) for start in (0, 1))
            larger = a.select(a.less(x, y), y, x)
            if left % 2:
                larger = a.concat([larger, a.take(largest, np.array([left - 1]), -1)], -1)
            largest, left = larger, (left + 1) // 2
        distance = a.note("distance", largest - inputs[0])
        e = a.lookup(tensors["exponential"], self._address(a, "argument", distance, self.argument))
        total = a.note("total", a.sum(a.note("share", e), -1))
        r = a.lookup(tensors["reciprocal"], self._address(a, "denominator", total, self.denominator))
        return a.quantise("output", a.note("product", e * a.expand(r, -1)), self.output)

    def _address(self, a: Arithmetic[A], name: str, x: A, to: FixedType) -> A:
        return a.note(f"{name}_address", a.scale(a.quantise(name, x, to), to.fraction))

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "classes": self.classes,
            "exponential_entries": 1 << self.argument.bits,
            "reciprocal_entries": 1 << self.denominator.bits,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        k, score, share = self.classes, widths["input0"].bits, widths["share"].bits
        units = Inventory(adder_levels=2 * (k - 1).bit_length() + 2)
        units.selectors.append(Units(k - 1, -(-score // 2) * 2))
        units.adders.append(Units(k, widths["distance"].bits))
        units.requantise(k, widths["distance"], self.argument)
        units.tables.append(Units(k, share, self.argument.bits))
        units.add_tree(1, k, share)
        units.requantise(1, widths["total"], self.denominator)
        units.tables.append(Units(1, widths["reciprocal"].bits, self.denominator.bits))
        units.sum_of_products(k, 1, share, widths["reciprocal"].bits)
        units.requantise(k, widths["product"], self.output)
        return units
