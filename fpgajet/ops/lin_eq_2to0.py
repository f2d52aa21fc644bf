"""LinEq2to0: from pairs to the score: total sum and trace of every channel, and one linear layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Shared, Units, Weights
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS_OVER_N, CHANNELS, WEIGHT, Axes, TensorRole


@dataclass(frozen=True)
class LinEq2to0(Operator):
    """w = sum_c (v_c0 R_c0 + v_c1 R_c1) + b(n), R_c0 = 2^-sum_exponent sum_ij z_ijc and
    R_c1 = 2^-trace_exponent sum_i z_iic, rounded once.

    Inputs: ``z`` [..., M, M, C], zero in empty slots, and ``mask`` [..., M]. Tensors: ``weight`` [C, 2];
    ``bias`` [M + 1, 1], a table over the number n of real slots, into which batch normalisation folds
    exactly. Output [..., 1], the score: top quark if above 0, p(top) = sigmoid(2 w).
    Source: arXiv 2310.16121, equation 1.
    """

    inputs: ClassVar[int] = 2
    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT, "bias": BIAS_OVER_N}
    function: ClassVar[str] = "lin_eq_2to0"

    slots: int
    hidden: int
    sum_exponent: int
    trace_exponent: int

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = ((self.slots, self.slots, self.hidden), (self.slots,))
        expect(tuple(shapes) == wanted, f"LinEq2to0 needs inputs {list(wanted)}, not {list(shapes)}")
        return (1,)

    def output_axes(self, *axes: Axes) -> Axes:
        return CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.hidden, 2), "bias": (self.slots + 1, 1)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        z, mask = inputs
        n = a.note("count", a.sum(mask, -1))
        bias = a.lookup(tensors["bias"], n)
        everything = a.note("sum_accumulator", a.sum(a.sum(z, -2), -2))
        on_diagonal = z * a.constant(np.eye(self.slots)[:, :, None])
        trace = a.note("trace_accumulator", a.sum(a.sum(on_diagonal, -2), -2))
        everything = a.note("sum_scaled", a.scale(everything, -self.sum_exponent))
        trace = a.note("trace_scaled", a.scale(trace, -self.trace_exponent))
        both = self.weights(a, tensors["weight"], n)
        weight = [a.take(both, k, -1) for k in (0, 1)]
        weighted = everything * weight[0] + trace * weight[1]
        score = a.note("accumulator", a.expand(a.sum(weighted, -1), -1) + bias)
        return a.quantise("output", score, self.output)

    def weights(self, a: Arithmetic[A], weight: A, n: A) -> A:
        """Weights of sum and trace, [..., C, 2]."""
        return weight

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "slots": self.slots,
            "hidden": self.hidden,
            "sum_exponent": self.sum_exponent,
            "trace_exponent": self.trace_exponent,
            "weight_rows": 1,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self.counted(widths, Weights.unknown(self.hidden, 2))

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        return self.counted(widths, Weights.known(tensors["weight"].raw))

    def counted(self, widths: Mapping[str, FixedType], weights: Weights) -> Inventory:
        """Units, given the weights of sum and trace [C, 2]."""
        m, z, w = self.slots, widths["input0"].bits, widths["weight"].bits
        sums, traces = (int(count) for count in weights.nonzero.sum(0))
        units = Inventory()
        units.add_tree(traces, m, z)  # not on the longest path
        units.adder_levels = 0
        lanes = Inventory()
        lanes.add_tree(sums, m * m, z)
        units.shared = Shared(lanes, m, sums * m * m * z, reduces=True)
        units.constant_products += [
            weights.products([0], 1, widths["sum_accumulator"].bits, w),
            weights.products([1], 1, widths["trace_accumulator"].bits, w),
        ]
        units.adders.append(Units(sums + traces, widths["accumulator"].bits))
        units.adder_levels += 2 + (sums + traces).bit_length()
        units.requantise(1, widths["accumulator"], self.output)
        units.tables.append(Units(1, widths["bias"].bits, m.bit_length()))
        return units
