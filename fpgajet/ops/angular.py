"""What the operators that read (pT, eta, phi) integers share: columns, distances of angles, shapes, real tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import PAIRS, Axes

COLUMNS = 3
Real = NDArray[np.float64]


@dataclass(frozen=True)
class AngularDots(Operator):
    """d_ij of all pairs from an input [..., N, 3] of integers (pT, eta, phi); d_ii = 0, as p_i is massless.

    Attributes:
        pt: type of column 0; it wraps, which costs nothing: the input form keeps real constituents inside.
        angle: type of columns 1 and 2; it wraps as well.
        address: unsigned type of |eta_i - eta_j| and |phi_i - phi_j|, the addresses of both tables.
    """

    pt: FixedType
    angle: FixedType
    address: FixedType
    constituents: int

    def output_shape(self, *shapes: Shape) -> Shape:
        wanted = (self.constituents, COLUMNS)
        expect(tuple(shapes) == (wanted,), f"{self.op_type} needs {list(wanted)}, not {list(shapes)}")
        whole = {self.pt.fraction, self.angle.fraction, self.address.fraction}
        expect(whole == {0}, f"{self.op_type}: pT, angles and their differences are integers")
        expect(not (self.pt.signed or self.address.signed), f"{self.op_type}: pt and address have no sign")
        expect(
            self.address.overflow is Overflow.SAT, f"{self.op_type}: a difference beyond its table saturates"
        )
        return (self.constituents, self.constituents)

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIRS

    def columns(self, a: Arithmetic[A], x: A) -> tuple[A, A, A]:
        """Narrowed (pT, eta, phi), each [..., N]."""
        pt = a.quantise("pt", a.take(x, 0, -1), self.pt)
        eta = a.quantise("angle", a.take(x, 1, -1), self.angle)
        return pt, eta, a.quantise("angle", a.take(x, 2, -1), self.angle)

    def distance(self, a: Arithmetic[A], angles: A, i: NDArray[np.int64], j: NDArray[np.int64]) -> A:
        """|angle_i - angle_j| as address of a table, [..., pairs]."""
        difference = a.note("difference", a.take(angles, i, -1) - a.take(angles, j, -1))
        return a.quantise("address", a.note("distance", a.abs(difference)), self.address)

    def square(self, a: Arithmetic[A], d: A) -> A:
        """Pairs i <= j to [..., N, N], with a diagonal of zeros."""
        number = pairs_of(self.constituents)[2]
        return a.take(d, number, -1) * a.constant(1.0 - np.eye(self.constituents))

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"constituents": self.constituents, "addresses": 1 << self.address.bits}

    def shared_between_pairs(self, lanes: Inventory, pairs: int, distinct: float = 1.0) -> Inventory:
        """Units of all pairs i < j: the C++ deals out distances 1 ... N / 2 around a ring of constituents."""
        read = pairs * (self.pt.bits + 2 * self.angle.bits)  # of the one that changes; i stays in its lane
        return Inventory(shared=Shared(lanes, max(self.constituents // 2, 1), read, distinct=distinct))

    def count_distances(self, units: Inventory, pairs: int, table_bits: Sequence[int]) -> None:
        """Units of both distances and their tables."""
        bits = self.angle.bits + 1
        units.adders += [Units(4 * pairs, bits)]  # difference and its absolute value
        units.adder_levels += 2
        units.requantise(2 * pairs, FixedType(False, self.angle.bits, 0), self.address)
        units.tables += [Units(pairs, wide, self.address.bits) for wide in table_bits]


def angular_parts(angle_lsb: float, entries: int) -> tuple[Real, Real]:
    """cosh(x) - 1 and 1 - cos(x) at x = k ``angle_lsb``, k < ``entries``, each plus angle_lsb^2 / 12.

    Their sum is the angular part of d_ij = pT_i pT_j (cosh(eta_i - eta_j) - cos(phi_i - phi_j)) of massless
    constituents. Neither is negative, so neither is d, however coarse the tables. The addition is the mean of
    (x^2 - x0^2) / 2 over differences x of two angles that were rounded to a difference x0.
    """
    x = np.arange(entries) * angle_lsb
    return np.cosh(x) - 1 + angle_lsb**2 / 12, 1 - np.cos(x) + angle_lsb**2 / 12
