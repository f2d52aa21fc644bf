"""PuppiFeatures: numbers of a candidate that say what it is, from the words of a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType, Overflow
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.puppi_log import MANTISSA_BITS, SHIFTS, logarithm
from fpgajet.ops.puppi_words import PIECES, PT, read_pt, unsigned
from fpgajet.ops.roles import TABLE, Axes, Axis, TensorRole

#: Kinds of particles in bits 39:37: neutral hadron, photon, h-, h+, e-, e+, mu-, mu+.
KINDS = 8
FEATURES = (
    "log_pt",
    "relative_log_pt",
    "charge",
    *(f"is_{kind}" for kind in range(KINDS)),
    "puppi_weight",
    "z0",
)
#: Of bits 49:40, where a charged candidate has z0 and a neutral one, in 48:40, its PUPPI weight in 1 / 256.
Z0 = FixedType(True, 10, 0)
WEIGHT_BITS, WHOLE_WEIGHT = 9, 256


@dataclass(frozen=True)
class PuppiFeatures(Operator):
    """13 integers for each of N candidates, from N + 1 words of 64 bits, the jet's word first.

    Columns, as :data:`FEATURES` names them; all are 0 where pT is 0:

        0       l, as :class:`fpgajet.ops.puppi_log.PuppiLog` has it
        1       l - l_jet, the logarithm of the share of the jet's pT; l_jet is 0 where the jet's word has no pT
        2       charge: -1, 0 or 1. Kinds 2 to 7 are charged; the odd ones positively
        3..10   1 for the kind of the particle (bits 39:37), 0 for the others
        11      PUPPI weight of a neutral candidate (bits 48:40) in 1 / 256; 256 for a charged one
        12      z0 of a charged candidate (bits 49:40, signed, 0.05 cm); 0 for a neutral one

    The fields are those of CMS Phase-2 PUPPI candidates (DataFormats/L1TParticleFlow).
    Tensor ``log_table``: as in PuppiLog. Input [..., N + 1, 4]: pieces of 16 bits of every word, the lowest first.
    Output [..., N, 13], integers.

    Attributes:
        number: unsigned type of l; it saturates.
        steps: of l for a factor of two in pT.
    """

    inputs: ClassVar[int] = 1
    tensors: ClassVar[dict[str, TensorRole]] = {"log_table": TABLE}
    function: ClassVar[str] = "puppi_features"

    number: FixedType
    constituents: int
    steps: int

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = (self.constituents + 1, PIECES)
        expect(tuple(shapes) == (wanted,), f"PuppiFeatures needs {list(wanted)}, not {list(shapes)}")
        expect(self.number.fraction == self.output.fraction == 0, "PuppiFeatures: all numbers are integers")
        limited = not self.number.signed and self.number.overflow is Overflow.SAT
        expect(limited, "PuppiFeatures: l has no sign, and saturates")
        lowest, highest = -max(512, self.number.highest), max(511, self.number.highest)
        holds = self.output.lowest <= lowest and self.output.highest >= highest
        expect(holds, f"PuppiFeatures: the output holds {lowest} to {highest}")
        expect(self.steps >= 1, "PuppiFeatures: a factor of two has at least one step")
        return (self.constituents, len(FEATURES))

    def output_axes(self, *axes: Axes) -> Axes:
        return (Axis.CONSTITUENT, Axis.CHANNEL)

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"log_table": (1 << MANTISSA_BITS,)}

    def check_tensors(self, tensors: Mapping[str, FixedArray]) -> None:
        expect(tensors["log_table"].fraction == 0, "PuppiFeatures: logarithms are integers, in steps")

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        rows = np.arange(1, self.constituents + 1)
        every_pt = read_pt(a, inputs[0])
        of_words = logarithm(a, every_pt, tensors["log_table"], self.steps, self.number)
        of_words = a.gate(of_words, a.nonzero(every_pt))
        own = a.take(of_words, rows, -1)
        relative = a.note("relative", own - a.take(of_words, np.array([0]), -1))
        words = a.take(inputs[0], rows, -2)
        kind = a.quantise("kind", a.scale(a.take(words, 2, -1), -5), unsigned(3))
        charged = a.nonzero(a.quantise("pair", a.scale(kind, -1), unsigned(2)))
        sign = a.scale(a.quantise("sign", kind, unsigned(1)), 1) - a.constant(np.array(1.0))
        low = a.quantise("low", a.scale(a.take(words, 2, -1), -8), unsigned(8))
        high = a.quantise("high", a.take(words, 3, -1), unsigned(2))
        field = a.note("field", low + a.scale(high, 8))
        weight = a.quantise("weight", field, unsigned(WEIGHT_BITS))
        columns = [
            own,
            relative,
            a.gate(sign, charged),
            *(self.one_where(a, kind, k) for k in range(KINDS)),
            a.select(charged, a.constant(np.array(float(WHOLE_WEIGHT))), weight),
            a.gate(a.quantise("z0", field, Z0), charged),
        ]
        real = a.nonzero(a.take(every_pt, rows, -1))
        kept = [a.quantise("output", a.gate(column, real), self.output) for column in columns]
        return a.concat([a.expand(column, -1) for column in kept], -1)

    def one_where(self, a: Arithmetic[A], kind: A, wanted: int) -> A:
        """1 where a candidate is of that kind, else 0."""
        other = a.nonzero(kind - a.constant(np.array(float(wanted))))
        return a.select(other, a.constant(np.array(0.0)), a.constant(np.array(1.0)))

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"constituents": self.constituents, "steps": self.steps}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, bits = self.constituents, widths["logarithm"].bits
        units = Inventory()
        units.adders += [Units(n + 1, bits), Units(n, widths["relative"].bits)]
        units.adder_levels += 3
        units.selectors += [Units(len(SHIFTS) * (n + 1), PT.bits)]
        units.selectors += [Units(n, KINDS + 2), Units(n, WEIGHT_BITS), Units(n, Z0.bits), Units(n, 2 * bits)]
        units.tables += [Units(n + 1, widths["log_table"].bits, MANTISSA_BITS)]
        return units
