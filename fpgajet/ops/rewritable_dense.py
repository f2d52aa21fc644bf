"""RewritableDense: a linear layer whose weights lie in registers and can be replaced while the firmware runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.dense import Dense
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Shared
from fpgajet.ops.operator import Shape, expect
from fpgajet.ops.roles import BIAS_REGISTER, WEIGHT_REGISTER, TensorRole


@dataclass(frozen=True)
class RewritableDense(Dense):
    """y = act(W x + b) as :class:`Dense`, exact for every W and b of their types; input [F], output [G].

    Products are of two variables, so that zeros among the weights save nothing.
    """

    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT_REGISTER, "bias": BIAS_REGISTER}
    skips_diagonal: ClassVar[bool] = False

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(len(shapes) == 1 and len(shapes[0]) == 1, f"RewritableDense needs [F], not {list(shapes)}")
        return super().output_shape(*shapes)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units, features = Inventory(), shapes[0][-1]
        units.sum_of_products(self.width, features, widths["input0"].bits, widths["weight"].bits)
        units.add_tree(self.width, 2, widths["accumulator"].bits - 1)  # the bias
        units.activate(self.width, widths["accumulator"], self.output, self.relu)
        return Inventory(shared=Shared(units, 1, 0))

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        return self.inventory(shapes, widths)
