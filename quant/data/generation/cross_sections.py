"""Cross sections of generated jets.

Pythia estimates the cross section sigma of a process within its pTHat window. Events that pass all cuts have the share
sum(w of those) / sum(w of all) of it, with event weights w (all equal unless the recipe biases the selection). The
cross section written beside a jet is the class's, times the jet's weight over the mean weight of jets that passed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant.data.jets import Jets

PICOBARN_PER_MILLIBARN = 1e9


class CrossSection:
    """Sums of event weights, batch by batch."""

    def __init__(self) -> None:
        self._all = 0.0
        self._events = 0
        self._passed: list[NDArray[np.float64]] = []

    def add(self, batch: Any, event: NDArray[np.int64]) -> None:
        """Count a batch of Pythia's; ``event``: rows of those events whose jet passed."""
        import awkward as ak

        weight = np.asarray(ak.to_numpy(ak.firsts(batch.info.weights)), dtype=np.float64)
        self._all += float(weight.sum())
        self._events += len(weight)
        self._passed.append(weight[event])

    def of(self, jets: Jets, pythia: Any) -> Jets:
        """The jets, of which those that passed first, with cross sections [pb] and how they came about."""
        info = pythia.infoPython()
        sigma, error = (PICOBARN_PER_MILLIBARN * value for value in (info.sigmaGen(), info.sigmaErr()))
        passed = np.concatenate(self._passed)
        each = sigma * passed / self._all * len(passed)
        facts = {
            "generated_pb": sigma,
            "generated_error_pb": error,
            "events": self._events,
            "passed": len(passed),
            "passed_pb": float(each.mean()),
        }
        content = {**vars(jets), "cross_section": each[: len(jets)].astype(np.float32)}
        return Jets(**{**content, "provenance": facts})
