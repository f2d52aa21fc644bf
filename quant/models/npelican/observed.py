"""The quantised nanoPELICAN of a folded float model, for given binary points and the ranges seen on a sample."""

from __future__ import annotations

import math

import numpy as np
from torch import Tensor

from quant.models.npelican.architecture import Architecture
from quant.models.npelican.binary_points import BinaryPoints
from quant.models.npelican.bits import UNSIGNED, Bits
from quant.models.npelican.floating import PairBatch
from quant.models.npelican.folding import Folded, Real
from quant.models.npelican.input_types import input_types
from quant.models.npelican.quantised import QuantisedNPelican
from quant.models.npelican.types import Exponents, Types

#: share of values that a quantiser holds without saturation at offset 0
KEEP = 0.9999
#: share of jets whose weights are held: those of nPELICAN_N grow without bound towards few constituents, so that the
#: few jets that have them would take the bits of all others
KEEP_WEIGHTS = 0.95


class Observed:
    """What the quantisers see: magnitudes of a folded float model's values on a sample of jets.

    Args:
        folded: the float model. architecture: its sizes. momenta: sample of jets [B, N, 4] in GeV.
        rounded_terms: whether terms of rows have a type.
    """

    def __init__(
        self, folded: Folded, architecture: Architecture, momenta: Tensor, rounded_terms: bool = False
    ) -> None:
        self.folded, self.architecture, self.rounded_terms = folded, architecture, rounded_terms
        jets, m = PairBatch.from_momenta(momenta, architecture.beams, architecture.jet), architecture.slots
        pre, _, _ = folded.activations(jets)
        self.activation = np.array([_reach(channel[channel > 0]) for channel in np.moveaxis(pre, -1, 0)])
        n = jets.slots.numpy()
        self.numbers = n
        real = np.arange(m) < n[:, None]
        self.dots = _reach(jets.d.double().numpy()[real[:, :, None] & real[:, None, :]])
        self.row, self.total = _reach(jets.row.numpy()[real]), _reach(jets.total.numpy())
        tables = np.concatenate([folded.table(name)[n] for name in ("bias", "diagonal_bias")])
        self.bias = np.array([_reach(channel) for channel in tables.T])
        terms = folded.row_terms(jets)[:, real]
        self.term = np.array([_reach(channel) for channel in np.moveaxis(terms, -1, 0)])
        self.score_bias = _reach(folded.table("score_bias")[n])
        self.score = _reach(folded.scores(jets))

    def start(self) -> BinaryPoints:
        """Channels of equal activation range; weights on d, row sums and total of one size."""
        w, v = (np.abs(x) for x in (self.folded.weight, self.folded.score_weight))
        w, v = w / self.activation[:, None], v * self.activation[:, None]
        k = self.architecture.scores
        every_pair = 2 * math.ceil(math.log2(self.architecture.slots))
        exponents = Exponents(
            row=_balance(w[:, 0], w[:, 1:4]),
            total=_balance(w[:, 0], w[:, 4:6]),
            sum=every_pair,
            trace=max(0, every_pair + _balance(v[:, :k], v[:, k:])),
        )
        tables = self.architecture.form.real_tables
        factors = tuple((1 / self.activation).tolist())
        return BinaryPoints(exponents, factors, tables=tables, terms=self.rounded_terms)

    def build(self, points: BinaryPoints, bits: Bits, name: str) -> QuantisedNPelican:
        """The quantised model with these binary points, its parameters set from the folded float model."""
        e, factors = points.exponents, np.array(points.factors)
        if self.architecture.unit_pair_weight:
            factors = _to_powers_of_two(factors, np.abs(self.folded.weight[:, 0]))
        folded = self.folded.scaled(factors)
        weight = folded.table("weight") * 2.0 ** np.array([0, e.row, e.row, e.row, e.total, e.total])
        score_weight = folded.table("score_weight") * 2.0 ** np.repeat(
            [e.sum, e.trace], self.architecture.scores
        )
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
        if self.rounded_terms:
            ranges["term"] = float((self.term * factors).max())
        precisions = {}
        for key, reach in ranges.items():
            integer = _integer_bits(key, reach) + points.offsets.get(key, 0)
            precisions[key] = bits.precision(key, integer + (key not in UNSIGNED))
        types = Types(
            **precisions, **input_types(self.architecture.form, bits, points.offsets.get("table", 0))
        )
        model = QuantisedNPelican(self.architecture, types, e, name, folded.multiplicity.alphas)
        model.set_from(folded)
        return model

    def _weight_reach(self, table: Real) -> float:
        """The largest weight [M + 1, C, ...] of all but a few jets."""
        of_jets = np.abs(table).max((1, 2))[self.numbers]
        return float(np.quantile(of_jets, KEEP_WEIGHTS, method="lower"))


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
