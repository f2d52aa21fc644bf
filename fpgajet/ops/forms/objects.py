"""The form ``objects``: reconstructed objects of an event, with their types, in steps of 1/64."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.forms.angular import pseudorapidity
from fpgajet.ops.forms.form import Dots, Features, InputForm, Real, WantedDots

#: types of objects; the code of a type is its number in this list, counted from 1, and 0 is an empty slot
TYPES = ("lepton", "missing", "b", "jet")
#: bits behind the point of all numbers
FRACTION = 6
#: types that have no mass, whatever rounding makes of E^2 - p^2
_MASSLESS = (1, 2)


@dataclass(frozen=True)
class Objects(InputForm):
    """(log10 pT, eta, phi, log10 mass, one bit for each of :data:`TYPES`) of an object, in steps of 1/64.

    Numbers of order 1, which attention needs: nothing normalises them before its exponential.

    What this form reads has a fifth number beside (E, px, py, pz): the code of the type. Logarithms are counted from 1
    at their smallest value; the number of a mass below that is 0, and so are all numbers of an empty slot. Missing
    transverse momentum has neither eta nor mass. Source: the event-level networks of docs/events.md.

    Attributes:
        decade_steps: steps of both logarithms for a factor of ten.
        pt_min, mass_min: GeV, the smallest pT and mass that a step stands for.
        angle_steps: steps of eta and phi in half a turn; both are those of the detector, not relative to an axis.
    """

    name: ClassVar[str] = "objects"
    columns: ClassVar[int] = 4 + len(TYPES)
    objects: ClassVar[bool] = True

    decade_steps: int = 64
    pt_min: float = 1.0
    mass_min: float = 0.1
    angle_steps: int = 64

    def __post_init__(self) -> None:
        if not (1 <= self.decade_steps <= 1024 and 1 <= self.angle_steps <= 127):
            raise ValueError("a decade has 1 to 1024 steps, and half a turn has 1 to 127")
        if not all(math.isfinite(x) and x > 0 for x in (self.pt_min, self.mass_min)):
            raise ValueError("pt_min and mass_min are positive numbers of GeV")

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        angle = f"pi/{self.angle_steps}"
        return (
            ("log_pt", f"1 + {self.decade_steps} log10(pT / {self.pt_min:g} GeV), 0 for an empty slot"),
            ("eta", angle),
            ("phi", angle),
            ("log_mass", f"1 + {self.decade_steps} log10(m / {self.mass_min:g} GeV), 0 below"),
            *((f"is_{name}", "64 for an object of this type") for name in TYPES),
        )

    def row_names(self, rows: int) -> list[str]:
        return [f"object_{k}" for k in range(rows)]

    @property
    def bits(self) -> int | None:
        return 4 * 8 + len(TYPES)

    @property
    def input_type(self) -> FixedType | None:
        return FixedType(True, FRACTION + 3, FRACTION, Rounding.HALF_EVEN, Overflow.SAT)

    def features(self, momenta: NDArray[Any]) -> Features:
        p = np.asarray(momenta, dtype=np.float64)
        code = np.rint(p[..., 4])
        pt = np.hypot(p[..., 1], p[..., 2])
        mass2 = np.where(np.isin(code, _MASSLESS), 0.0, p[..., 0] ** 2 - (p[..., 1:4] ** 2).sum(-1))
        eta, phi = pseudorapidity(p[..., 3], pt), np.arctan2(p[..., 2], p[..., 1])
        numbers = [
            np.maximum(self._logarithm(pt, self.pt_min), 1.0),
            np.clip(np.rint(eta * self.angle_steps / np.pi), -127, 127),
            np.rint(phi * self.angle_steps / np.pi),
            self._logarithm(np.sqrt(np.maximum(mass2, 0.0)), self.mass_min),
            *((code == k) * float(1 << FRACTION) for k in range(1, len(TYPES) + 1)),
        ]
        raw = np.where((pt > 0)[..., None], np.stack(numbers, -1), 0.0)
        return (raw / (1 << FRACTION)).astype(np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        """As :meth:`features` takes them, float64 [events, N, 5]: (E, px, py, pz) in GeV and the type's code."""
        x = np.asarray(features, dtype=np.float64) * (1 << FRACTION)
        real = x[..., 0] > 0
        pt = np.where(real, self._inverse(x[..., 0], self.pt_min), 0.0)
        mass = np.where(real & (x[..., 3] > 0), self._inverse(x[..., 3], self.mass_min), 0.0)
        eta, phi = (x[..., k] * np.pi / self.angle_steps for k in (1, 2))
        energy = np.hypot(pt * np.cosh(eta), mass)
        code = np.where(real, (x[..., 4:] / (1 << FRACTION) * np.arange(1, len(TYPES) + 1)).sum(-1), 0.0)
        return np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta), code], -1)

    def seen(self, momenta: NDArray[Any]) -> Features:
        """Float models read the numbers themselves."""
        return self.features(momenta)

    def numbers(self, seen: NDArray[Any]) -> Features:
        return np.asarray(seen, dtype=np.float32)

    def dots(self, wanted: WantedDots) -> Dots:
        raise ValueError("a network of objects reads their numbers; it has no d_ij")

    def _logarithm(self, x: Real, smallest: float) -> Real:
        number = np.rint(1 + self.decade_steps * np.log10(np.maximum(x, 1e-30) / smallest))
        held: Real = np.clip(number, 0, 255)
        return held

    def _inverse(self, number: Real, smallest: float) -> Real:
        value: Real = smallest * 10.0 ** ((number - 1) / self.decade_steps)
        return value
