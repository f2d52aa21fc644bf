"""Residual: a message is added to what it changes, each with a factor per channel, rounded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.dense import check_relu
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Units, Weights
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS, CONSTITUENT_CHANNELS, WEIGHT, Axes, Hook, TensorRole


@dataclass(frozen=True)
class Residual(Operator):
    """y_if = act(w_0f m_if + w_1f x_if + b_f), rounded once; act is max(y, 0) with ``relu`` = 1, nothing with 0.

    With both factors 1 this is BN(m + x) before training has folded the norm, whose scale both factors then hold.
    Inputs: ``m`` [..., N, F], or with ``shared`` = 1 one message [..., F] that all constituents hear, and
    ``x`` [..., N, F].
    Tensors: ``weight`` [2, F], ``bias`` [F]. Output [..., N, F].
    Source: the residual of the event-level networks of docs/events.md.
    """

    inputs: ClassVar[int] = 2
    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT, "bias": BIAS}
    hooks: ClassVar[tuple[Hook, ...]] = (Hook.BATCH_NORM,)
    function: ClassVar[str] = "residual"

    relu: int
    shared: int

    def output_shape(self, *shapes: Shape) -> Shape:
        check_relu(self.relu)
        message, x = (tuple(shape) for shape in shapes)
        wanted = x[1:] if self.shared else x
        expect(
            len(x) == 2 and message == wanted,
            f"Residual cannot take inputs of shape {list(message)} and {list(x)}",
        )
        return x

    def output_axes(self, *axes: Axes) -> Axes:
        return CONSTITUENT_CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (2, shapes[1][-1]), "bias": (shapes[1][-1],)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        message, x = inputs
        heard = message * a.take(tensors["weight"], 0, -2) + tensors["bias"]
        heard = a.note("heard", a.expand(heard, -2) if self.shared else heard)
        y = heard + x * a.take(tensors["weight"], 1, -2)
        y = a.note("accumulator", a.hook(Hook.BATCH_NORM, y))
        return a.quantise("output", a.relu(y) if self.relu else y, self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        points, features = shapes[1]
        heard = 1 if self.shared else points
        return {"points": points, "heard": heard, "features": features, "relu": self.relu}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self._counted(shapes, widths, Weights.unknown(2, shapes[1][-1]))

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        return self._counted(shapes, widths, Weights.known(tensors["weight"].raw))

    def _counted(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], weights: Weights
    ) -> Inventory:
        points, features = shapes[1]
        heard = 1 if self.shared else points
        count, weight = points * features, widths["weight"].bits
        units = Inventory(adder_levels=3)
        for row, (number, given) in enumerate([(heard, "input0"), (points, "input1")]):
            single = Weights(
                weights.nonzero[row : row + 1], None if weights.raw is None else weights.raw[row : row + 1]
            )
            units.constant_products.append(
                single.products(range(features), number, widths[given].bits, weight)
            )
        units.adders.append(Units(heard * features, widths["heard"].bits))
        units.adders.append(Units(count, widths["accumulator"].bits))
        units.activate(count, widths["accumulator"], self.output, self.relu)
        return units
