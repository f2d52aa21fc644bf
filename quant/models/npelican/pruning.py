"""What of a nanoPELICAN can be pruned: weights, channels, aggregators. No torch here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.models.npelican.architecture import Architecture
from quant.models.structure import Removable, Structure

#: of ``weight`` [C, 6] (delta: on the diagonal only) and of ``score_weight`` [C, 2 K], K columns each
AGGREGATORS = {
    "weight": ("d_ij", "delta S_i", "S_j", "S_i", "T", "delta T"),
    "score_weight": ("sum", "trace"),
}


def weights(architecture: Architecture) -> dict[str, NDArray[np.int64]]:
    """All weights of both layers; those of S_i and S_j are one if they are equal, and +-2^k cannot be zero."""
    c, columns = architecture.hidden, 2 * architecture.scores
    pairs = 1 + np.arange(6 * c).reshape(c, 6)
    if architecture.symmetric:
        pairs[:, 3] = pairs[:, 2]
    if architecture.unit_pair_weight:
        pairs[:, 0] = 0
    return {"weight": pairs, "score_weight": 1 + 6 * c + np.arange(columns * c).reshape(c, columns)}


def pieces(architecture: Architecture, structure: Structure) -> Sequence[Removable]:
    """Channels between the two layers, or the aggregators of both.

    Raises:
        BadInput: the only channel.
    """
    if structure is Structure.AGGREGATORS:
        return _aggregators(architecture)
    c = architecture.hidden
    if c == 1:
        raise BadInput("a nanoPELICAN of one channel has no channels that could be removed.")
    first = ("weight", "bias", "diagonal_bias", "score_weight")
    norm = tuple(f"norm2.{name}" for name in ("gamma", "beta", "mean", "variance"))
    found = []
    for channel in range(c):
        silent = np.zeros((c, 2 * architecture.scores), bool)
        silent[channel] = True
        drop = dict.fromkeys(first + norm, (0, channel))
        found.append(Removable(f"channel {channel}", {"score_weight": silent}, {"hidden": c - 1}, drop))
    return found


def _aggregators(architecture: Architecture) -> list[Removable]:
    found = []
    for tensor, labels in weights(architecture).items():
        each = labels.shape[1] // len(AGGREGATORS[tensor])
        for number, name in enumerate(AGGREGATORS[tensor]):
            first, end = number * each, (number + 1) * each
            zero = np.isin(labels, labels[:, first:end])
            if not labels[:, first:end].all() or zero[:, :first].any():
                continue  # must stay, or is one with an earlier one
            title = "S_i and S_j" if zero[:, end:].any() else name
            found.append(Removable(title, {tensor: zero}))
    return found
