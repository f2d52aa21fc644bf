"""PuppiAxis: the jet's own word, with the axis that follows from its candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType, Overflow
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.puppi_words import (
    ETA,
    HALF_TURN,
    PHI,
    PIECES,
    PT,
    is_piece,
    read_angles,
    read_pt,
    unsigned,
    wrapped,
    write_word,
)
from fpgajet.ops.roles import MOMENTUM_AXES, Axes

#: Of differences to the first candidate: 1.1 rad to either side, where a jet of radius 0.8 has at most 1.6.
NEAR = FixedType(True, 10, 0, overflow=Overflow.SAT)


@dataclass(frozen=True)
class PuppiAxis(Operator):
    """The words of N candidates behind a word of the jet: its pT is their sum, its axis their mean weighted with pT.

    With the fields of :mod:`fpgajet.ops.puppi_words`, and w() as in :class:`fpgajet.ops.puppi_log.PuppiLog`:

        P       = sum_i pT_i
        eta_jet = eta_0 + floor(sum_i pT_i near(eta_i - eta_0) / P)
        phi_jet = w(phi_0 + floor(sum_i pT_i near(w(phi_i - phi_0)) / P))

    near() saturates to -512 ... 511 steps of pi/720. With P = 0 there is no candidate, and the axis is (eta_0, phi_0).
    The quotients are exact: they are found bit by bit, the highest first, as by hand. pT of the jet is P,
    saturated to 14 bits. Empty slots have pT = 0, so what their other bits hold does not count.

    Input [..., N, 4]: pieces of 16 bits of every word, the lowest first. Output [..., N + 1, 4], the jet's word first;
    the others pass unchanged.
    """

    inputs: ClassVar[int] = 1
    function: ClassVar[str] = "puppi_axis"

    constituents: int

    @property
    def total(self) -> FixedType:
        """Of P."""
        return FixedType.holding(0, self.constituents * PT.highest, 0)

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = (self.constituents, PIECES)
        expect(tuple(shapes) == (wanted,), f"PuppiAxis needs {list(wanted)}, not {list(shapes)}")
        expect(is_piece(self.output), "PuppiAxis gives pieces of 16 bits")
        return (self.constituents + 1, PIECES)

    def output_axes(self, *axes: Axes) -> Axes:
        return MOMENTUM_AXES

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        (words,) = inputs
        pt, (eta, phi) = read_pt(a, words), read_angles(a, words)
        total = a.note("total", self.sum(a, pt))
        first = [a.take(angle, np.array([0]), -1) for angle in (eta, phi)]
        across = a.note("eta_difference", eta - first[0])
        around = wrapped(a, a.note("phi_difference", phi - first[1]), "phi_wrapped")
        eta = a.bounded(a.note("eta_axis", first[0] + self.mean(a, pt, across, total)), ETA)
        phi = a.note("phi_axis", first[1] + self.mean(a, pt, around, total))
        phi = a.bounded(wrapped(a, phi, "phi_jet"), PHI)
        jet_pt = a.quantise("jet_pt", total, replace(PT, overflow=Overflow.SAT))
        jet = write_word(a, jet_pt, eta, phi)
        return a.quantise("output", a.concat([jet, words], -2), self.output)

    def sum(self, a: Arithmetic[A], x: A) -> A:
        """Over the candidates, whose axis keeps length 1."""
        return a.sum(a.expand(x, -2), -1)

    def mean(self, a: Arithmetic[A], pt: A, difference: A, total: A) -> A:
        """floor(sum pT near / P), -512 ... 511, and 0 where P is 0."""
        near = a.quantise("near", difference, NEAR)
        moment = a.note("moment", self.sum(a, a.note("product", pt * near)))
        rest = a.note("rest", moment + a.scale(total, NEAR.bits - 1))  # 0 ... 1023 P
        mean = a.constant(np.array(float(NEAR.highest)))
        for bit in range(NEAR.bits - 1, -1, -1):
            part = a.scale(total, bit)
            smaller = a.less(rest, part)
            rest = a.bounded(a.select(smaller, rest, rest - part), unsigned(self.total.bits + bit))
            mean = mean - a.scale(smaller, bit)  # not in place: shapes differ
        return a.gate(a.bounded(mean, NEAR), a.nonzero(total))

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"constituents": self.constituents, "half_turn": HALF_TURN}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, total = self.constituents, widths["total"].bits
        units = Inventory()
        units.adders += [Units(n, widths[name].bits) for name in ("eta_difference", "phi_difference")]
        units.adders += [Units(2 * n, widths["phi_wrapped"].bits)]
        units.selectors += [Units(n, widths["phi_wrapped"].bits)]
        units.requantise(2 * n, FixedType(True, widths["eta_difference"].bits, 0), NEAR)
        units.add_tree(1, n, PT.bits)
        units.sum_of_products(2, n, PT.bits, NEAR.bits)
        units.adder_levels += 2 + n.bit_length()
        # A comparison, a difference and a choice for every bit of both quotients, one after the other.
        for bit in range(NEAR.bits):
            units.adders.append(Units(4, total + bit + 1))
            units.selectors.append(Units(2, total + bit))
        units.adder_levels += NEAR.bits + 2
        units.adders += [Units(1, widths["eta_axis"].bits), Units(2, widths["phi_axis"].bits)]
        return units
