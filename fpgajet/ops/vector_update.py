"""VectorUpdate: every vector moves towards or away from its neighbours', by scalar weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import TABLE_OVER_N, Axes, Axis, TensorRole
from fpgajet.ops.spacetime_intervals import check_vectors


@dataclass(frozen=True)
class VectorUpdate(Operator):
    """v_i,a + 2^-exponent r(n_i) sum_j e_ij w_ij,a (v_i,a - v_j,a), n_i = sum_j e_ij, rounded once.

    The sum is split, (sum_j e_ij w_ij) v_i - sum_j e_ij w_ij v_j: no difference of a pair is needed.
    Inputs: ``v`` [..., N, 4] with ``channels`` = 0, which all output channels start from, else [..., N, V, 4]
    with V = ``channels``, in GeV; ``weights`` w [..., N, N, V]; the graph's bits ``edges`` [..., N, N].
    Tensor ``reciprocal`` [N + 1], see :class:`fpgajet.ops.means.MaskedMean`. Output [..., N, V, 4] in GeV; its
    type bounds the growth over iterations, by saturation. Source: arXiv 2202.06941, section 2.4.
    """

    skips_diagonal: ClassVar[bool] = True
    inputs: ClassVar[int] = 3
    tensors: ClassVar[dict[str, TensorRole]] = {"reciprocal": TABLE_OVER_N}
    function: ClassVar[str] = "vector_update"

    channels: int
    exponent: int

    def output_shape(self, *shapes: Shape) -> Shape:
        v, weights, edges = shapes
        n, channels = v[0], weights[-1]
        check_vectors(self.op_type, v, n, self.channels)
        expect(
            self.channels in (0, channels) and weights == (n, n, channels) and edges == (n, n),
            f"VectorUpdate cannot take vectors {list(v)}, weights {list(weights)} and edges {list(edges)}",
        )
        return (n, channels, 4)

    def output_axes(self, *axes: Axes) -> Axes:
        return (Axis.CONSTITUENT, Axis.CHANNEL, Axis.COMPONENT)

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"reciprocal": (shapes[0][0] + 1,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        v, weights, edges = inputs
        v = v if self.channels else a.expand(v, -2)  # [..., N, V or 1, 4]
        gated = a.gate(weights, a.expand(edges, -1))
        total = a.note("total_weight", a.sum(gated, -2))  # [..., N, V]
        products = a.note("weighted", a.expand(gated, -1) * a.expand(v, -4))  # [..., N, N, V, 4]
        pulled = a.note("pulled", a.sum(products, -3))
        difference = a.note("sum", a.expand(total, -1) * v - pulled)
        reciprocal = a.lookup(tensors["reciprocal"], a.note("count", a.sum(edges, -1)))
        product = a.note("product", difference * a.expand(a.expand(reciprocal, -1), -1))
        moved = a.note("accumulator", v + a.note("step", a.scale(product, -self.exponent)))
        return a.quantise("output", moved, self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"slots": shapes[0][0], "given": max(self.channels, 1), "channels": shapes[1][-1]}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, channels = shapes[0][0], shapes[1][-1]
        vector, weight = widths["input0"].bits, widths["input1"].bits
        lanes = Inventory(selectors=[Units(n * n * channels, -(-weight // 2))])
        lanes.add_tree(n * channels, n, weight)  # not on the longest path
        lanes.adder_levels = 0
        lanes.sum_of_products(n * n * channels * 4, 1, vector, weight)
        lanes.add_tree(n * channels * 4, n, vector + weight)
        read = n * n * channels * weight + n * channels * 4 * vector
        units = Inventory(shared=Shared(lanes, n, read, reduces=True))
        units.sum_of_products(n * channels * 4, 1, vector, widths["total_weight"].bits)
        units.adders.append(Units(n * channels * 4, widths["sum"].bits))
        units.divide(n, channels * 4, n, widths)
        units.adders.append(Units(n * channels * 4, widths["accumulator"].bits))
        units.adder_levels += 2
        units.requantise(n * channels * 4, widths["accumulator"], self.output)
        return units
