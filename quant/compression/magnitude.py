"""Global magnitude pruning: which weights are the smallest of a whole network.

The magnitude is that of the quantised model, in units of each weight type's full scale. Calibration has stretched
channels and shifted normalisers until all share one range; in a float model ReLU and batch norm let any channel be
stretched freely, so there a magnitude says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import from_real
from quant.models.quantised import QuantisedNetwork

Labels = Mapping[str, NDArray[np.int64]]
Zeros = dict[str, NDArray[np.bool_]]


def smallest(model: QuantisedNetwork, labels: Labels, share: float) -> Zeros:
    """The smallest weights of a quantised model, as masks.

    Args:
        labels: see :meth:`quant.models.family.Family.prunable`.
        share: of all weights, those included that are zero already. The largest of each tensor is left.
    """
    size = 1 + max(int(label.max()) for label in labels.values())
    sums, entries = np.zeros(size), np.zeros(size)
    for name, label in labels.items():
        values = model.get_parameter(name).detach().numpy()
        np.add.at(sums, label, values)
        np.add.at(entries, label, 1)
    present = np.flatnonzero(entries[1:]) + 1
    magnitude = np.abs(sums[present]) / entries[present]
    for label in labels.values():
        inside = np.isin(present, label)
        magnitude[np.argmax(np.where(inside, magnitude, -1.0))] = np.inf
    count = min(round(share * len(present)), int(np.isfinite(magnitude).sum()))
    chosen = present[np.argsort(magnitude, kind="stable")[:count]]
    return {name: np.isin(label, chosen) for name, label in labels.items()}


def pruned(model: QuantisedNetwork, labels: Labels) -> int:
    """How many weights of a quantised model are zero in hardware, for every number of constituents."""
    found: set[int] = set()
    others: set[int] = {0}
    for name, label in labels.items():
        raw = from_real(model.real(name).detach().numpy(), model.wiring.types[name]) != 0
        nonzero = raw.any(tuple(range(raw.ndim - label.ndim)))
        found |= set(label[~nonzero].tolist())
        others |= set(label[nonzero].tolist())
    return len(found - others)
