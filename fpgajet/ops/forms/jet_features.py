"""The form ``jet-features``: eight numbers per jet, computed in software from its constituents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.forms.angular import pseudorapidity
from fpgajet.ops.forms.form import Dots, Features, InputForm, Real, WantedDots

#: name of each number, and what one count of its integer stands for
LABELS = (
    ("multiplicity", "constituents that are read"),
    ("log_pt", "1/16 of a factor of two, from 1 GeV, of the scalar sum of pT"),
    ("log_mass", "1/16 of a factor of two, from 1 GeV, of 1 GeV + mass"),
    ("girth", "1/256 rad, mean distance from the axis weighted with pT"),
    ("pt_dispersion", "1/256 of sqrt(sum pT^2) / sum pT"),
    ("leading_share", "1/256 of the leading constituent's share of the sum of pT"),
    ("log_e2", "1/16 of a factor of two of e2 = sum_(i<j) z_i z_j R_ij"),
    ("log_d2", "1/16 of a factor of two of D2 = e3 / e2^3, e3 = sum_(i<j<k) z_i z_j z_k R_ij R_ik R_jk"),
)
#: what stands for 0 in a logarithm
FLOOR = 2.0**-20


@dataclass(frozen=True)
class JetFeatures(InputForm):
    """High-level features of a jet as integers in one row, see ``LABELS``; z_i is a share of the sum of pT.

    Everything is computed in numpy before the first gate: no hardware figure contains it. Four-momenta do not follow
    from features. Source of D2: arXiv 1409.6298.

    Attributes:
        constituents: N, leading constituents of the jet that the features are computed from.
    """

    name: ClassVar[str] = "jet-features"
    columns: ClassVar[int] = len(LABELS)

    constituents: int = 16

    def __post_init__(self) -> None:
        if not 1 <= self.constituents <= 256:
            raise ValueError(f"features are of 1 to 256 constituents, not {self.constituents}")

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        return LABELS

    @property
    def input_type(self) -> FixedType | None:
        return FixedType(True, 10, 0, Rounding.HALF_EVEN, Overflow.SAT)

    def row_names(self, rows: int) -> list[str]:
        return ["jet"]

    def constituents_read(self, rows: int) -> int:
        return self.constituents

    def seen(self, momenta: NDArray[Any]) -> Features:
        return np.asarray(momenta, dtype=np.float32)

    def numbers(self, seen: NDArray[Any]) -> Features:
        return self.features(seen)

    def features(self, momenta: NDArray[Any]) -> Features:
        p = np.asarray(momenta, dtype=np.float64)[:, : self.constituents]
        pt, total = np.hypot(p[..., 1], p[..., 2]), p.sum(1)
        real = pt > 0
        scalar = np.maximum(pt.sum(1), FLOOR)
        share = pt / scalar[:, None]
        mass = np.sqrt(np.maximum(total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(-1), 0.0))
        eta, phi = pseudorapidity(p[..., 3], pt), np.arctan2(p[..., 2], p[..., 1])
        axis_pt = np.hypot(total[:, 1], total[:, 2])
        axis = pseudorapidity(total[:, 3], axis_pt)[:, None], np.arctan2(total[:, 2], total[:, 1])[:, None]
        distance = np.where(real, _distance(eta, phi, *axis), 0.0)
        between = _distance(eta[:, :, None], phi[:, :, None], eta[:, None], phi[:, None])
        # The sums over i < j and i < j < k are traces: every pair stands twice in them, every triple six times.
        linked = between * share[:, None]
        two = (share[:, None] @ between @ share[..., None])[:, 0, 0] / 2
        three = np.einsum("bij,bji->b", linked @ linked, linked) / 6
        numbers = np.stack(
            [
                real.sum(1),
                16 * np.log2(np.maximum(scalar, 1.0)),
                16 * np.log2(1.0 + mass),
                256 * (share * distance).sum(1),
                256 * np.sqrt((share**2).sum(1)),
                256 * share.max(1),
                16 * np.log2(np.maximum(two, FLOOR)),
                16 * np.log2(np.maximum(three, FLOOR) / np.maximum(two, FLOOR) ** 3),
            ],
            -1,
        )
        kind = FixedType(True, 10, 0)
        whole = np.clip(np.rint(numbers), kind.lowest, kind.highest)
        return np.where(whole[:, :1] > 0, whole, 0.0)[:, None].astype(np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        raise BadInput("features of a jet do not say which four-momenta they stand for.")

    def dots(self, wanted: WantedDots) -> Dots:
        raise ValueError("features of a jet do not say how d_ij follows from them")


def _distance(eta: Real, phi: Real, other_eta: Real, other_phi: Real) -> Real:
    """Distance in eta and phi; phi wraps around."""
    around: Real = np.pi - np.abs(np.pi - np.abs(phi - other_phi))
    found: Real = np.hypot(eta - other_eta, around)
    return found
