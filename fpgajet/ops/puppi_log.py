"""PuppiLog: candidates as the link brings them become (l, eta, phi) relative to the jet's axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.puppi_words import HALF_TURN, PIECES, PT, read_angles, read_pt, wrapped
from fpgajet.ops.roles import MOMENTUM_AXES, TABLE, Axes, TensorRole

#: Shifts of the binary search for the leading one of pT.
SHIFTS = (8, 4, 2, 1)
#: Bits below the leading one that address the table of logarithms.
MANTISSA_BITS = 6
#: Fraction bits of the factor from steps of the link to steps of the network.
FACTOR_BITS = 7


@dataclass(frozen=True)
class PuppiLog(Operator):
    """(l, eta, phi) of N candidates relative to the jet's axis, from N + 1 words of 64 bits, the jet's word first.

    A word has pT in bits 13:0, eta in 25:14 (signed), phi in 36:26 (signed), as CMS Phase-2 jets and candidates do; the
    other bits are not read. A candidate with pT = 0 is an empty slot, which gives (0, 0, 0). Otherwise

        l   = T[m] + steps e',        pT = 2^e (1 + (m + f) / 64),  0 <= f < 1,  e' = e + 2
        eta = q_angle(s (eta_i - eta_jet) / 128),       phi = q_angle(s w(phi_i - phi_jet) / 128)

    with l saturated to ``number``; w adds or subtracts one turn (1440) where a difference is outside -720 ... 719; s is
    128 ``angle_steps`` / 720, rounded to an integer, which stretches all angles by the same factor (1.6 % less for 120
    steps) and costs one adder of three operands for each. Before the product, differences saturate to the least power
    of two beyond which ``angle`` saturates anyway.

    Tensor ``log_table`` T, [64]: made by :meth:`fpgajet.ops.forms.puppi.Puppi.log_table`; T[0] + 2 steps is at least 1,
    so that no real candidate has l = 0.
    Input [..., N + 1, 4]: pieces of 16 bits of every word, the lowest first. Output [..., N, 3], integers.

    Attributes:
        number: unsigned type of l; it saturates.
        angle: signed type of eta and phi.
        steps: of l for a factor of two in pT.
        angle_steps: of eta and phi in half a turn.
    """

    inputs: ClassVar[int] = 1
    tensors: ClassVar[dict[str, TensorRole]] = {"log_table": TABLE}
    function: ClassVar[str] = "puppi_log"

    number: FixedType
    angle: FixedType
    constituents: int
    steps: int
    angle_steps: int

    @property
    def factor(self) -> int:
        """s, the factor of a difference in units of 1 / 128."""
        return round((1 << FACTOR_BITS) * self.angle_steps / HALF_TURN)

    @property
    def near(self) -> FixedType:
        """Of a difference before the product: what lies beyond saturates ``angle`` anyway."""
        reach = (-self.angle.lowest + 1) * (1 << FACTOR_BITS) // self.factor
        return FixedType(True, reach.bit_length() + 1, 0, overflow=Overflow.SAT)

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = (self.constituents + 1, PIECES)
        expect(tuple(shapes) == (wanted,), f"PuppiLog needs {list(wanted)}, not {list(shapes)}")
        types = (self.number, self.angle, self.output)
        expect(all(kind.fraction == 0 for kind in types), "PuppiLog: l and angles are integers")
        expect(not self.number.signed and self.angle.signed, "PuppiLog: l has no sign, angles have one")
        saturate = self.number.overflow is Overflow.SAT and self.angle.overflow is Overflow.SAT
        expect(saturate, "PuppiLog: l and angles saturate")
        expect(
            self.output.lowest <= self.angle.lowest and self.output.highest >= self.number.highest,
            "PuppiLog: the output holds l and the angles",
        )
        expect(self.steps >= 1, "PuppiLog: a factor of two has at least one step")
        expect(1 <= self.angle_steps <= HALF_TURN, f"PuppiLog: half a turn has 1 to {HALF_TURN} steps")
        return (self.constituents, 3)

    def output_axes(self, *axes: Axes) -> Axes:
        return MOMENTUM_AXES

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"log_table": (1 << MANTISSA_BITS,)}

    def check_tensors(self, tensors: Mapping[str, FixedArray]) -> None:
        table = tensors["log_table"]
        expect(table.fraction == 0, "PuppiLog: logarithms are integers, in steps")
        expect(int(table.raw.min()) + 2 * self.steps >= 1, "PuppiLog: a real candidate would get l = 0")

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        words = np.arange(1, self.constituents + 1)
        pt = a.take(read_pt(a, inputs[0]), words, -1)
        eta, phi = read_angles(a, inputs[0])
        axis = np.zeros(self.constituents, dtype=np.int64)
        real = a.nonzero(pt)
        across = a.note("eta_difference", a.take(eta, words, -1) - a.take(eta, axis, -1))
        around = a.note("phi_difference", a.take(phi, words, -1) - a.take(phi, axis, -1))
        columns = [logarithm(a, pt, tensors["log_table"], self.steps, self.number), self.relative(a, across)]
        columns.append(self.relative(a, wrapped(a, around, "phi_wrapped")))
        return a.concat([a.expand(self.kept(a, x, real), -1) for x in columns], -1)

    def relative(self, a: Arithmetic[A], difference: A) -> A:
        """A difference in steps of the network."""
        near = a.quantise("near", difference, self.near)
        product = a.note("product", near * a.constant(np.array(float(self.factor))))
        return a.quantise("angle", a.scale(product, -FACTOR_BITS), self.angle)

    def kept(self, a: Arithmetic[A], x: A, real: A) -> A:
        """``x`` of real candidates in the type of the output, 0 of the others."""
        return a.quantise("output", a.gate(x, real), self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "constituents": self.constituents,
            "steps": self.steps,
            "factor": self.factor,
            "near_bits": self.near.bits,
            "half_turn": HALF_TURN,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, near = self.constituents, self.near.bits
        units = Inventory()
        digits = bin(self.factor ^ 3 * self.factor).count("1")  # of the non-adjacent form
        differences = [widths["eta_difference"].bits, widths["phi_difference"].bits]
        units.adders += [Units(n, bits) for bits in differences]
        units.adders += [Units(2 * n, widths["phi_wrapped"].bits), Units(n, widths["logarithm"].bits)]
        units.adders += [Units(2 * n * max(digits - 1, 0), near + FACTOR_BITS)]
        units.adder_levels += 2 + max(digits - 1, 0).bit_length()
        units.selectors += [Units(len(SHIFTS) * n, PT.bits), Units(2 * n, widths["phi_wrapped"].bits)]
        units.tables += [Units(n, widths["log_table"].bits, MANTISSA_BITS)]
        difference = FixedType(True, max(differences), 0)
        units.requantise(2 * n, difference, self.near)
        product = FixedType(True, widths["product"].bits, FACTOR_BITS)
        units.requantise(2 * n, product, self.angle)
        return units


def logarithm(a: Arithmetic[A], pt: A, table: A, steps: int, number: FixedType) -> A:
    """l of pT, of type ``number``; anything where pT is 0."""
    x, exponent = pt, None
    for shift in SHIFTS:  # where the top bits are all 0, shift the number up
        top = FixedType(False, shift, shift - PT.bits)
        found = a.nonzero(a.quantise("top", x, top))
        x = a.select(found, x, a.bounded(a.scale(x, shift), PT))
        bits = found * a.constant(np.array(float(steps * shift)))
        exponent = bits if exponent is None else exponent + bits
    assert exponent is not None
    below = PT.bits - 1 - MANTISSA_BITS
    index = a.quantise("mantissa", a.scale(x, -below), FixedType(False, MANTISSA_BITS, 0))
    return a.quantise("number", a.note("logarithm", exponent + a.lookup(table, index)), number)


def rounded_down(bits: int) -> FixedType:
    """Signed type of an angle in steps of the network. It rounds down, because only differences of angles count."""
    return FixedType(True, bits, 0, Rounding.FLOOR, Overflow.SAT)
