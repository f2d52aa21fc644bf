"""DotProducts: d_ij = p_i . p_j of all pairs of constituents, from four-momenta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.momenta import BEAMS, MomentumOperator, pairs_of, with_constants
from fpgajet.ops.operator import Shape
from fpgajet.ops.roles import PAIRS, Axes


@dataclass(frozen=True)
class DotProducts(MomentumOperator):
    """d_ij = E_i E_j - px_i px_j - py_i py_j - pz_i pz_j, computed for i <= j, rounded once.

    Input ``p`` [..., N, 4] in GeV. Output [..., M, M] in GeV^2, symmetric, M = N + 2 beams.
    Source: arXiv 2310.16121, section 2; beams (1, 0, 0, +-1) as in the public PELICAN code.
    """

    skips_unread_diagonal: ClassVar[bool] = True
    function: ClassVar[str] = "dot_products"

    def output_shape(self, *shapes: Shape) -> Shape:
        self.check_momenta(shapes)
        return (self.slots, self.slots)

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIRS

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        return True

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        p = with_constants(a, inputs[0], BEAMS, -2) if self.beams else inputs[0]
        i, j, number = pairs_of(self.slots)
        a.note("momentum", p)
        products = a.note("product", a.take(p, i, -2) * a.take(p, j, -2))
        momentum = a.sum(a.take(products, np.array([1, 2, 3]), -1), -1)
        d = a.note("accumulator", a.take(products, 0, -1) - momentum)
        return a.take(a.quantise("output", d, self.output), number, -1)

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, bits = self.constituents, widths["input0"].bits
        pairs = n * (n + 1) // 2
        lanes = Inventory()
        lanes.sum_of_products(pairs, 4, bits, bits)
        if self.beams:
            lanes.adders.append(Units(2 * n, bits + 1))
        lanes.requantise(pairs + 2 * n * self.beams, widths["accumulator"], self.output)
        # The C++ deals out distances |i - j| = 0 ... N / 2 around a ring of slots; i stays in its lane.
        return Inventory(shared=Shared(lanes, self.slots // 2 + 1, pairs * 4 * bits))
