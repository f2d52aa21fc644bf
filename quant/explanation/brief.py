"""The part of an explanation that a report shows: formula, thresholds, three jets taken apart. No torch, no SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.network import Network
from quant.data import Jets
from quant.explanation.canonical import names, vector
from quant.explanation.constraints import passing, switch_on
from quant.explanation.document import Explained, example_jets, taken_apart
from quant.explanation.formula import layers

#: jets of each class that are looked at
PER_CLASS = 1000
#: GeV, jet masses at which thresholds are given
JET_MASSES = tuple(float(mass) for mass in range(10, 251, 5))
#: pairs of two different constituents of a jet, those that add or take most
SHOWN_PAIRS = 40


def has_formula(network: Network) -> bool:
    """Whether a network is a nanoPELICAN."""
    try:
        layers(network)
    except BadInput:
        return False
    return True


def brief(network: Network, jets: Jets) -> dict[str, Any]:
    """What ``report.json`` holds under ``explanation``.

    Args:
        jets: of both classes; the first :data:`PER_CLASS` of each are looked at.

    Raises:
        BadInput: the network is no nanoPELICAN, or all jets are of one class.
    """
    chosen = [np.flatnonzero(jets.label == k)[:PER_CLASS] for k in (0, 1)]
    found = taken_apart(network, jets[np.sort(np.concatenate(chosen))])
    off, _ = passing(found.quantised, found.dots, found.slots)
    return {
        "jets": len(found.label),
        "formula": dict(zip(names(found.quantised.channels), vector(found.quantised).tolist(), strict=True)),
        "thresholds": [_threshold(found, c) for c in range(found.quantised.channels)],
        "passing": [
            {name: float(off[found.label == k, c].mean()) for k, name in ((0, "background"), (1, "signal"))}
            for c in range(found.quantised.channels)
        ],
        "examples": [
            _example(found, what, jet) for what, jet in example_jets(found.label, found.score).items()
        ],
    }


def _threshold(found: Explained, channel: int) -> dict[str, Any]:
    n = int(np.median(found.slots))
    points = [switch_on(found.quantised, channel, mass, n) for mass in JET_MASSES]
    return {
        "above": any(point.above for point in points),
        "multiplicity": n,
        "jet_mass": list(JET_MASSES),
        "pair_mass": [point.pair_mass for point in points],
    }


def _example(found: Explained, what: str, jet: int) -> dict[str, Any]:
    """One jet: its constituents relative to the jet axis, and the score as a sum, exact in binary floating point."""
    part = found.attribution
    eta, phi, share = relative(found.momenta[jet])
    beams = part.pairs.shape[1] - found.momenta.shape[1]
    pairs = part.pairs[jet, beams:, beams:]
    both = pairs + pairs.T
    i, j = np.triu_indices(len(eta), 1)
    strongest = np.argsort(-np.abs(both[i, j]), kind="stable")[:SHOWN_PAIRS]
    return {
        "what": what,
        "score": int(part.score[jet]) * part.unit,
        "pairs": int(part.pairs[jet].sum()) * part.unit,
        "bias": int(part.bias[jet]) * part.unit,
        "rounding": int(part.rounding[jet]) * part.unit,
        "eta": eta.tolist(),
        "phi": phi.tolist(),
        "share": share.tolist(),
        "strongest": [
            [int(i[k]), int(j[k]), int(both[i[k], j[k]]) * part.unit] for k in strongest if both[i[k], j[k]]
        ],
    }


def relative(
    p: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """eta and phi relative to the jet axis, and the share of pT, of the real constituents of [N, 4] in GeV."""
    p = p[p[:, 0] > 0]
    pt = np.hypot(p[:, 1], p[:, 2])
    eta, phi = np.arcsinh(p[:, 3] / pt), np.arctan2(p[:, 2], p[:, 1])
    jet = p.sum(0)
    turned = phi - np.arctan2(jet[2], jet[1])
    return (
        eta - np.arcsinh(jet[3] / np.hypot(jet[1], jet[2])),
        (turned + np.pi) % (2 * np.pi) - np.pi,
        pt / pt.sum(),
    )
