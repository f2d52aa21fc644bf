"""ConstituentSum and ConstituentMax over all constituents, and FlatConstituents: constituents in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import CHANNELS, Axes


@dataclass(frozen=True)
class OverConstituents(Operator):
    """An operator that takes ``x`` [..., N, F] to features of the jet."""

    header: ClassVar[str] = "fpgajet_pooling.h"

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(len(shapes) == 1 and len(shapes[0]) == 2, f"{self.op_type} needs [N, F], not {list(shapes)}")
        return shapes[0][1:]

    def output_axes(self, *axes: Axes) -> Axes:
        return CHANNELS

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"constituents": shapes[0][0], "features": shapes[0][1]}


@dataclass(frozen=True)
class ConstituentSum(OverConstituents):
    """y_f = q(sum_i x_if), over every slot, empty or not. Input [..., N, F], output [..., F].

    Source: arXiv 1810.05165, equation 2.1 (deep sets of constituents).
    """

    function: ClassVar[str] = "sum_pool"

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        return a.quantise("output", a.note("sum", a.sum(inputs[0], -2)), self.output)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        constituents, features = shapes[0]
        units = Inventory()
        units.add_tree(features, constituents, widths["input0"].bits)
        units.requantise(features, widths["sum"], self.output)
        return units


@dataclass(frozen=True)
class ConstituentMax(OverConstituents):
    """y_f = q(max_i x_if), over every slot. Input [..., N, F], output [..., F]."""

    function: ClassVar[str] = "max_pool"

    constituents: int

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(
            shapes[0][0] == self.constituents,
            f"ConstituentMax needs [{self.constituents}, F], not {list(shapes)}",
        )
        return super().output_shape(*shapes)

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        rows = [a.take(inputs[0], i, -2) for i in range(self.constituents)]
        while len(rows) > 1:
            pairs = zip(rows[::2], rows[1::2], strict=False)
            rows = [a.select(a.less(x, y), y, x) for x, y in pairs] + rows[len(rows) // 2 * 2 :]
        return a.quantise("output", rows[0], self.output)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        constituents, features = shapes[0]
        count, bits = features * (constituents - 1), widths["input0"].bits
        levels = max(constituents - 1, 0).bit_length()
        units = Inventory(
            adders=[Units(count, bits + 1)], selectors=[Units(count, -(-bits // 2))], adder_levels=levels
        )
        units.requantise(features, widths["input0"], self.output)
        return units


@dataclass(frozen=True)
class FlatConstituents(OverConstituents):
    """[q(x_1), ..., q(x_N)]: the constituents in a row. Input [..., N, F], output [..., N F]."""

    function: ClassVar[str] = "flatten_constituents"

    constituents: int

    def output_shape(self, *shapes: Shape) -> Shape:
        super().output_shape(*shapes)
        expect(
            shapes[0][0] == self.constituents,
            f"FlatConstituents needs [{self.constituents}, F], not {list(shapes)}",
        )
        return (shapes[0][0] * shapes[0][1],)

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        rows = [a.take(inputs[0], i, -2) for i in range(self.constituents)]
        return a.quantise("output", a.concat(rows, -1), self.output)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units = Inventory()
        units.requantise(shapes[0][0] * shapes[0][1], widths["input0"], self.output)
        return units
