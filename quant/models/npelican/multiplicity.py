"""What in a nanoPELICAN depends on the number n of real slots: biases and, in nPELICAN_N, weights. No torch here.

Batch normalisation leaves biases that are quadratic in n; with powers alpha their terms, and the weights of sums,
are multiplied by (n / M)^alpha each. (M, not Nbar: the constant (M / Nbar)^alpha goes into the weights.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

#: the terms of each bias: power of n / M, and the aggregator whose alpha scales it (0: none; 6, 7: sum and trace
#: of the last layer). Terms of equal powers are one term where nothing is scaled.
TERMS = {
    "bias": ((0, 0), (1, 2), (1, 3), (2, 4)),
    "diagonal_bias": ((0, 0), (1, 1), (2, 5)),
    "score_bias": ((0, 0), (1, 7), (2, 6)),
}
QUADRATIC = ((0, 0), (1, 0), (2, 0))


@dataclass(frozen=True)
class Multiplicity:
    """The functions of n = 0..M.

    Attributes:
        slots: M.
        alphas: of aggregators 1 to 5 and of sum and trace of the last layer, or None in plain nPELICAN.
        scores: K, outputs of the last layer, which share these alphas.
    """

    slots: int
    alphas: tuple[float, ...] | None = None
    scores: int = 1

    def terms(self, bias: str) -> int:
        """Number of coefficients of a bias."""
        return len(self._terms(bias))

    def basis(self, bias: str) -> Real:
        """The terms of a bias, [M + 1, terms]; a table is these times the coefficients."""
        u = np.arange(self.slots + 1) / self.slots
        return np.stack([u**power * self._growth(scaled) for power, scaled in self._terms(bias)], -1)

    @property
    def weights(self) -> Real:
        """Factors of the weights of the six aggregators, [M + 1, 6], the first 1."""
        return np.stack([self._growth(aggregator) for aggregator in range(6)], -1)

    @property
    def score_weights(self) -> Real:
        """Factors of the weights of the sum in all outputs, then of the trace, [M + 1, 2 K]."""
        return np.stack([self._growth(6)] * self.scores + [self._growth(7)] * self.scores, -1)

    def _terms(self, bias: str) -> tuple[tuple[int, int], ...]:
        return TERMS[bias] if self.alphas else QUADRATIC

    def _growth(self, aggregator: int) -> Real:
        alpha = self.alphas[aggregator - 1] if self.alphas and aggregator else 0.0
        growth: Real = (np.maximum(np.arange(self.slots + 1), 1) / self.slots) ** alpha
        return growth
