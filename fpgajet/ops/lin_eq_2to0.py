"""LinEq2to0: from pairs to the scores: total sum and trace of every channel, and one linear layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Shared, Units, Weights
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS_OVER_N, CHANNELS, WEIGHT, Axes, TensorRole


@dataclass(frozen=True)
class LinEq2to0(Operator):
    """w_k = sum_c (v_ck0 R_c0 + v_ck1 R_c1) + b_k(n), R_c0 = 2^-sum_exponent sum_ij z_ijc and
    R_c1 = 2^-trace_exponent sum_i z_iic, rounded once.

    Inputs: ``z`` [..., M, M, C], zero in empty slots, and ``mask`` [..., M]. Tensors: ``weight`` [C, 2 K], first
    those of R_c0 for all K scores, then those of R_c1; ``bias`` [M + 1, K], a table over the number n of real
    slots, into which batch normalisation folds exactly. Output [..., K]. A single score: top quark if above 0,
    p(top) = sigmoid(2 w); several: one of each class, and a jet is of the class of the highest.
    Source: arXiv 2310.16121, equation 1.

    Attributes:
        scores: K.
    """

    inputs: ClassVar[int] = 2
    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT, "bias": BIAS_OVER_N}
    function: ClassVar[str] = "lin_eq_2to0"

    slots: int
    hidden: int
    sum_exponent: int
    trace_exponent: int
    scores: int = 1

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = ((self.slots, self.slots, self.hidden), (self.slots,))
        expect(tuple(shapes) == wanted, f"LinEq2to0 needs inputs {list(wanted)}, not {list(shapes)}")
        expect(self.scores >= 1, "LinEq2to0: the attribute scores is at least 1")
        return (self.scores,)

    def output_axes(self, *axes: Axes) -> Axes:
        return CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.hidden, 2 * self.scores), "bias": (self.slots + 1, self.scores)}

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
        of_sum, of_trace = (a.take(both, columns, -1) for columns in self.columns)
        weighted = a.expand(everything, -1) * of_sum + a.expand(trace, -1) * of_trace
        score = a.note("accumulator", a.sum(weighted, -2) + bias)
        return a.quantise("output", score, self.output)

    @property
    def columns(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Columns of ``weight`` that multiply the sum, and those that multiply the trace."""
        of_sum = np.arange(self.scores)
        return of_sum, of_sum + self.scores

    def weights(self, a: Arithmetic[A], weight: A, n: A) -> A:
        """Weights of sum and trace, [..., C, 2 K]."""
        return weight

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "slots": self.slots,
            "hidden": self.hidden,
            "sum_exponent": self.sum_exponent,
            "trace_exponent": self.trace_exponent,
            "weight_rows": 1,
            "scores": self.scores,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self.counted(widths, Weights.unknown(self.hidden, 2 * self.scores))

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        return self.counted(widths, Weights.known(tensors["weight"].raw))

    def counted(self, widths: Mapping[str, FixedType], weights: Weights) -> Inventory:
        """Units, given the weights of sum and trace [C, 2 K]."""
        m, z, w = self.slots, widths["input0"].bits, widths["weight"].bits
        used = [weights.nonzero[:, columns] for columns in self.columns]
        sums, traces = (int(some.any(1).sum()) for some in used)  # a channel is summed once for all outputs
        terms = np.sum(used, axis=(0, 1))  # of each output
        units = Inventory()
        units.add_tree(traces, m, z)  # not on the longest path
        units.adder_levels = 0
        lanes = Inventory()
        lanes.add_tree(sums, m * m, z)
        units.shared = Shared(lanes, m, sums * m * m * z, reduces=True)
        units.constant_products += [
            weights.products(columns.tolist(), 1, widths[f"{name}_accumulator"].bits, w)
            for name, columns in zip(("sum", "trace"), self.columns, strict=True)
        ]
        units.adders.append(Units(int(terms.sum()), widths["accumulator"].bits))
        units.adder_levels += 2 + int(terms.max()).bit_length()
        units.requantise(self.scores, widths["accumulator"], self.output)
        units.tables.append(Units(self.scores, widths["bias"].bits, m.bit_length()))
        return units
