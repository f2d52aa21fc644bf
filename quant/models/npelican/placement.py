"""A placement: where the binary point of every quantiser of a nanoPELICAN is, relative to what it must hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from torch import Tensor

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.forms import InputForm, Log, Trigger
from quant.models.npelican.config import UNSIGNED, Architecture, Bits, Exponents, Types
from quant.models.npelican.floating import Jets
from quant.models.npelican.folding import Folded, Real
from quant.models.npelican.quantised import QuantisedNPelican

#: share of values that a quantiser holds without saturation at offset 0
KEEP = 0.9999
#: share of jets whose weights are held: those of nPELICAN_N grow without bound towards few constituents, so that the
#: few jets that have them would take the bits of all others
KEEP_WEIGHTS = 0.95
#: rad; few pairs of a jet of R = 0.8 are further apart in eta or phi, and their d may saturate
WIDE = 1.0


@dataclass(frozen=True)
class Placement:
    """Exponents, factors of the channels, and how many bits each point lies above (+) or below (-) its place.

    ReLU is homogeneous, so a channel may be multiplied by any factor before it and divided by it afterwards;
    the factors decide how well the channels share one activation type and one weight type.

    Attributes:
        exponents: of the normalisers.
        factors: one a channel.
        offsets: integer bits by type name, to be added to those that hold the observed range.
        tables: whether there are tables of angles whose binary point is to be placed.
    """

    exponents: Exponents
    factors: tuple[float, ...]
    offsets: dict[str, int] = field(default_factory=dict)
    tables: bool = False

    def neighbours(self) -> Iterator[Placement]:
        """All placements that differ by one step."""
        for key in (*Observed.NAMES, *Observed.WEIGHTS, *(["table"] if self.tables else [])):
            for step in (-1, 1):
                yield replace(self, offsets=self.offsets | {key: self.offsets.get(key, 0) + step})
        for key, value in vars(self.exponents).items():
            for step in (-1, 1):
                if value + step >= 0:
                    yield replace(self, exponents=replace(self.exponents, **{key: value + step}))
        for channel in range(len(self.factors)):
            for factor in (0.5, 2**-0.5, 2**0.5, 2.0):
                yield self.stretched([factor if c == channel else 1.0 for c in range(len(self.factors))])

    def stretched(self, steps: list[float] | Real) -> Placement:
        """The same with the channels' factors multiplied by ``steps``."""
        return replace(self, factors=tuple(f * float(s) for f, s in zip(self.factors, steps, strict=True)))


