"""The widths of a nanoPELICAN's quantisers. No torch here."""

from __future__ import annotations

from dataclasses import field, fields

import pydantic

from fpgajet.fixed import FixedType, Overflow, Rounding
from quant.models.npelican.types import Types

#: Products of physical four-momenta are not negative, so neither are their sums; where coarse momenta make
#: them so, saturation at 0 is the better answer, and the sign bit is a bit of precision.
UNSIGNED = ("dots", "row_sum", "total", "activation")


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Bits:
    """How many bits each quantiser gets, and how it rounds; where the point sits is found by calibration.

    The defaults are 6-bit weights and activations with momenta up to 1024 GeV in steps of 1/16 GeV: d of
    hard collinear pairs is a small difference of large products, and coarser momenta cost more AUC than any
    other quantiser. ``inner`` rounding applies to d, row sums, total, activations and score; floor costs
    nothing in hardware; ``rounding`` sets that of single types, by the names of :class:`Types`. ``address`` (by
    default as many bits as the angles) and ``table`` (by default 10 bits, on the logarithmic grid as many as pT)
    are for the trigger forms, which say themselves what momenta take. ``term`` rounds what rows add to pairs before
    it is added (:class:`fpgajet.ops.LinEq2to2Rounded`); without it that is exact.
    """

    momenta: int = 15
    momenta_lsb: float = 0.0625  # GeV
    dots: int = 12
    row_sum: int = 14
    total: int = 14
    weight: int = 6
    bias: int = 12
    activation: int = 6
    score_weight: int = 6
    score_bias: int = 12
    score: int = 16
    address: int | None = None
    table: int | None = None
    term: int | None = None
    inner: Rounding = Rounding.FLOOR
    rounding: dict[str, Rounding] = field(default_factory=dict)

    def __post_init__(self) -> None:
        free = {f.name for f in fields(Types)} - {"momenta", "address", "table"}
        if not set(self.rounding) <= free:
            raise ValueError(f"rounding can be set of {', '.join(sorted(free))}")

    def precision(self, name: str, integer: int) -> FixedType:
        """The type called ``name`` in :class:`Types` with ``integer`` integer bits (sign included).

        Momenta, weights and biases round to nearest even; weights are symmetric.
        """
        bits = int(getattr(self, name))
        weights = name in ("weight", "score_weight")
        nearest = weights or name in ("momenta", "bias", "score_bias")
        return FixedType(
            signed=name not in UNSIGNED,
            bits=bits,
            fraction=bits - integer,
            rounding=self.rounding.get(name, Rounding.HALF_EVEN if nearest else self.inner),
            overflow=Overflow.SAT_SYM if weights else Overflow.SAT,
        )
