"""ConstituentMask: which slots of a jet hold a real constituent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.momenta import MomentumOperator, with_constants
from fpgajet.ops.operator import Shape, expect
from fpgajet.ops.roles import CONSTITUENTS, Axes

#: One unsigned bit.
BIT = FixedType(signed=False, bits=1, fraction=0)


@dataclass(frozen=True)
class ConstituentMask(MomentumOperator):
    """m_i = (x_i0 != 0) on the quantised input; the slots of the beams, which come first, are always real.

    Input ``x`` [..., N, columns] of any input form: number 0 of a constituent, its energy or its pT, is zero in
    empty slots only. Output [..., N + 2 beams]: one bit a slot.
    Source: arXiv 2310.16121, section 4 (padding), with the beams of the public PELICAN code.
    """

    function: ClassVar[str] = "constituent_mask"

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(
            len(shapes) == 1 and len(shapes[0]) == 2 and shapes[0][0] == self.constituents,
            f"ConstituentMask needs [{self.constituents}, columns], not {list(shapes)}",
        )
        return (self.slots,)

    def output_axes(self, *axes: Axes) -> Axes:
        return CONSTITUENTS

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        mask = a.nonzero(a.take(inputs[0], 0, -1))
        return with_constants(a, mask, np.ones(2), -1) if self.beams else mask

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return super().hls_constants(*shapes) | {"columns": shapes[0][1]}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return Inventory(selectors=[Units(self.constituents, -(-widths["input0"].bits // 6))])
