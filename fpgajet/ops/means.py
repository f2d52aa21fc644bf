"""NeighbourMean and MaskedMeanPool: means over the real ones, divided by a table over how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.masked import Masked, OfConstituents, OfNeighbours
from fpgajet.ops.operator import Shape
from fpgajet.ops.roles import TABLE_OVER_N, TensorRole


@dataclass(frozen=True)
class MaskedMean(Masked):
    """y_f = 2^-exponent r(n) sum_j e_j x_jf, rounded once, n = sum_j e_j.

    Inputs: ``x`` [..., N, F] and the bits ``e`` [..., N]. Tensor ``reciprocal`` [N + 1], r(0) ... r(N): a table
    of 1 / n (:func:`fpgajet.ops.tables.reciprocals`), or ones, where ``exponent`` alone divides.
    """

    tensors: ClassVar[dict[str, TensorRole]] = {"reciprocal": TABLE_OVER_N}
    function: ClassVar[str] = "masked_mean"

    exponent: int

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"reciprocal": (shapes[1][-1] + 1,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        x, bits = inputs
        total = a.note("sum", a.sum(a.gate(x, a.expand(bits, -1)), -2))
        reciprocal = a.lookup(tensors["reciprocal"], a.note("count", a.sum(bits, -1)))
        product = a.note("product", total * a.expand(reciprocal, -1))
        return a.quantise("output", a.note("mean", a.scale(product, -self.exponent)), self.output)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        *leading, columns, features = shapes[0]
        rows, bits = prod(leading), widths["input0"].bits
        lanes = Inventory(selectors=[Units(rows * columns * features, -(-bits // 2))])
        lanes.add_tree(rows * features, columns, bits)
        read = rows * columns * features * bits
        units = Inventory(shared=Shared(lanes, columns, read, reduces=True))
        units.divide(rows, features, columns, widths)
        units.requantise(rows * features, widths["mean"], self.output)
        return units


@dataclass(frozen=True)
class NeighbourMean(MaskedMean, OfNeighbours):
    """y_if = 2^-exponent r(n_i) sum_j e_ij x_ijf: the mean message of every constituent's neighbours.

    Inputs: ``x`` [..., N, N, F] and the graph's bits ``edges`` [..., N, N]. Output [..., N, F].
    Source: arXiv 2202.06941, section 2.4 (aggregation by mean).
    """


@dataclass(frozen=True)
class MaskedMeanPool(MaskedMean, OfConstituents):
    """y_f = 2^-exponent r(n) sum_i m_i x_if: the mean constituent of a jet.

    Inputs: ``x`` [..., N, F] and ``mask`` [..., N]. Output [..., F].
    """
