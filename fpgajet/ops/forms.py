"""Input forms: how a jet's four-momenta become the array of numbers that a network reads.

Every consumer of jets applies ``network.form.features`` once, at the door, so that all implementations get the
same array. Trigger forms deliver integers, in units of their own least significant bits: the input type of the
network then has no fraction, and float32 carries every value exactly.

Angles are relative to the jet's axis, the direction of the sum of the constituents' three-momenta that are
given. As in a trigger, candidates and axis are put on the grid of angles first and then subtracted; phi wraps
around into (-pi, pi]. Only differences of angles enter d_ij, so the axis decides no more than their range.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.roles import MOMENTUM_AXES, Axes

Features = NDArray[np.float32]
Real = NDArray[np.float64]


@dataclass(frozen=True)
class InputForm(ABC):
    """A way to write a constituent; its fields are all that is needed to make it again."""

    name: ClassVar[str]
    #: numbers a constituent; number 0 is zero in empty slots and only there
    columns: ClassVar[int]
    #: roles of the axes of the network's input
    axes: ClassVar[Axes] = MOMENTUM_AXES

    @property
    @abstractmethod
    def bits(self) -> int | None:
        """Bits of a constituent on the wire; None where the network's input type decides."""

    @property
    @abstractmethod
    def input_type(self) -> FixedType | None:
        """The one type that holds every number of the form; None where the model chooses it."""

    @abstractmethod
    def features(self, momenta: NDArray[Any]) -> Features:
        """Network input, float32 [jets, N, columns], of four-momenta [jets, N, 4] (E, px, py, pz) in GeV."""

    @abstractmethod
    def momenta(self, features: NDArray[Any]) -> Real:
        """The four-momenta, float64 [jets, N, 4] in GeV, that such an input stands for."""

    def to_json(self) -> dict[str, Any]:
        """Name (``form``) and numbers, for ``model.json`` and ONNX metadata."""
        return {"form": self.name} | asdict(self)


@dataclass(frozen=True)
class Momenta(InputForm):
    """Four-momenta (E, px, py, pz) in GeV, as they come."""

    name: ClassVar[str] = "momenta"
    columns: ClassVar[int] = 4

    @property
    def bits(self) -> int | None:
        return None

    @property
    def input_type(self) -> FixedType | None:
        return None

    def features(self, momenta: NDArray[Any]) -> Features:
        return np.ascontiguousarray(momenta, dtype=np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        return np.asarray(features, dtype=np.float64)


@dataclass(frozen=True)
class Aligned(Momenta):
    """Four-momenta (E, px, py, pz) in GeV, turned about the beam and boosted along it, so that the jet's axis is x.

    p_i . p_j does not change, but momenta become relative to the axis, as a trigger's jet finder delivers them:
    py = pT sin(d_phi), pz = pT sinh(d_eta), which is what features that are no invariants need.
    """

    name: ClassVar[str] = "aligned"

    def features(self, momenta: NDArray[Any]) -> Features:
        p = np.asarray(momenta, dtype=np.float64)
        energy, px, py, pz = (p[..., k] for k in range(4))
        axis = p[..., 1:].sum(-2)[..., None, :]
        pt = np.hypot(axis[..., 0], axis[..., 1])
        phi, eta = np.arctan2(axis[..., 1], axis[..., 0]), _eta(axis[..., 2], pt)
        turned = np.cos(phi) * px + np.sin(phi) * py, np.cos(phi) * py - np.sin(phi) * px
        boosted = np.cosh(eta) * energy - np.sinh(eta) * pz, np.cosh(eta) * pz - np.sinh(eta) * energy
        return np.stack([boosted[0], *turned, boosted[1]], -1).astype(np.float32)


@dataclass(frozen=True)
class _Angular(InputForm):
    """What the trigger forms share: a number for pT, and eta and phi on one grid.

    Attributes:
        pt_lsb: unit of pT in GeV.
        pt_bits: bits of the (unsigned) number for pT; it saturates.
        angle_steps: steps of the angles in half a turn: 720 is a grid of pi/720.
        angle_bits: bits of the (signed) angles relative to the jet's axis; they saturate.
    """

    columns: ClassVar[int] = 3

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

    @property
    def bits(self) -> int | None:
        return self.pt_bits + 2 * self.angle_bits

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
        bits = max(self.pt_bits + 1, self.angle_bits)
        return FixedType(True, bits, 0, Rounding.HALF_EVEN, Overflow.SAT)

    @abstractmethod
    def pt_number(self, pt: Real) -> Real:
        """The number for pT > 0, before it is cut to 1 .. 2^pt_bits - 1."""

    @abstractmethod
    def pt_value(self, number: Real) -> Real:
        """The pT in GeV that a number above 0 stands for."""

    def features(self, momenta: NDArray[Any]) -> Features:
        p = np.asarray(momenta, dtype=np.float64)
        px, py, pz = (p[..., k] for k in (1, 2, 3))
        pt = np.hypot(px, py)
        real = pt > 0  # straight along the beam there is no eta: a trigger has no such candidate
        axis = p[..., 1:].sum(-2)
        axis_pt = np.hypot(axis[..., 0], axis[..., 1])[..., None]
        eta = self._steps(_eta(pz, pt)) - self._steps(_eta(axis[..., 2:], axis_pt))
        phi = self._steps(np.arctan2(py, px)) - self._steps(np.arctan2(axis[..., 1], axis[..., 0]))[..., None]
        phi = self.angle_steps - np.mod(self.angle_steps - phi, 2 * self.angle_steps)
        number = np.clip(self.pt_number(np.where(real, pt, 1.0)), 1, self.pt_type.highest)
        angles = [np.clip(angle, self.angle_type.lowest, self.angle_type.highest) for angle in (eta, phi)]
        return np.where(real[..., None], np.stack([number, *angles], -1), 0.0).astype(np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        x = np.asarray(features, dtype=np.float64)
        pt = np.where(x[..., 0] > 0, self.pt_value(x[..., 0]), 0.0)
        eta, phi = self.angle_lsb * x[..., 1], self.angle_lsb * x[..., 2]
        return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], -1)

    def _steps(self, angle: Real) -> Real:
        return np.rint(angle / self.angle_lsb)


