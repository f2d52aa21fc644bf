"""LinEq2to2Rows: LinEq2to2 that is given the row sums instead of adding up d."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory
from fpgajet.ops.lin_eq_2to2 import LinEq2to2
from fpgajet.ops.operator import Shape, expect


@dataclass(frozen=True)
class LinEq2to2Rows(LinEq2to2):
    """As :class:`LinEq2to2`, with a third input ``rows`` [..., M]: S_i, for example from ``RowSums``.

    ``row_sum`` is their type and 2^row_exponent their unit; T is the sum of the given rows.
    """

    inputs: ClassVar[int] = 3
    function: ClassVar[str] = "lin_eq_2to2_rows"

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(shapes[2:] == ((self.slots,),), f"LinEq2to2Rows needs rows [{self.slots}], not {list(shapes)}")
        return super().output_shape(*shapes[:2])

    def sums(self, a: Arithmetic[A], inputs: Sequence[A]) -> tuple[A, A]:
        everything = a.note("total_accumulator", a.sum(inputs[2], -1))
        scaled = a.note("total_scaled", a.scale(everything, self.row_exponent - self.total_exponent))
        return inputs[2], a.quantise("total", scaled, self.total)

    def count_sums(self, units: Inventory, widths: Mapping[str, FixedType]) -> None:
        units.add_tree(1, self.slots, self.row_sum.bits)
