"""Features of constituents beside their momenta, as further columns of an input form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Overflow, Rounding, from_real

#: a name that hardware languages and files take
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
MOST_FEATURES, MOST_BITS = 16, 16
Real = NDArray[np.float64]


@dataclass(frozen=True)
class ExtraFeature:
    """A number of a constituent, for example its charge: its name, and the type that it is rounded to."""

    name: str
    precision: FixedType

    @property
    def integer_type(self) -> FixedType:
        """The signed type of its raw value as an integer, in steps of the precision."""
        return FixedType(True, self.precision.bits + (not self.precision.signed), 0)


def extra_from_json(given: Any) -> tuple[ExtraFeature, ...]:
    """From ``ap_fixed`` strings by name.

    Raises:
        ValueError: not such a mapping, a name that ports cannot have, or a type that is too wide.
    """
    if not isinstance(given, Mapping) or not 1 <= len(given) <= MOST_FEATURES:
        raise ValueError(
            f"features of an input form are 1 to {MOST_FEATURES} names, each with an ap_fixed type"
        )
    found = []
    for name, text in given.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"a feature has a name of small letters, digits and _, not {name!r}")
        if not isinstance(text, str):
            raise ValueError(f"the feature {name} has an ap_fixed type, not {text!r}")
        written = FixedType.from_ap_fixed(text)
        # Rounded in software, before the first gate: to nearest, and never wrapped around.
        precision = replace(written, rounding=Rounding.HALF_EVEN, overflow=Overflow.SAT)
        if precision.bits > MOST_BITS:
            raise ValueError(f"the feature {name} has 1 to {MOST_BITS} bits, not {precision.bits}")
        found.append(ExtraFeature(name, precision))
    return tuple(found)


def extra_to_json(extra: Sequence[ExtraFeature]) -> dict[str, str]:
    """Inverse of :func:`extra_from_json`."""
    return {feature.name: feature.precision.ap_fixed() for feature in extra}


def require_columns(p: Real, extra: Sequence[ExtraFeature]) -> None:
    """Refuse jets without a number for each feature behind the four of the momentum.

    Raises:
        BadInput: there are other numbers.
    """
    if p.shape[-1] != 4 + len(extra):
        names = ", ".join(feature.name for feature in extra) or "no features of constituents"
        raise BadInput(
            f"the network reads (E, px, py, pz) and {names}: {4 + len(extra)} numbers for each constituent, "
            f"and these jets have {p.shape[-1]}."
        )


def steps(extra: Sequence[ExtraFeature], bits: int) -> list[float]:
    """What one count of the integer of each feature stands for in an input of ``bits`` bits.

    Features are shifted up as far as they go. Columns are then of one size, as weights of one type need them; a charge
    of 1 beside angles in the hundreds would take a weight that leaves no bits to the others.
    """
    return [of.precision.lsb * 2.0 ** (of.integer_type.bits - bits) for of in extra]


def raw_features(p: Real, extra: Sequence[ExtraFeature], bits: int) -> list[Real]:
    """The columns of features behind momenta, rounded to their precisions, as integers of ``bits`` bits."""
    raw = [from_real(p[..., 4 + k], of.precision).astype(np.float64) for k, of in enumerate(extra)]
    return [x * 2.0 ** (bits - of.integer_type.bits) for x, of in zip(raw, extra, strict=True)]


def real_features(columns: Real, extra: Sequence[ExtraFeature], bits: int) -> list[Real]:
    """Values of such columns [..., features]."""
    return [columns[..., k] * step for k, step in enumerate(steps(extra, bits))]
