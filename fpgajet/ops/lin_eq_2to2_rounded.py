"""LinEq2to2Rounded: LinEq2to2 whose terms of rows are rounded before they meet the pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units, Weights
from fpgajet.ops.lin_eq_2to2 import Aggregator, LinEq2to2


@dataclass(frozen=True)
class LinEq2to2Rounded(LinEq2to2):
    """y_ijc = ReLU(w_c0 d_ij + r_ic + c_jc + delta_ij g_ic), masked, rounded once, of terms put into ``term``:

        r_ic = w_c3 S_i + h_c,    c_jc = w_c2 S_j + h_c,    h_c = (w_c4 T + b_c(n)) / 2,
        g_ic = w_c1 S_i + w_c5 T + bdiag_c(n)

    There are M terms of a kind and M^2 pairs: what a term drops need not be added M times. What all pairs share
    goes half to the row and half to the column, so that y_ij = y_ji where w_2 = w_3, also after rounding.
    All else as :class:`LinEq2to2`.

    Attributes:
        term: type of r, c and g.
    """

    function: ClassVar[str] = "lin_eq_2to2_rounded"

    term: FixedType = field(kw_only=True)

    def terms(
        self, a: Arithmetic[A], row: A, total: A, w: Sequence[A], biases: Sequence[A]
    ) -> tuple[A, A, A]:
        a.note("half", a.scale(a.note("shared", total * w[Aggregator.TOTAL] + biases[0]), -1))
        # T arrives last. Written so, it is added to each term at once, in an adder of three, and not to the bias first.
        bias, of_total = (a.expand(a.scale(x, -1), -2) for x in (biases[0], total * w[Aggregator.TOTAL]))
        on_diagonal, total_on_diagonal = (
            a.expand(x, -2) for x in (biases[1], total * w[Aggregator.DIAGONAL_TOTAL])
        )
        exact = (
            a.note("exact_row", row * w[Aggregator.ROW] + bias + of_total),
            a.note("exact_column", row * w[Aggregator.COLUMN] + bias + of_total),
            a.note("exact_diagonal", row * w[Aggregator.DIAGONAL_ROW] + on_diagonal + total_on_diagonal),
        )
        of_row, of_column, diagonal = (a.quantise("term", x, self.term) for x in exact)
        return of_row, of_column, diagonal

    def counted(
        self, widths: Mapping[str, FixedType], weights: Weights, biased: NDArray[np.bool_]
    ) -> Inventory:
        units = super().counted(widths, weights, biased)
        exact = [widths[name] for name in ("exact_row", "exact_column", "exact_diagonal")]
        # What all pairs share is added to the columns too, unless their terms are those of the rows.
        if not self.symmetric:
            both = weights.nonzero[:, Aggregator.COLUMN] & (weights.nonzero[:, Aggregator.TOTAL] | biased[0])
            units.adders.append(Units(int(both.sum()) * self.slots, widths["exact_column"].bits))
        levels = units.adder_levels
        for given in exact[:: 2 if self.symmetric else 1]:
            units.requantise(self.slots * self.hidden, given, self.term)
        units.adder_levels = min(units.adder_levels, levels + 1)  # all at the same time
        return units
