"""A placement: where the binary point of every quantiser of a nanoPELICAN is, relative to what it must hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from torch import Tensor

from quant.models.npelican.config import UNSIGNED, Architecture, Bits, Exponents, Types
from quant.models.npelican.floating import Jets
from quant.models.npelican.folding import Folded, Real
from quant.models.npelican.quantised import QuantisedNPelican

#: share of values that a quantiser holds without saturation at offset 0
KEEP = 0.9999


@dataclass(frozen=True)
class Placement:
    """Exponents, factors of the channels, and how many bits each point lies above (+) or below (-) its place.

    ReLU is homogeneous, so a channel may be multiplied by any factor before it and divided by it afterwards;
    the factors decide how well the channels share one activation type and one weight type.

    Attributes:
        exponents: of the normalisers.
        factors: one a channel.
        offsets: integer bits by type name, to be added to those that hold the observed range.
    """

    exponents: Exponents
    factors: tuple[float, ...]
    offsets: dict[str, int] = field(default_factory=dict)

    def neighbours(self) -> Iterator[Placement]:
        """All placements that differ by one step."""
        for key in (*Observed.NAMES, *Observed.WEIGHTS):
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
        real = np.arange(m) < n[:, None]
        self.dots = _reach(jets.d.double().numpy()[real[:, :, None] & real[:, None, :]])
        self.row, self.total = _reach(jets.row.numpy()[real]), _reach(jets.total.numpy())
        tables = np.concatenate([folded.table(name, m)[n] for name in ("bias", "diagonal_bias")])
        self.bias = np.array([_reach(channel) for channel in tables.T])
        self.score_bias = _reach(folded.table("score_bias", m)[n])
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
        return Placement(exponents, tuple((1 / self.activation).tolist()))

    def build(self, placement: Placement, bits: Bits, name: str) -> QuantisedNPelican:
        """The quantised model of a placement, its parameters set from the folded float model."""
        e, factors = placement.exponents, np.array(placement.factors)
        folded = self.folded.scaled(factors)
        weight = folded.weight * 2.0 ** np.array([0, e.row, e.row, e.row, e.total, e.total])
        ranges = {
            "dots": self.dots,
            "row_sum": self.row * 2.0**-e.row,
            "total": self.total * 2.0**-e.total,
            "weight": float(np.abs(weight).max()),
            "bias": float((self.bias * factors).max()),
            "activation": float((self.activation * factors).max()),
            "score_weight": float(np.abs(folded.score_weight * 2.0 ** np.array([e.sum, e.trace])).max()),
            "score_bias": self.score_bias,
            "score": self.score,
        }
        kinds = {}
        for key, reach in ranges.items():
            integer = math.ceil(math.log2(reach or 1.0)) + placement.offsets.get(key, 0)
            kinds[key] = bits.kind(key, integer + (key not in UNSIGNED))
        grid = round(-math.log2(bits.momenta_lsb))
        types = Types(momenta=bits.kind("momenta", bits.momenta - grid), **kinds)
        model = QuantisedNPelican(self.architecture, types, e, name)
        model.set_from(folded)
        return model


def _reach(values: Real) -> float:
    """The magnitude that all but a share 1 - KEEP of the values stay within; 1 if there is none."""
    reach = float(np.quantile(np.abs(values), KEEP)) if values.size else 0.0
    return reach or 1.0


def _balance(reference: Real, group: Real) -> int:
    """Exponent e such that max(group) * 2^e is as large as max(reference), to a factor sqrt(2); e >= 0."""
    if not (reference.max() > 0 and group.max() > 0):
        return 0
    return max(0, round(math.log2(float(reference.max() / group.max()))))
