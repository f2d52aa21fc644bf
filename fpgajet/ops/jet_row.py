"""JetRow: the four-momentum of the whole jet as one more row of momenta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import MOMENTUM_AXES, Axes


@dataclass(frozen=True)
class JetRow(Operator):
    """(J, p_1, ..., p_N) with J = sum_i p_i, each number rounded once to ``output``.

    An output with the fraction of the input and log2 N more bits holds the sum exactly. Input ``p`` [..., N, 4]
    (E, px, py, pz) in GeV. Output [..., N + 1, 4]. J is zero where all slots are empty.
    Source: a spurion beside the beams of arXiv 2310.16121, section 2.
    """

    function: ClassVar[str] = "jet_row"

    constituents: int

    @classmethod
    def exact(cls, momenta: FixedType, constituents: int) -> JetRow:
        """The operator for momenta of this type, with an output that holds every sum."""
        more = (constituents - 1).bit_length()
        return cls(replace(momenta, bits=momenta.bits + more), constituents)

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = (self.constituents, 4)
        expect(tuple(shapes) == (wanted,), f"JetRow needs {list(wanted)}, not {list(shapes)}")
        return (self.constituents + 1, 4)

    def output_axes(self, *axes: Axes) -> Axes:
        return MOMENTUM_AXES

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        p = inputs[0]
        jet = a.note("jet", a.sum(p, -2))
        rows = [a.quantise("output", x, self.output) for x in (a.expand(jet, -2), p)]
        return a.concat(rows, -2)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"constituents": self.constituents}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units = Inventory()
        units.add_tree(4, self.constituents, widths["input0"].bits)
        units.requantise(4, widths["jet"], self.output)
        units.requantise(4 * self.constituents, widths["input0"], self.output)
        return units
