"""What a nanoPELICAN is made of: sizes, exponents and fixed-point types. No torch here."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal

import pydantic

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.forms import MOMENTA, InputForm, Momenta

#: Nbar of the float models: a constant near the mean multiplicity (arXiv 2310.16121, section 3).
NBAR = 49.0


RowSumsOf = Literal["dots", "momenta"]


@dataclass(frozen=True)
class Architecture:
    """Sizes of a nanoPELICAN (arXiv 2310.16121).

    Attributes:
        constituents: N, leading constituents of a jet that are read.
        hidden: C, channels between the two equivariant layers.
        beams: 1 puts the two beams (1, 0, 0, +-1) before the constituents.
        form: how four-momenta become the input.
        symmetric: w_2 = w_3, so that y_ij = y_ji.
        unit_pair_weight: the quantised weight of d is +-2^k in every channel: no product with d. Channels may
            be scaled freely (ReLU is homogeneous), so this costs range of activations, not freedom.
        row_sums: "dots", S_i = sum_j d_ij of the rounded d, or "momenta", S_i = p_i . J of the momenta.
        alpha: nPELICAN_N: each of the 5 + 2 means is scaled by (n / Nbar)^alpha with an alpha of its own.
    """

    constituents: int
    hidden: int
    beams: int = 0
    form: InputForm = MOMENTA
    symmetric: bool = False
    unit_pair_weight: bool = False
    row_sums: RowSumsOf = "dots"
    alpha: bool = False

    def __post_init__(self) -> None:
        if self.constituents < 1 or self.hidden < 1 or self.beams not in (0, 1):
            raise ValueError(f"{self}: constituents and hidden are at least 1, beams is 0 or 1")
        if self.alpha and self.row_sums == "momenta":
            raise ValueError("alpha needs row_sums=dots: no operator has row sums p_i . J and weights over n")
        if self.alpha and self.symmetric:
            raise ValueError(
                "symmetric weights need equal powers of n for S_i and S_j: leave out alpha or symmetric"
            )
        if self.beams and not isinstance(self.form, Momenta):
            raise ValueError(
                f"beams need the input form momenta: (1, 0, 0, +-1) has no pT and no eta, so the form "
                f"{self.form.name} cannot write it"
            )
        if self.row_sums == "momenta" and not isinstance(self.form, Momenta):
            raise ValueError(
                f"row sums p_i . J need the input form momenta: {self.form.name} has no p_i to add"
            )

    @property
    def slots(self) -> int:
        """M, rows of d_ij."""
        return self.constituents + 2 * self.beams

    @property
    def parameters(self) -> int:
        """Trainable numbers without batch normalisation: 10 C + 1, one less a channel if symmetric; nPELICAN_N
        has 7 alphas more."""
        return (10 - self.symmetric) * self.hidden + 1 + 7 * self.alpha

    @property
    def parameters_absorbed(self) -> int | None:
        """Independent numbers of a network trained with batch normalisation, once everything that can be
        absorbed is: 9 C + 4, and 12 for C = 1 (arXiv 2310.16121, section 3); one less a channel if symmetric.
        nPELICAN_N is not counted there.
        """
        if self.alpha:
            return None
        return (12 if self.hidden == 1 else 9 * self.hidden + 4) - self.symmetric * self.hidden


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

    ``address`` and ``table``, of differences of angles and of the tables over them, exist for the trigger forms.
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

    def to_json(self) -> dict[str, str]:
        """By name, as ``ap_fixed`` strings."""
        kinds = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: kind.ap_fixed() for name, kind in kinds.items() if kind is not None}

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


@dataclass(frozen=True)
class Effort:
    """How hard calibration searches: starts that are looked at, searches from the best of them, sweeps."""

    starts: int = 80
    searches: int = 6
    sweeps: int = 30  # far more than most need: a search that is stopped early ends anywhere


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
    are for the trigger forms, which say themselves what momenta take.
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
    inner: Rounding = Rounding.FLOOR
    rounding: dict[str, Rounding] = field(default_factory=dict)

    def __post_init__(self) -> None:
        free = {f.name for f in fields(Types)} - {"momenta", "address", "table"}
        if not set(self.rounding) <= free:
            raise ValueError(f"rounding can be set of {', '.join(sorted(free))}")

    def kind(self, name: str, integer: int) -> FixedType:
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
