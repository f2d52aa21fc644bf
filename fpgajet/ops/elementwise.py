"""Skip, Product, Join and Columns: shortcuts, gates, and choosing columns; each rounds once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import Axes, Axis


@dataclass(frozen=True)
class TwoInputs(Operator):
    """An operator on two stages with equal leading axes, [..., F] and [..., G]."""

    inputs: ClassVar[int] = 2
    header: ClassVar[str] = "fpgajet_elementwise.h"

    def output_axes(self, *axes: Axes) -> Axes:
        return axes[0]

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"points": prod(shapes[0][:-1]), "first": shapes[0][-1], "second": shapes[1][-1]}

    def check(self, shapes: Sequence[Shape], fits: bool) -> None:
        """Raise ``ValueError`` unless leading axes agree and ``fits``."""
        first, second = shapes
        expect(
            tuple(first[:-1]) == tuple(second[:-1]) and fits,
            f"{self.op_type} cannot take inputs of shape {list(first)} and {list(second)}",
        )


@dataclass(frozen=True)
class Skip(TwoInputs):
    """q(x + y), the shortcut "skip": inputs and output [..., F]."""

    function: ClassVar[str] = "skip_sum"

    def output_shape(self, *shapes: Shape) -> Shape:
        self.check(shapes, shapes[0] == shapes[1])
        return shapes[0]

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        return a.quantise("output", a.note("accumulator", inputs[0] + inputs[1]), self.output)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units = Inventory(adders=[Units(prod(shapes[0]), widths["accumulator"].bits)], adder_levels=1)
        units.requantise(prod(shapes[0]), widths["accumulator"], self.output)
        return units


@dataclass(frozen=True)
class Product(TwoInputs):
    """q(x y): ``x`` [..., F] times ``y`` [..., F], or [..., 1] for all features. Output [..., F]."""

    skips_diagonal: ClassVar[bool] = True
    function: ClassVar[str] = "elementwise_product"

    def output_shape(self, *shapes: Shape) -> Shape:
        self.check(shapes, shapes[1][-1] in (1, shapes[0][-1]))
        return shapes[0]

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        return all(inputs)

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        return a.quantise("output", a.note("accumulator", inputs[0] * inputs[1]), self.output)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units, count = Inventory(), prod(shapes[0])
        units.sum_of_products(count, 1, widths["input0"].bits, widths["input1"].bits)
        units.requantise(count, widths["accumulator"], self.output)
        return units


@dataclass(frozen=True)
class Join(TwoInputs):
    """[q(x), q(y)], the shortcut "concat": inputs [..., F] and [..., G], output [..., F + G]."""

    function: ClassVar[str] = "join_features"

    def output_shape(self, *shapes: Shape) -> Shape:
        self.check(shapes, True)
        return (*shapes[0][:-1], shapes[0][-1] + shapes[1][-1])

    def output_axes(self, *axes: Axes) -> Axes:
        return (*axes[0][:-1], Axis.CHANNEL)

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        return a.concat([a.quantise("output", x, self.output) for x in inputs], -1)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units = Inventory()
        for number, shape in enumerate(shapes):
            units.requantise(prod(shape), widths[f"input{number}"], self.output)
        return units


@dataclass(frozen=True)
class Columns(Operator):
    """q(x) of ``count`` columns from ``first`` on: input ``x`` [..., N, C], output [..., N, count]."""

    header: ClassVar[str] = "fpgajet_elementwise.h"
    function: ClassVar[str] = "take_columns"

    first: int
    count: int

    def output_shape(self, *shapes: Shape) -> Shape:
        given = shapes[0][-1]
        expect(
            self.first >= 0 and self.count >= 1 and self.first + self.count <= given,
            f"Columns cannot take {self.count} columns from number {self.first} on of {given}",
        )
        return (*shapes[0][:-1], self.count)

    def output_axes(self, *axes: Axes) -> Axes:
        return (*axes[0][:-1], Axis.CHANNEL)

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        index = np.arange(self.first, self.first + self.count)
        return a.quantise("output", a.take(inputs[0], index, -1), self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "points": prod(shapes[0][:-1]),
            "given": shapes[0][-1],
            "from": self.first,
            "count": self.count,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units = Inventory()
        units.requantise(prod(self.output_shape(*shapes)), widths["input0"], self.output)
        return units
