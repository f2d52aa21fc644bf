"""LinEq2to2: the six aggregators of nanoPELICAN, their mixing, biases, ReLU and mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Shared, Units, Weights
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS_OVER_N, PAIR_CHANNELS, WEIGHT, Axes, TensorRole


class Aggregator(IntEnum):
    """What is mixed, in the order of the weights [C, 6]; S_i are the row sums and T is the total."""

    #: d_ij
    PAIR = 0
    #: delta_ij S_i
    DIAGONAL_ROW = 1
    #: S_j
    COLUMN = 2
    #: S_i
    ROW = 3
    #: T
    TOTAL = 4
    #: delta_ij T
    DIAGONAL_TOTAL = 5


AGGREGATORS = len(Aggregator)
#: those that are row sums, and those that are the total
ROW_SUMS = (Aggregator.DIAGONAL_ROW, Aggregator.COLUMN, Aggregator.ROW)
TOTALS = (Aggregator.TOTAL, Aggregator.DIAGONAL_TOTAL)


@dataclass(frozen=True)
class LinEq2to2(Operator):
    """y_ijc = ReLU(sum_b w_cb agg_b,ij + b_c(n) + delta_ij bdiag_c(n)), masked, rounded once.

    Aggregators of d, in the order of :class:`Aggregator`, with row sums
    S_i = 2^-row_exponent sum_j d_ij (put into the type ``row_sum``) and the total
    T = 2^-total_exponent sum_ij d_ij (put into ``total``), both from the unrounded sums.

    Inputs: ``d`` [..., M, M] symmetric and zero in empty slots, ``mask`` [..., M]. Tensors: ``weight``
    [C, 6]; ``bias`` and ``diagonal_bias`` [M + 1, C], tables over the number n of real slots, into which
    batch normalisation folds exactly. Output [..., M, M, C].
    Source: arXiv 2310.16121, equation 1 and section 3.

    Attributes:
        symmetric: 1 if w_2 = w_3 in every channel: y_ij = y_ji is then computed once.
    """

    inputs: ClassVar[int] = 2
    tensors: ClassVar[dict[str, TensorRole]] = {
        "weight": WEIGHT,
        "bias": BIAS_OVER_N,
        "diagonal_bias": BIAS_OVER_N,
    }
    function: ClassVar[str] = "lin_eq_2to2"

    row_sum: FixedType
    total: FixedType
    slots: int
    hidden: int
    row_exponent: int
    total_exponent: int
    symmetric: int = 0

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = ((self.slots, self.slots), (self.slots,))
        expect(tuple(shapes) == wanted, f"LinEq2to2 needs inputs {list(wanted)}, not {list(shapes)}")
        return (self.slots, self.slots, self.hidden)

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIR_CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        table = (self.slots + 1, self.hidden)
        return {"weight": (self.hidden, AGGREGATORS), "bias": table, "diagonal_bias": table}

    def check_tensors(self, tensors: Mapping[str, FixedArray]) -> None:
        weight = tensors["weight"].raw
        equal = bool((weight[..., Aggregator.COLUMN] == weight[..., Aggregator.ROW]).all())
        expect(self.symmetric in (0, 1), "LinEq2to2: the attribute symmetric is 0 or 1")
        expect(equal or not self.symmetric, "LinEq2to2 is called symmetric, but its weights 2 and 3 differ")

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        d, mask = inputs[:2]
        n = a.note("count", a.sum(mask, -1))

        row, total = (a.expand(x, -1) for x in self.sums(a, inputs))

        w = self.mixing(a, tensors["weight"], n)
        biases = [a.lookup(tensors[name], n) for name in ("bias", "diagonal_bias")]
        of_row, of_column, diagonal = self.terms(a, row, total, w, biases)
        if self.symmetric:
            return self._pairs_once(a, d, mask, w[Aggregator.PAIR], of_row, of_column, diagonal)
        y = (
            a.expand(d, -1) * w[Aggregator.PAIR]
            + a.expand(of_row, -2)
            + a.expand(of_column, -3)
            + a.expand(diagonal, -2) * a.constant(np.eye(self.slots)[:, :, None])
        )
        a.note("accumulator", y)
        z = a.quantise("output", a.relu(y), self.output)
        return a.gate(a.gate(z, a.expand(a.expand(mask, -1), -1)), a.expand(a.expand(mask, -2), -1))

    def terms(
        self, a: Arithmetic[A], row: A, total: A, w: Sequence[A], biases: Sequence[A]
    ) -> tuple[A, A, A]:
        """What rows i, columns j and the diagonal add to w_0 d_ij, each [..., M, C].

        Args:
            row, total: S [..., M, 1] and T [..., 1]. w: as :meth:`mixing` gives them. biases: both [..., C].
        """
        shared = total * w[Aggregator.TOTAL] + biases[0]
        diagonal = row * w[Aggregator.DIAGONAL_ROW] + a.expand(
            total * w[Aggregator.DIAGONAL_TOTAL] + biases[1], -2
        )
        of_row = row * w[Aggregator.ROW] + a.expand(shared, -2)  # S_i and what all pairs have in common
        return of_row, row * w[Aggregator.COLUMN], diagonal

    def sums(self, a: Arithmetic[A], inputs: Sequence[A]) -> tuple[A, A]:
        """(S [..., M], T [...]) as they are mixed."""
        sums = a.note("row_accumulator", a.sum(inputs[0], -1))
        everything = a.note("total_accumulator", a.sum(sums, -1))
        sums = a.note("row_scaled", a.scale(sums, -self.row_exponent))
        everything = a.note("total_scaled", a.scale(everything, -self.total_exponent))
        return a.quantise("row_sum", sums, self.row_sum), a.quantise("total", everything, self.total)

    def mixing(self, a: Arithmetic[A], weight: A, n: A) -> list[A]:
        """Weights of the six aggregators, to be multiplied with d [..., M, M, 1], S [..., M, 1] (three of
        them) and T [..., 1] (two)."""
        return [a.take(weight, b, -1) for b in Aggregator]

    def _pairs_once(
        self, a: Arithmetic[A], d: A, mask: A, weight: A, of_row: A, of_column: A, diagonal: A
    ) -> A:
        """The same for i <= j only, copied to (j, i)."""
        i, j, number = pairs_of(self.slots)
        upper = a.take(a.concat([a.take(d, k, -2) for k in range(self.slots)], -1), i * self.slots + j, -1)
        y = (
            a.expand(upper, -1) * weight
            + a.take(of_row, i, -2)
            + a.take(of_column, j, -2)
            + a.take(diagonal, i, -2) * a.constant((i == j)[:, None].astype(float))
        )
        a.note("accumulator", y)
        z = a.quantise("output", a.relu(y), self.output)
        real = [a.expand(a.take(mask, k, -1), -1) for k in (i, j)]
        return a.take(a.gate(a.gate(z, real[0]), real[1]), number, -2)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "slots": self.slots,
            "hidden": self.hidden,
            "row_exponent": self.row_exponent,
            "total_exponent": self.total_exponent,
            "symmetric": self.symmetric,
            "weight_rows": 1,
        }

    def count_sums(self, units: Inventory, widths: Mapping[str, FixedType]) -> None:
        """Units of :meth:`sums`."""
        m = self.slots
        units.add_tree(m, m, widths["input0"].bits)
        units.add_tree(1, m, widths["row_accumulator"].bits)
        units.requantise(m, widths["row_scaled"], self.row_sum)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self.counted(
            widths, Weights.unknown(self.hidden, AGGREGATORS), np.ones((2, self.hidden), bool)
        )

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        biases = np.stack([(tensors[name].raw != 0).any(0) for name in ("bias", "diagonal_bias")])
        return self.counted(widths, Weights.known(tensors["weight"].raw), biases)

    def counted(
        self, widths: Mapping[str, FixedType], weights: Weights, biased: NDArray[np.bool_]
    ) -> Inventory:
        """Units, given the weights [C, 6] and which of both biases [2, C] are not zero."""
        m, pairs, weighted = self.slots, self.slots * (self.slots + 1) // 2, weights.nonzero
        w, wide = widths["weight"].bits, widths["accumulator"]
        units = Inventory(adder_levels=2)
        if weighted[:, 1:].any():
            self.count_sums(units, widths)
        units.constant_products += [
            weights.products(ROW_SUMS, m, self.row_sum.bits, w),
            weights.products(TOTALS, 1, self.total.bits, w),
        ]
        shared, diagonal = (
            weighted[:, Aggregator.TOTAL] | biased[0],
            weighted[:, Aggregator.DIAGONAL_TOTAL] | biased[1],
        )
        rows = weighted[:, Aggregator.DIAGONAL_ROW].astype(int) + weighted[:, Aggregator.ROW]
        once_per_row = int((rows + shared + diagonal).sum())
        units.adders.append(Units(once_per_row * m, wide.bits))  # biases, T and the diagonal
        units.tables.append(Units(int(biased.sum()), widths["bias"].bits, m.bit_length()))

        # weighted d + S_i term + S_j term for every computed pair. The C++ deals out distances 0 ... M / 2 around a
        # ring of slots; i stays in its lane.
        computed = pairs if self.symmetric else m * m
        live = int(weighted.any(1).sum())  # a channel without weights is a constant
        terms = (
            weighted[:, Aggregator.PAIR].astype(int)
            + (weighted[:, Aggregator.ROW] | shared)
            + weighted[:, Aggregator.COLUMN]
        )
        adders = int(np.maximum(terms - 1, 0).sum()) * computed
        lanes = Inventory(adders=[Units(adders, wide.bits)], adder_levels=2)
        lanes.constant_products.append(weights.products([Aggregator.PAIR], pairs, widths["input0"].bits, w))
        lanes.requantise(live * computed, wide, self.output)
        lanes.selectors.append(Units(live * computed, -(-self.output.bits // 2)))  # ReLU and mask
        read = pairs * widths["input0"].bits + live * computed * wide.bits
        units.shared = Shared(lanes, m // 2 + 1, read)
        return units
