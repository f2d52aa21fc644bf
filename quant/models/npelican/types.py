"""The fixed-point types and the powers of two of a quantised nanoPELICAN. No torch here."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any

from fpgajet.fixed import FixedType


@dataclass(frozen=True)
class Exponents:
    """Powers of two that the hardware divides by: row sums, the total, and both sums of the last layer."""

    row: int
    total: int
    sum: int
    trace: int


@dataclass(frozen=True)
class Types:
    """The fixed-point type of every quantiser of a nanoPELICAN; the names are those of ``model.json``.

    ``address`` and ``table``, of differences of angles and of the tables over them, exist for the trigger forms;
    ``term`` where what rows add to pairs is rounded first (:class:`fpgajet.ops.LinEq2to2Rounded`).
    """

    momenta: FixedType
    dots: FixedType
    row_sum: FixedType
    total: FixedType
    weight: FixedType
    bias: FixedType
    activation: FixedType
    score_weight: FixedType
    score_bias: FixedType
    score: FixedType
    address: FixedType | None = None
    table: FixedType | None = None
    term: FixedType | None = None

    def to_json(self) -> dict[str, str]:
        """By name, as ``ap_fixed`` strings."""
        precisions = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: precision.ap_fixed() for name, precision in precisions.items() if precision is not None}

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Types:
        """Inverse of :meth:`to_json`.

        Raises:
            ValueError: a name is missing or unknown, or a string is not a type.
        """
        needed = [f.name for f in fields(cls) if f.default is MISSING]
        known = {f.name for f in fields(cls)}
        if not set(needed) <= set(given) <= known:
            raise ValueError(f"types must be exactly {', '.join(needed)}, not {', '.join(given)}")
        return cls(**{name: FixedType.from_ap_fixed(text) for name, text in given.items()})
