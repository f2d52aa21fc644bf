"""LinEq2to2N: LinEq2to2 whose weights depend on the number of real slots, for nPELICAN_N."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Units, Weights
from fpgajet.ops.lin_eq_2to2 import AGGREGATORS, ROW_SUMS, TOTALS, Aggregator, LinEq2to2
from fpgajet.ops.operator import Shape, expect
from fpgajet.ops.roles import WEIGHT_OVER_N, TensorRole


@dataclass(frozen=True)
class LinEq2to2N(LinEq2to2):
    """:class:`LinEq2to2` with ``weight`` [M + 1, C, 6], a table over the number n of real slots.

    Factors (n / Nbar)^alpha of the means fold into it exactly, each entry a weight as any other. The weight of
    d itself is the same in every row: products with d stay products with constants.
    Source: arXiv 2310.16121, section 4 (N^alpha).
    """

    tensors: ClassVar[dict[str, TensorRole]] = LinEq2to2.tensors | {"weight": WEIGHT_OVER_N}

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        shape = (self.slots + 1, self.hidden, AGGREGATORS)
        return super().tensor_shapes(*shapes) | {"weight": shape}

    def check_tensors(self, tensors: Mapping[str, FixedArray]) -> None:
        super().check_tensors(tensors)
        of_d = tensors["weight"].raw[..., Aggregator.PAIR]
        expect(bool((of_d == of_d[:1]).all()), "LinEq2to2N: the weight of d must not depend on n")

    def mixing(self, a: Arithmetic[A], weight: A, n: A) -> list[A]:
        of_d = a.take(a.take(weight, 0, -3), Aggregator.PAIR, -1)
        of_jet = a.lookup(weight, n)
        of_rows = [a.expand(a.take(of_jet, b, -1), -2) for b in ROW_SUMS]
        return [of_d, *of_rows, *(a.take(of_jet, b, -1) for b in TOTALS)]

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return super().hls_constants(*shapes) | {"weight_rows": self.slots + 1}

    def counted(
        self, widths: Mapping[str, FixedType], weights: Weights, biased: NDArray[np.bool_]
    ) -> Inventory:
        units = super().counted(widths, weights, biased)
        units.products += units.constant_products  # of the sums; those of d are constant
        units.constant_products = []
        units.product_levels += 1
        tables = int(weights.nonzero[:, 1:].sum())
        units.tables.append(Units(tables, widths["weight"].bits, self.slots.bit_length()))
        return units
