"""AffineMean: the mean of an affine edge function over all others, in O(N) instead of O(N^2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.dense import zeros_of
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS, CONSTITUENT_CHANNELS, TABLE_OVER_N, WEIGHT, Axes, TensorRole


@dataclass(frozen=True)
class AffineMean(Operator):
    """y_i = 2^-exponent r(n_i) sum_{j != i} m_i m_j (W [s_i, s_j] + b), n_i = m_i sum_{j != i} m_j, rounded once.

    With W = [W_i, W_j] the sum is n_i (W_i s_i + b) + W_j (S - s_i), S the sum of all real s: no pair is needed.
    Equal, bit for bit, to a :class:`PairDense` without ReLU and without rounding, and the
    :class:`NeighbourMean` of it over a complete graph; :mod:`fpgajet.graph.collapse` replaces these two.

    Inputs: ``s`` [..., N, F] and ``mask`` [..., N]. Tensors: ``weight`` [G, 2 F], ``bias`` [G],
    ``reciprocal`` [N + 1]. Output [..., N, G]. Source: JEDI-linear, arXiv 2508.15468.
    """

    inputs: ClassVar[int] = 2
    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT, "bias": BIAS, "reciprocal": TABLE_OVER_N}
    function: ClassVar[str] = "affine_mean"

    slots: int
    features: int
    width: int
    exponent: int

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = ((self.slots, self.features), (self.slots,))
        expect(tuple(shapes) == wanted, f"AffineMean needs inputs {list(wanted)}, not {list(shapes)}")
        return (self.slots, self.width)

    def output_axes(self, *axes: Axes) -> Axes:
        return CONSTITUENT_CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {
            "weight": (self.width, 2 * self.features),
            "bias": (self.width,),
            "reciprocal": (self.slots + 1,),
        }

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        s, mask = inputs
        receiving = a.take(tensors["weight"], np.arange(self.features), -1)
        sending = a.take(tensors["weight"], np.arange(self.features, 2 * self.features), -1)
        real = a.gate(s, a.expand(mask, -1))
        others = a.note("others", a.expand(a.note("total", a.sum(real, -2)), -2) - real)
        # All but one are counted, so the number is never negative, whatever the analysis thinks.
        up_to = FixedType(False, max((self.slots - 1).bit_length(), 1), 0)
        others_number = a.bounded(a.expand(a.sum(mask, -1), -1) - mask, up_to)
        count = a.note("count", a.gate(others_number, mask))
        own = a.note("receiver", a.linear(s, receiving) + tensors["bias"]) * a.expand(count, -1)
        total = a.note("sum", a.gate(own + a.linear(others, sending), a.expand(mask, -1)))
        product = a.note("product", total * a.expand(a.lookup(tensors["reciprocal"], count), -1))
        return a.quantise("output", a.note("mean", a.scale(product, -self.exponent)), self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"slots": self.slots, "features": self.features, "outputs": self.width}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self._counted(widths, [(self.width, self.features)] * 2)

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        return self._counted(widths, np.split(tensors["weight"].raw, 2, axis=1), zeros_of(tensors, 0))

    def _counted(
        self,
        widths: Mapping[str, FixedType],
        parts: Sequence[NDArray[np.int64] | tuple[int, ...]],
        zeros: Sequence[int] = (),
    ) -> Inventory:
        """Units, given the weights of the receiver and of the senders."""
        n, f, g = self.slots, self.features, self.width
        given, others, weight = widths["input0"], widths["others"], widths["weight"].bits
        lanes = Inventory(
            adders=[Units(n * f, others.bits), Units(n * g, widths["sum"].bits)], adder_levels=2
        )
        lanes.matrix(n, parts[0], given, weight, zeros)
        lanes.matrix(n, parts[1], others, weight, zeros)
        lanes.adder_levels //= 2  # the two do not wait for each other
        lanes.sum_of_products(n * g, 1, widths["receiver"].bits, widths["count"].bits)
        units = Inventory(shared=Shared(lanes, n, n * f * given.bits))
        units.selectors.append(Units(n * f, -(-given.bits // 2)))
        units.add_tree(f, n, given.bits)
        units.divide(n, g, n, widths)
        units.requantise(n * g, widths["mean"], self.output)
        return units
