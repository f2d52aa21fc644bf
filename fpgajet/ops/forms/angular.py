"""What the trigger forms share: a number for pT, and angles relative to the jet's axis on one grid.

The axis is the direction of the sum of the three-momenta that are given. As in a trigger, candidates and axis are
put on the grid of angles first and then subtracted; phi wraps around into (-pi, pi]. Only differences of angles
enter d_ij, so the axis decides no more than their range.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.forms.extra import raw_features, real_features, require_columns
from fpgajet.ops.forms.form import Dots, Features, InputForm, Real, WantedDots
from fpgajet.ops.forms.with_features import WithFeatures
from fpgajet.ops.operator import expect


class AngularTypes(NamedTuple):
    """The fields that the operators on angles share, in their order."""

    output: FixedType
    pt: FixedType
    angle: FixedType
    address: FixedType
    constituents: int


@dataclass(frozen=True)
class Angular(WithFeatures):
    """What the trigger forms share: a number for pT, and eta and phi on one grid.

    Attributes:
        pt_lsb: unit of pT in GeV.
        pt_bits: bits of the (unsigned) number for pT; it saturates.
        angle_steps: steps of the angles in half a turn: 720 is a grid of pi/720.
        angle_bits: bits of the (signed) angles relative to the jet's axis; they saturate.
    """

    pt_lsb: float = 0.25
    pt_bits: int = 12
    angle_steps: int = 720
    angle_bits: int = 9

    def __post_init__(self) -> None:
        if not (math.isfinite(self.pt_lsb) and self.pt_lsb > 0):
            raise ValueError(f"pt_lsb is a positive number of GeV, not {self.pt_lsb}")
        if not (1 <= self.pt_bits <= 20 and 2 <= self.angle_bits <= 16):
            raise ValueError("pT has 1 to 20 bits and angles have 2 to 16")
        if not 1 <= self.angle_steps <= 1 << 14:
            raise ValueError(f"angle_steps counts steps in half a turn, 1 to 16384, not {self.angle_steps}")
        super().__post_init__()

    @property
    def bits(self) -> int | None:
        return self.pt_bits + 2 * self.angle_bits + sum(of.precision.bits for of in self.extra)

    @property
    def angle_lsb(self) -> float:
        """One step of the angles, in rad."""
        return math.pi / self.angle_steps

    @property
    def pt_type(self) -> FixedType:
        """Of column 0. A constituent fits, so an operator may drop the bits above by wrapping."""
        return FixedType(False, self.pt_bits, 0)

    @property
    def angle_type(self) -> FixedType:
        """Of columns 1 and 2; they fit as well."""
        return FixedType(True, self.angle_bits, 0)

    @property
    def input_type(self) -> FixedType | None:
        return FixedType(True, self.width, 0, Rounding.HALF_EVEN, Overflow.SAT)

    @property
    def width(self) -> int:
        """Bits of the widest column, which all have as numbers of the input."""
        return max(self.pt_bits + 1, self.angle_bits, *(of.integer_type.bits for of in self.extra))

    def address_type(self, bits: int | None) -> FixedType | None:
        return FixedType(False, bits or self.angle_bits, 0, overflow=Overflow.SAT)

    def coarser(self) -> Mapping[str, tuple[InputForm, Mapping[str, int]]]:
        found = dict(super().coarser())
        if self.angle_steps % 2 == 0 and self.angle_bits > 2:
            angles = replace(self, angle_steps=self.angle_steps // 2, angle_bits=self.angle_bits - 1)
            found["angles"] = angles, {"address": 1}
        return found

    @abstractmethod
    def pt_number(self, pt: Real) -> Real:
        """The number for pT > 0, before it is cut to 1 .. 2^pt_bits - 1."""

    @abstractmethod
    def pt_value(self, number: Real) -> Real:
        """The pT in GeV that a number above 0 stands for."""

    def features(self, momenta: NDArray[Any]) -> Features:
        given = np.asarray(momenta, dtype=np.float64)
        require_columns(given, self.extra)
        p = given[..., :4]
        px, py, pz = (p[..., k] for k in (1, 2, 3))
        pt = np.hypot(px, py)
        real = pt > 0  # straight along the beam there is no eta: a trigger has no such candidate
        axis = p[..., 1:].sum(-2)
        axis_pt = np.hypot(axis[..., 0], axis[..., 1])[..., None]
        eta = self._steps(pseudorapidity(pz, pt)) - self._steps(pseudorapidity(axis[..., 2:], axis_pt))
        phi = self._steps(np.arctan2(py, px)) - self._steps(np.arctan2(axis[..., 1], axis[..., 0]))[..., None]
        phi = self._wrapped(phi)
        number = np.clip(self.pt_number(np.where(real, pt, 1.0)), 1, self.pt_type.highest)
        angles = [np.clip(angle, self.angle_type.lowest, self.angle_type.highest) for angle in (eta, phi)]
        columns = [number, *angles, *raw_features(given, self.extra, self.width)]
        return np.where(real[..., None], np.stack(columns, -1), 0.0).astype(np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        x = np.asarray(features, dtype=np.float64)
        pt = np.where(x[..., 0] > 0, self.pt_value(x[..., 0]), 0.0)
        eta, phi = self.angle_lsb * x[..., 1], self.angle_lsb * x[..., 2]
        momentum = [pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
        return np.stack([*momentum, *real_features(x[..., 3:], self.extra, self.width)], -1)

    def numbers(self, seen: NDArray[Any]) -> Features:
        p = np.asarray(seen, dtype=np.float64)
        pt = np.hypot(p[..., 1], p[..., 2])
        real = pt > 0
        number = np.clip(np.rint(self.pt_number(np.where(real, pt, 1.0))), 1, self.pt_type.highest)
        eta, phi = (self._steps(x) for x in (pseudorapidity(p[..., 3], pt), np.arctan2(p[..., 2], p[..., 1])))
        columns = np.stack([number, eta, self._wrapped(phi), *raw_features(p, self.extra, self.width)], -1)
        return np.where(real[..., None], columns, 0.0).astype(np.float32)

    def _wrapped(self, phi: Real) -> Real:
        """The same angle in (-pi, pi], in steps."""
        return self.angle_steps - np.mod(self.angle_steps - phi, 2 * self.angle_steps)

    def _steps(self, angle: Real) -> Real:
        return np.rint(angle / self.angle_lsb)

    def dots(self, wanted: WantedDots) -> Dots:
        expect(
            not wanted.beams, f"beams have no pT and no eta, so the input form {self.name} cannot write them"
        )
        if wanted.address is None:
            raise ValueError(f"the input form {self.name} needs a type of addresses")
        if wanted.table is None:
            raise ValueError(f"the input form {self.name} needs a type of tables")
        types = AngularTypes(
            wanted.output, self.pt_type, self.angle_type, wanted.address, wanted.constituents
        )
        return self.angular_dots(types, wanted.table)

    @abstractmethod
    def angular_dots(self, types: AngularTypes, table: FixedType) -> Dots:
        """:meth:`dots` from what all operators on angles share, and the type of their tables' entries."""


def pseudorapidity(pz: Real, pt: Real) -> Real:
    """eta of pz and pT, 0 where pT is 0."""
    eta: Real = np.arcsinh(
        np.divide(pz, pt, out=np.zeros(np.broadcast_shapes(pz.shape, pt.shape)), where=pt > 0)
    )
    return eta
