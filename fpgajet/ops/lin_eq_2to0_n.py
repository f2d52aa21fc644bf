"""LinEq2to0N: LinEq2to0 whose weights depend on the number of real slots, for nPELICAN_N."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units, Weights
from fpgajet.ops.lin_eq_2to0 import LinEq2to0
from fpgajet.ops.operator import Shape
from fpgajet.ops.roles import WEIGHT_OVER_N, TensorRole


@dataclass(frozen=True)
class LinEq2to0N(LinEq2to0):
    """:class:`LinEq2to0` with ``weight`` [M + 1, C, 2 K], a table over the number n of real slots.

    Factors (n / Nbar)^alpha of sum and trace fold into it exactly, each entry a weight as any other.
    Source: arXiv 2310.16121, section 4 (N^alpha).
    """

    tensors: ClassVar[dict[str, TensorRole]] = LinEq2to0.tensors | {"weight": WEIGHT_OVER_N}

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return super().tensor_shapes(*shapes) | {"weight": (self.slots + 1, self.hidden, 2 * self.scores)}

    def weights(self, a: Arithmetic[A], weight: A, n: A) -> A:
        return a.lookup(weight, n)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return super().hls_constants(*shapes) | {"weight_rows": self.slots + 1}

    def counted(self, widths: Mapping[str, FixedType], weights: Weights) -> Inventory:
        units = super().counted(widths, weights)
        units.products += units.constant_products
        units.constant_products = []
        units.product_levels += 1
        tables = int(weights.nonzero.sum())
        units.tables.append(Units(tables, widths["weight"].bits, self.slots.bit_length()))
        return units
