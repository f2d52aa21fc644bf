"""LogDots: d_ij of all pairs of constituents on a logarithmic grid: short additions and small tables only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.angular import AngularDots
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Shape, expect
from fpgajet.ops.roles import TABLE, TensorRole


@dataclass(frozen=True)
class LogDots(AngularDots):
    """d_ij = P[l_i + l_j + log2(cosh d_eta - cos d_phi)], all logarithms integers in steps of 1 / ``steps``.

    log2(h + c) of h = cosh d_eta - 1 and c = 1 - cos d_phi is log2 c + log2(1 + 2^(log2 h - log2 c)), so with
    tables H of log2 h and C of log2 c, in steps, and a table S of the correction over H - C,

        k_ij = l_i + l_j + C[|d_phi|] + S[H[|d_eta|] - C[|d_phi|]],    d_ij = P[k_ij],    d_ii = 0

    with k saturated to the addresses of P, and 0 if l_i or l_j is 0 (an empty slot); P[0] = 0. The entries of
    H carry an offset, so that the address of S is not negative, and those of S carry the offset of k.
    No multiplier: four additions and five look-ups a pair.

    Tensors: ``eta_table`` H and ``phi_table`` C, [2^address bits]; ``sum_table`` S; ``power_table`` P,
    [2^exponent bits]. Their contents are made by :mod:`fpgajet.ops.forms.log_tables`.
    Input [..., N, 3]: integers (l, eta, phi), see :class:`fpgajet.ops.forms.Log`. Output [..., N, N] in GeV^2.

    Attributes:
        exponent: unsigned type of k, the address of P.
        corrections: entries of S.
        pairs_below: d_ij is computed where i + j < pairs_below, i and j counted from 0, and 0 elsewhere; 0 means all
            pairs. Of constituents in order of falling pT, this leaves out pairs of the softest, whose d is mostly 0.
    """

    tensors: ClassVar[dict[str, TensorRole]] = {
        "eta_table": TABLE,
        "phi_table": TABLE,
        "sum_table": TABLE,
        "power_table": TABLE,
    }
    function: ClassVar[str] = "log_dots"

    exponent: FixedType
    corrections: int
    pairs_below: int = 0

    def output_shape(self, *shapes: Shape) -> Shape:
        some = self.pairs_below == 0 or self.pairs_below >= 2  # below 2 no pair is left
        expect(some, f"LogDots: pairs_below is 0 or at least 2, not {self.pairs_below}")
        return super().output_shape(*shapes)

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        table = (1 << self.address.bits,)
        power = (1 << self.exponent.bits,)
        return {
            "eta_table": table,
            "phi_table": table,
            "sum_table": (self.corrections,),
            "power_table": power,
        }

    def check_tensors(self, tensors: Mapping[str, FixedArray]) -> None:
        expect(
            not self.exponent.signed and self.exponent.fraction == 0, "LogDots: exponent is a whole number"
        )
        fractions = {tensors[name].fraction for name in ("eta_table", "phi_table", "sum_table")}
        expect(fractions == {0}, "LogDots: logarithms are integers, in steps")
        first = int(tensors["eta_table"].raw.min() - tensors["phi_table"].raw.max())
        last = int(tensors["eta_table"].raw.max() - tensors["phi_table"].raw.min())
        expect(
            first >= 0 and last < self.corrections,
            f"LogDots: addresses {first}..{last} of the table of corrections, which has {self.corrections}",
        )
        expect(int(tensors["power_table"].raw[0]) == 0, "LogDots: the power of an empty pair must be 0")

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        pt, eta, phi = self.columns(a, inputs[0])
        i, j, number = self.computed()
        high = a.lookup(tensors["eta_table"], self.distance(a, eta, i, j))
        wide = a.lookup(tensors["phi_table"], self.distance(a, phi, i, j))
        correction = a.lookup(tensors["sum_table"], a.note("ratio", high - wide))
        both = a.note("both", a.take(pt, i, -1) + a.take(pt, j, -1))
        exponent = a.note("accumulator", both + (wide + correction))
        k = a.quantise("exponent", exponent, self.exponent)
        real = a.nonzero(pt)
        k = a.gate(a.gate(k, a.take(real, i, -1)), a.take(real, j, -1))
        d = a.note("power", a.lookup(tensors["power_table"], k))
        left_out = (number < 0) | np.eye(self.constituents, dtype=bool)
        square = a.take(a.quantise("output", d, self.output), np.maximum(number, 0), -1)
        return square * a.constant(1.0 - left_out)

    def computed(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Indices i <= j of the pairs that are computed, and the map [N, N] from (i, j) to their number, or -1."""
        i, j, number = pairs_of(self.constituents)
        kept = (i + j < self.pairs_below) | (self.pairs_below == 0)
        renumbered = np.where(kept, np.cumsum(kept) - 1, -1)
        return i[kept], j[kept], renumbered[number]

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        more = {"corrections": self.corrections, "exponents": 1 << self.exponent.bits}
        more["pairs_below"] = self.pairs_below or 2 * self.constituents
        return super().hls_constants(*shapes) | more

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        pairs = self.constituents * (self.constituents - 1) // 2
        units = Inventory()
        self.count_distances(units, pairs, [widths["eta_table"].bits, widths["phi_table"].bits])
        units.adders += [
            Units(pairs, widths["ratio"].bits),
            Units(pairs, widths["both"].bits),
            Units(2 * pairs, widths["accumulator"].bits),
        ]
        units.adder_levels += 3
        correction = (self.corrections - 1).bit_length()
        units.tables += [
            Units(pairs, widths["sum_table"].bits, correction),
            Units(pairs, widths["power_table"].bits, self.exponent.bits),
        ]
        units.requantise(pairs, widths["accumulator"], self.exponent)
        units.requantise(pairs, widths["power"], self.output)
        i, j, _ = self.computed()
        built = int((i < j).sum()) / max(pairs, 1)  # lanes that phases share compute some of the others too
        return self.shared_between_pairs(units, pairs, built)
