"""Which pairs pass the ReLU of a channel: each is a linear constraint on d_ij (arXiv 2310.16121, section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.lin_eq_2to2 import Aggregator
from quant.explanation.formula import Formula

Real = NDArray[np.float64]


@dataclass(frozen=True)
class SwitchOn:
    """Where a channel begins to pass pairs of two different constituents that carry ``share`` of p_i . J each.

    Attributes:
        jet_mass: in GeV. multiplicity: n.
        pair_mass: sqrt(2 d_ij) in GeV at which the argument of the ReLU is 0; None if no d_ij >= 0 makes it 0.
        above: whether pairs pass above that mass (else below); with ``pair_mass`` None, whether all pairs pass.
    """

    jet_mass: float
    multiplicity: int
    pair_mass: float | None
    above: bool


def switch_on(
    formula: Formula, channel: int, jet_mass: float, multiplicity: int, share: float | None = None
) -> SwitchOn:
    """The threshold of a channel.

    Args:
        jet_mass: in GeV. multiplicity: n. share: of m_J^2 = sum_i p_i . J that each of both has; None means 1 / n.
    """
    w = formula.weight[multiplicity, channel]
    total = jet_mass**2
    of_each = total * (1.0 / multiplicity if share is None else share)
    rest = float(
        of_each * (w[Aggregator.ROW] + w[Aggregator.COLUMN])
        + total * w[Aggregator.TOTAL]
        + formula.bias[multiplicity, channel]
    )
    slope = float(w[Aggregator.PAIR])
    threshold = -rest / slope if slope else -1.0
    if threshold < 0:
        return SwitchOn(jet_mass, multiplicity, None, rest > 0 if slope == 0 else slope > 0)
    return SwitchOn(jet_mass, multiplicity, float(np.sqrt(2 * threshold)), slope > 0)


def passing(formula: Formula, d: Real, n: NDArray[np.int64]) -> tuple[Real, Real]:
    """Shares [B, C] of real pairs i != j, and of the diagonal, that pass each channel's ReLU."""
    y = formula.passed(d, n) > 0
    diagonal = np.einsum("biic->bic", y).sum(1)
    off = y.sum((1, 2)) - diagonal
    pairs = np.maximum(n * (n - 1), 1)[:, None]
    return off / pairs, diagonal / np.maximum(n, 1)[:, None]