def _eta(pz: Real, pt: Real) -> Real:
    eta: Real = np.arcsinh(
        np.divide(pz, pt, out=np.zeros(np.broadcast_shapes(pz.shape, pt.shape)), where=pt > 0)
    )
    return eta


@dataclass(frozen=True)
class Trigger(_Angular):
    """(pT, eta, phi) as integers: pT in units of ``pt_lsb``, a real constituent at least 1, angles as above.

    The defaults are those of CMS Phase-2 candidates (0.25 GeV, pi/720), with pT up to 1 TeV and angles up to
    1.1 rad from the jet's axis.
    """

    name: ClassVar[str] = "trigger"

    def pt_number(self, pt: Real) -> Real:
        return np.rint(pt / self.pt_lsb)

    def pt_value(self, number: Real) -> Real:
        return number * self.pt_lsb


@dataclass(frozen=True)
class Log(_Angular):
    """(l, eta, phi) as integers: l = round(steps log2(pT / pt_lsb)), cut to 1 .. 2^pt_bits - 1; 0 is empty.

    Attributes:
        steps: of l for a factor of two in pT.
    """

    name: ClassVar[str] = "log"

    pt_lsb: float = 0.0625
    pt_bits: int = 7
    steps: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= 64:
            raise ValueError(f"a factor of two in pT has 1 to 64 steps, not {self.steps}")

    def pt_number(self, pt: Real) -> Real:
        number: Real = np.rint(self.steps * np.log2(pt / self.pt_lsb))
        return number

    def pt_value(self, number: Real) -> Real:
        value: Real = self.pt_lsb * np.exp2(number / self.steps)
        return value


MOMENTA = Momenta()
FORMS: dict[str, type[InputForm]] = {form.name: form for form in (Momenta, Aligned, Trigger, Log)}


def form_from_json(given: Mapping[str, Any]) -> InputForm:
    """Inverse of :meth:`InputForm.to_json`; numbers left out take their defaults.

    Raises:
        ValueError: an unknown form, an unknown number, or one out of range.
    """
    numbers = dict(given)
    name = numbers.pop("form", None)
    if name not in FORMS:
        raise ValueError(f"{name!r} is not an input form; there are {', '.join(FORMS)}")
    form = FORMS[name]
    known = {f: type(v) for f, v in asdict(form()).items()}
    odd = sorted(numbers.keys() - known.keys())
    if odd:
        raise ValueError(
            f"the input form {name} has no {', '.join(odd)}; it has {', '.join(known) or 'none'}"
        )
    wrong = [k for k, v in numbers.items() if isinstance(v, bool) or not isinstance(v, (int, known[k]))]
    if wrong:
        raise ValueError(f"{wrong[0]} of the input form {name} is a number ({known[wrong[0]].__name__})")
    return form(**{k: known[k](v) for k, v in numbers.items()})
