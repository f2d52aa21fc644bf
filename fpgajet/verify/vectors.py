"""Edge vectors: the jets that break firmware, made for any input type and number of constituents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.network import Network
from fpgajet.verify import directed
from fpgajet.verify.holes import holes

Events = NDArray[np.float32]


def edge_vectors(network: Network, count: int, seed: int, jets: Events) -> dict[str, Events]:
    """Jets by kind, together at least ``count``, float32 [n, N, F] in the numbers of the network's input form.

    They need not be physical: hardware has an answer for every input, and all implementations must agree
    on it. Values are exact in float32; a part lies on half steps of the input quantiser.

    Args:
        network: for the shape and type of its input.
        count: how many, over all kinds.
        seed: of the random generator (PCG64).
        jets: features of real jets, from which the jets with full multiplicity are made.
    """
    rng = np.random.default_rng(seed)
    kind, shape = network.input_type, network.input_shape
    tenth = -(-count // 10)

    def real(raw: NDArray[np.int64]) -> Events:
        return (raw * kind.lsb).astype(np.float32)

    def extremes(n: int) -> NDArray[np.int64]:
        return rng.choice([kind.lowest, kind.highest], (n, *shape))

    def amplitudes(n: int) -> NDArray[np.int64]:
        """Log-uniform sizes, one scale a jet, so that sums and products cross every requantiser's range."""
        largest = rng.integers(1, kind.bits, (n, 1, 1))
        values = (rng.random((n, *shape)) * 2.0**largest).astype(np.int64)
        signed: NDArray[np.int64] = values * rng.choice([-1, 1], values.shape)
        return np.clip(signed, kind.lowest, kind.highest)

    def emptied(raw: NDArray[np.int64], filled: NDArray[np.int64]) -> NDArray[np.int64]:
        """Keep the first ``filled`` constituents of every jet."""
        return raw * (np.arange(shape[0]) < filled[:, None])[:, :, None]

    some = rng.integers(0, shape[0] + 1, 3 * tenth)
    full = jets[rng.integers(0, len(jets), tenth)].copy()
    empty_slots, constituents = full[:, :, 0] == 0, jets[jets[:, :, 0] != 0]
    if len(constituents):
        full[empty_slots] = constituents[rng.integers(0, len(constituents), int(empty_slots.sum()))]
    halves = amplitudes(2 * tenth)
    generations = min(directed.generations_for(network), count // 15)
    searched = directed.extremes(network, 2 * tenth, seed, jets, generations)
    return {
        "empty jet": np.zeros((1, *shape), np.float32),
        "every value highest": real(np.full((1, *shape), kind.highest)),
        "every value lowest": real(np.full((1, *shape), kind.lowest)),
        "saturating: highest and lowest mixed": real(extremes(tenth)),
        "saturating: far outside the range": (4.0 * real(extremes(tenth))).astype(np.float32),
        "one constituent": real(emptied(amplitudes(tenth), np.ones(tenth, np.int64))),
        "full multiplicity": full,
        "half steps of the input": (real(halves) + np.float32(kind.lsb / 2)).astype(np.float32),
        "random, every multiplicity": real(emptied(amplitudes(3 * tenth), some)),
        "random over the full range": real(rng.integers(kind.lowest, kind.highest + 1, (tenth, *shape))),
        "directed: extremes of intermediates": real(searched),
        "directed: patterns of empty slots": real(holes(network, tenth, seed)),
    }
