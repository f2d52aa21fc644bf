"""Where the binary point of every quantiser goes, from a float model and a sample of jets.

A first placement comes from percentiles of what each quantiser sees. It is then improved one quantiser at a
time: a point moves by one bit, an exponent by one, or a channel by a factor sqrt(2), whenever the loss of
the quantised model falls. From then on every position is a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from quant.models.config import UNSIGNED, Architecture, Bits, Exponents, Types
from quant.models.folding import Folded, Real
from quant.models.npelican import Jets
from quant.models.quantised import QuantisedNPelican

#: share of values that the first placement holds without saturation
KEEP = 0.9999
#: the first placement looks at this many jets: [jets, M, M, C] float64 is made of them
FIRST_JETS = 4000
MAX_SWEEPS = 4

Loss = Callable[[QuantisedNPelican], float]


@dataclass(frozen=True)
class Placement:
    """Integer bits (without sign) of every type but the momenta's, exponents, and the channels' factors.

    ReLU is homogeneous, so a channel may be multiplied by any factor before it and divided after it; the
    factors decide how well the channels share one activation type and one weight type.
    """

    integer: dict[str, int]
    exponents: Exponents
    factors: tuple[float, ...]

    def build(self, folded: Folded, architecture: Architecture, bits: Bits, name: str) -> QuantisedNPelican:
        """The quantised model, its parameters set from the folded float model."""
        grid = round(-math.log2(bits.momenta_lsb))
        kinds = {key: bits.kind(key, i + (key not in UNSIGNED)) for key, i in self.integer.items()}
        types = Types(momenta=bits.kind("momenta", bits.momenta - grid), **kinds)
        model = QuantisedNPelican(architecture, types, self.exponents, name)
        model.set_from(folded.scaled(np.array(self.factors)))
        return model

    def neighbours(self) -> Iterator[Placement]:
        """All placements that differ by one step."""
        for key, value in self.integer.items():
            for step in (-1, 1):
                yield replace(self, integer=self.integer | {key: value + step})
        for key, value in vars(self.exponents).items():
            for step in (-1, 1):
                if value + step >= 0:
                    yield replace(self, exponents=replace(self.exponents, **{key: value + step}))
        for channel, factor in enumerate(self.factors):
            for step in (2**-0.5, 2**0.5):
                factors = (*self.factors[:channel], factor * step, *self.factors[channel + 1 :])
                yield replace(self, factors=factors)


def calibrate(
    folded: Folded, architecture: Architecture, bits: Bits, momenta: Tensor, loss: Loss, name: str
) -> QuantisedNPelican:
    """The quantised model of a folded float model, every binary point placed.

    Args:
        momenta: sample of jets [B, N, 4] (GeV) for the first placement.
        loss: what to make small; called on candidate models.
        name: name of the model.
    """
    placement = first_placement(folded, architecture, momenta[:FIRST_JETS])
    best = loss(placement.build(folded, architecture, bits, name))
    for _ in range(MAX_SWEEPS):
        before = best
        # Neighbours of the placement that the sweep began with: a step that helped is kept at once, and
        # later steps are applied on top of it.
        for number in range(len(list(placement.neighbours()))):
            candidate = next(c for k, c in enumerate(placement.neighbours()) if k == number)
            value = loss(candidate.build(folded, architecture, bits, name))
            if value < best:
                best, placement = value, candidate
        if best == before:
            break
    return placement.build(folded, architecture, bits, name)


def first_placement(folded: Folded, architecture: Architecture, momenta: Tensor) -> Placement:
    """Percentiles of d, sums, biases and activations; weights on d, sums and total made of one size."""
    jets, m = Jets.from_momenta(momenta, architecture.beams), architecture.slots
    pre, _, _ = folded.activations(jets)
    reach = np.array([_reach(channel[channel > 0]) for channel in np.moveaxis(pre, -1, 0)])
    folded = folded.scaled(1.0 / reach)

    w, v = np.abs(folded.weight), np.abs(folded.score_weight)
    every_pair = 2 * math.ceil(math.log2(m))
    exponents = Exponents(
        row=_balance(w[:, 0], w[:, 1:4]),
        total=_balance(w[:, 0], w[:, 4:6]),
        sum=every_pair,
        trace=max(0, every_pair + _balance(v[:, 0], v[:, 1])),
    )
    n = jets.slots.numpy()
    real = np.arange(m) < n[:, None]
    sums = 2.0 ** np.array([0, *[exponents.row] * 3, *[exponents.total] * 2])
    ranges = {
        "dots": _reach(jets.d.double().numpy()[real[:, :, None] & real[:, None, :]]),
        "row_sum": _reach(jets.row.numpy()[real]) * 2.0**-exponents.row,
        "total": _reach(jets.total.numpy()) * 2.0**-exponents.total,
        "weight": float((w * sums).max()),
        "bias": _reach(np.concatenate([folded.table(key, m)[n] for key in ("bias", "diagonal_bias")])),
        "activation": 1.0,
        "score_weight": float((v * 2.0 ** np.array([exponents.sum, exponents.trace])).max()),
        "score_bias": _reach(folded.table("score_bias", m)[n]),
        "score": _reach(folded.scores(jets)),
    }
    integer = {key: math.ceil(math.log2(value)) for key, value in ranges.items()}
    return Placement(integer, exponents, tuple((1.0 / reach).tolist()))


def _reach(values: Real) -> float:
    """The magnitude that all but a share 1 - KEEP of the values stay within; 1 if there is none."""
    reach = float(np.quantile(np.abs(values), KEEP)) if values.size else 0.0
    return reach or 1.0


def _balance(reference: Real, group: Real) -> int:
    """Exponent e such that max(group) * 2^e is as large as max(reference), to a factor sqrt(2); e >= 0."""
    if not (reference.max() > 0 and group.max() > 0):
        return 0
    return max(0, round(math.log2(float(reference.max() / group.max()))))
