"""RowSums: S_i = p_i . J with J = sum_j p_j, which is sum_j d_ij without rounding every d_ij first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.momenta import BEAMS, MomentumOperator, with_constants
from fpgajet.ops.operator import Shape
from fpgajet.ops.roles import CONSTITUENTS, Axes


@dataclass(frozen=True)
class RowSums(MomentumOperator):
    """S_i = 2^-exponent (E_i E_J - px_i px_J - py_i py_J - pz_i pz_J), rounded once.

    Four products a slot take the place of an adder tree over a row of d. Input ``p`` [..., N, 4] in GeV.
    Output [..., M] in GeV^2 2^exponent, M = N + 2 beams. Source: linearity of arXiv 2310.16121, equation 1.
    """

    function: ClassVar[str] = "row_sums"

    exponent: int

    def output_shape(self, *shapes: Shape) -> Shape:
        self.check_momenta(shapes)
        return (self.slots,)

    def output_axes(self, *axes: Axes) -> Axes:
        return CONSTITUENTS

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        p = with_constants(a, inputs[0], BEAMS, -2) if self.beams else inputs[0]
        a.note("momentum", p)
        jet = a.note("jet", a.sum(p, -2))
        products = a.note("product", p * a.expand(jet, -2))
        momentum = a.sum(a.take(products, np.array([1, 2, 3]), -1), -1)
        rows = a.note("accumulator", a.take(products, 0, -1) - momentum)
        return a.quantise("output", a.note("scaled", a.scale(rows, -self.exponent)), self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return super().hls_constants(*shapes) | {"exponent": self.exponent}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        m, bits = self.slots, widths["input0"].bits
        units = Inventory()
        units.add_tree(4, m, bits)
        units.sum_of_products(m, 4, widths["jet"].bits, bits)
        if self.beams:
            units.adders.append(Units(4, bits + 1))
        units.requantise(m, widths["scaled"], self.output)
        return units
