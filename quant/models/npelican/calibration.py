"""Calibration: the binary points that lose least, from a float model and a sample of jets.

The search starts from percentiles and takes one step at a time (a point by one bit, an exponent by one, a channel
by a factor) whenever the loss of the quantised model falls. Such a search ends in the nearest minimum, so it is
run from several starts with differently stretched channels. Afterwards every binary point is a constant.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from quant.models.coordinate_descent import Move, coordinate_descent
from quant.models.loss import logit_loss
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.binary_points import BinaryPoints
from quant.models.npelican.bits import Bits
from quant.models.npelican.effort import Effort
from quant.models.npelican.folding import Folded
from quant.models.npelican.observed import Observed
from quant.models.npelican.quantised import QuantisedNPelican
from quant.models.quantised import CHUNK_JETS
from quant.models.scoring import one_or_several

#: percentiles come from this many jets: [jets, M, M, C] float64 is made of them
OBSERVED_JETS = 4000

#: the types that quantised d depends on
TYPES_OF_D = ("momenta", "dots", "address", "table")

#: jets that guide the search; more of them choose among its ends
QUICK_JETS = 2500
#: random starts stretch channels by up to 2^reach
REACHES = (1, 2, 2, 4)

DEFAULT_EFFORT = Effort()

Loss = Callable[[QuantisedNPelican], float]


class SampleLoss:
    """Cross entropy of a sample of jets; remembers the quantised d of the last types asked for.

    Args:
        inputs: [B, N, F], features of the model's input form. label: [B].
    """

    def __init__(self, inputs: Tensor, label: Tensor) -> None:
        self.inputs, self.label = inputs, label
        self.key: object = None
        self.parts: list[dict[str, Tensor]] = []

    def __call__(self, model: QuantisedNPelican) -> float:
        """The loss of a quantised model."""
        key = (model.architecture, *(model.types.to_json().get(name) for name in TYPES_OF_D))
        with torch.no_grad():
            if key != self.key:
                self.parts = []
                for part in torch.split(self.inputs, CHUNK_JETS):
                    stages = model.run(model.given(part), upto="dots")
                    self.parts.append(stages)
                self.key = key
            scores = torch.cat([model.run(part)["score"] for part in self.parts])
            return float(logit_loss(one_or_several(scores), self.label))


def calibrate(
    folded: Folded,
    architecture: Architecture,
    bits: Bits,
    momenta: Tensor,
    loss: Loss,
    name: str,
    effort: Effort = DEFAULT_EFFORT,
    quick_loss: Loss | None = None,
) -> QuantisedNPelican:
    """The quantised model of a folded float model, with all its binary points.

    Args:
        momenta: sample of jets [B, N, 4] (GeV), as the input form shows them, that ranges are taken from.
        loss: what to make small, for example :class:`SampleLoss`; called on candidate models.
        name: name of the model.
        effort: how hard to search.
        quick_loss: the same on fewer jets: it guides the searches, and ``loss`` chooses among their ends.
    """
    observed = Observed(folded, architecture, momenta[:OBSERVED_JETS], bits.term is not None)

    def cost(points: BinaryPoints) -> float:
        return (quick_loss or loss)(observed.build(points, bits, name))

    starts = {cost(start): start for start in stretched_starts(observed.start(), effort.starts)}
    # Starts of equal cost differ in a channel that does nothing: one of them is enough.
    best = [starts[value] for value in sorted(starts)[: effort.searches]]
    found = [coordinate_descent(start, _steps, cost, effort.sweeps) for start in best]
    ends = [observed.build(points, bits, name) for points in found]
    return min(ends, key=loss)


def stretched_starts(middle: BinaryPoints, number: int) -> list[BinaryPoints]:
    """``middle``, and its channels stretched by random powers of two: always the same ones.

    Narrow and wide distributions take turns. Among many channels a wide one hardly ever leaves all of them
    usable, and of a model in which one channel dwarfs the others the narrow one stays too close to the middle.
    """
    rng = np.random.default_rng(0)
    reach = np.resize(REACHES, number - 1)[:, None]
    exponents = rng.integers(-reach, reach + 1, (number - 1, len(middle.factors)))
    return [middle, *(middle.stretched(row) for row in 2.0**exponents)]


def _steps(points: BinaryPoints) -> list[list[Move[BinaryPoints]]]:
    """The neighbours by number, each a coordinate of its own: all of them are tried in every sweep."""
    return [[partial(_neighbour, number)] for number in range(len(list(points.neighbours())))]


def _neighbour(number: int, points: BinaryPoints) -> BinaryPoints | None:
    return next(islice(points.neighbours(), number, None), None)