class Observed:
    """What the quantisers see: magnitudes of a folded float model's values on a sample of jets.

    Args:
        folded: the float model. architecture: its sizes. momenta: sample of jets [B, N, 4] in GeV.
    """

    NAMES = ("dots", "row_sum", "total", "bias", "activation", "score_bias", "score")
    WEIGHTS = ("weight", "score_weight")

    def __init__(self, folded: Folded, architecture: Architecture, momenta: Tensor) -> None:
        self.folded, self.architecture = folded, architecture
        jets, m = Jets.from_momenta(momenta, architecture.beams), architecture.slots
        pre, _, _ = folded.activations(jets)
        self.activation = np.array([_reach(channel[channel > 0]) for channel in np.moveaxis(pre, -1, 0)])
        n = jets.slots.numpy()
        self.numbers = n
        real = np.arange(m) < n[:, None]
        self.dots = _reach(jets.d.double().numpy()[real[:, :, None] & real[:, None, :]])
        self.row, self.total = _reach(jets.row.numpy()[real]), _reach(jets.total.numpy())
        tables = np.concatenate([folded.table(name)[n] for name in ("bias", "diagonal_bias")])
        self.bias = np.array([_reach(channel) for channel in tables.T])
        self.score_bias = _reach(folded.table("score_bias")[n])
        self.score = _reach(folded.scores(jets))

    def start(self) -> Placement:
        """Channels of equal activation range; weights on d, row sums and total of one size."""
        w, v = (np.abs(x) for x in (self.folded.weight, self.folded.score_weight))
        w, v = w / self.activation[:, None], v * self.activation[:, None]
        every_pair = 2 * math.ceil(math.log2(self.architecture.slots))
        exponents = Exponents(
            row=_balance(w[:, 0], w[:, 1:4]),
            total=_balance(w[:, 0], w[:, 4:6]),
            sum=every_pair,
            trace=max(0, every_pair + _balance(v[:, 0], v[:, 1])),
        )
        tables = isinstance(self.architecture.form, Trigger)
        return Placement(exponents, tuple((1 / self.activation).tolist()), tables=tables)

    def build(self, placement: Placement, bits: Bits, name: str) -> QuantisedNPelican:
        """The quantised model of a placement, its parameters set from the folded float model."""
        e, factors = placement.exponents, np.array(placement.factors)
        if self.architecture.unit_pair_weight:
            factors = _to_powers_of_two(factors, np.abs(self.folded.weight[:, 0]))
        folded = self.folded.scaled(factors)
        weight = folded.table("weight") * 2.0 ** np.array([0, e.row, e.row, e.row, e.total, e.total])
        score_weight = folded.table("score_weight") * 2.0 ** np.array([e.sum, e.trace])
        ranges = {
            "dots": self.dots,
            "row_sum": self.row * 2.0**-e.row,
            "total": self.total * 2.0**-e.total,
            "weight": self._weight_reach(weight),
            "bias": float((self.bias * factors).max()),
            "activation": float((self.activation * factors).max()),
            "score_weight": self._weight_reach(score_weight),
            "score_bias": self.score_bias,
            "score": self.score,
        }
        kinds = {}
        for key, reach in ranges.items():
            integer = _integer_bits(key, reach) + placement.offsets.get(key, 0)
            kinds[key] = bits.kind(key, integer + (key not in UNSIGNED))
        types = Types(**kinds, **input_types(self.architecture.form, bits, placement.offsets.get("table", 0)))
        model = QuantisedNPelican(self.architecture, types, e, name, folded.multiplicity.alphas)
        model.set_from(folded)
        return model

    def _weight_reach(self, table: Real) -> float:
        """The largest weight [M + 1, C, ...] of all but a few jets."""
        of_jets = np.abs(table).max((1, 2))[self.numbers]
        return float(np.quantile(of_jets, KEEP_WEIGHTS, method="lower"))


def input_types(form: InputForm, bits: Bits, offset: int) -> dict[str, FixedType]:
    """Types of the input and, for the trigger forms, of differences of angles and of the tables over them.

    ``offset``: integer bits of the tables beyond those that hold pairs at a distance of ``WIDE``.
    """
    if not isinstance(form, Trigger | Log):
        return {"momenta": bits.kind("momenta", bits.momenta - round(-math.log2(bits.momenta_lsb)))}
    assert form.input_type is not None
    address = FixedType(False, bits.address or form.angle_bits, 0, overflow=Overflow.SAT)
    if isinstance(form, Log):
        table = FixedType(False, bits.table or form.pt_bits, 0, overflow=Overflow.SAT)
    else:
        width = bits.table or 10
        integer = math.ceil(math.log2(form.pt_lsb**2 * (math.cosh(WIDE) - 1))) + offset
        table = FixedType(False, width, width - integer, Rounding.HALF_EVEN, Overflow.SAT)
    return {"momenta": form.input_type, "address": address, "table": table}


def _integer_bits(key: str, reach: float) -> int:
    """Bits left of the point for values up to ``reach``; a weight of exactly 2^k needs k + 1 of them."""
    size = math.log2(reach or 1.0)
    return math.floor(size + 1e-9) + 1 if key == "weight" else math.ceil(size)


def _to_powers_of_two(factors: Real, weights: Real) -> Real:
    """Factors next to the given ones that make ``factors * weights`` powers of two; 0 has no such factor."""
    size = np.where(weights > 0, factors * weights, 1.0)
    rounded: Real = factors * np.exp2(np.rint(np.log2(size))) / size
    return rounded


def _reach(values: Real) -> float:
    """The magnitude that all but a share 1 - KEEP of the values stay within; 1 if there is none."""
    reach = float(np.quantile(np.abs(values), KEEP)) if values.size else 0.0
    return reach or 1.0


def _balance(reference: Real, group: Real) -> int:
    """Exponent e such that max(group) * 2^e is as large as max(reference), to a factor sqrt(2); e >= 0."""
    if not (reference.max() > 0 and group.max() > 0):
        return 0
    return max(0, round(math.log2(float(reference.max() / group.max()))))
