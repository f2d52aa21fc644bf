"""What each pair of constituents adds to a score, from the exact integers of the hardware. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops import LinEq2to0
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from quant.explanation.formula import layers

Int = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Attribution:
    """Scores taken apart: ``pairs`` summed over i and j, plus ``bias`` and ``rounding``, is ``score``, exactly.

    Attributes:
        pairs: [B, M, M] integers in units of 2^-fraction; the diagonal holds both its terms.
        channels: [B, C], the same by channel.
        bias: [B], of the number of constituents. rounding: [B], what the last requantisation adds.
        score: [B], what the hardware puts out.
        fraction: fraction bits of all of them.
    """

    pairs: Int
    channels: Int
    bias: Int
    rounding: Int
    score: Int
    fraction: int

    @property
    def unit(self) -> float:
        """Value of 1."""
        return 2.0**-self.fraction


def attribute(network: Network, stages: Mapping[str, FixedArray]) -> Attribution:
    """Take the scores of jets apart.

    Args:
        stages: of the jets, as :meth:`fpgajet.ops.network.Network.reference` gives them.

    Raises:
        BadInput: the network is no nanoPELICAN.
    """
    pairs, score = layers(network)
    operator = score.operator
    assert isinstance(operator, LinEq2to0)
    z = stages[pairs.name]
    n = stages[score.inputs[1]].raw.sum(-1)
    weight, bias = score.tensors["weight"].values, score.tensors["bias"].values
    w = (
        weight.raw
        if weight.raw.ndim == 3
        else np.broadcast_to(weight.raw, (len(bias.raw), *weight.raw.shape))
    )
    total, trace = operator.sum_exponent, operator.trace_exponent
    fraction = max(z.fraction + weight.fraction + max(total, trace), bias.fraction, operator.output.fraction)
    shift = fraction - z.fraction - weight.fraction
    each = (z.raw * w[n][:, None, None, :, 0]) << (shift - total)
    on_diagonal = np.einsum("biic->bic", z.raw) * w[n][:, None, :, 1] << (shift - trace)
    slots = np.arange(z.raw.shape[1])
    each[:, slots, slots] += on_diagonal
    of_bias = bias.at(fraction)[n, 0]
    found = stages[score.name].at(fraction)[:, 0]
    return Attribution(
        pairs=each.sum(-1),
        channels=each.sum((1, 2)),
        bias=of_bias,
        rounding=found - each.sum((1, 2, 3)) - of_bias,
        score=found,
        fraction=fraction,
    )
