"""nanoPELICAN written out as in arXiv 2310.16121, section 3: every pair, every aggregator, one jet at a time.

It shares no code with :mod:`quant.models.npelican`, which never builds these arrays, so that an import can be
checked against it. NumPy in float64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.importing.foreign import ForeignNPelican, Real

METRIC = np.array([1.0, -1.0, -1.0, -1.0])
BEAMS = np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]])


def scores(model: ForeignNPelican, momenta: NDArray[np.floating], *, with_beams: bool = False) -> Real:
    """Scores w of jets; p(top) = sigmoid(2 w).

    Args:
        momenta: [B, N, 4], (E, px, py, pz) in GeV; slots with E = 0 are empty.
        with_beams: the beams stand among ``momenta`` already.

    Returns:
        float64 [B].
    """
    return np.array(
        [score(model, jet, with_beams=with_beams) for jet in np.asarray(momenta, dtype=np.float64)]
    )


def score(model: ForeignNPelican, jet: Real, *, with_beams: bool = False) -> float:
    """Score w of one jet [N, 4]."""
    p = jet[jet[:, 0] != 0]
    if model.beams and not with_beams:
        p = np.concatenate([BEAMS, p])
    n, nbar = len(p), model.nbar
    eye = np.eye(n)
    d = (p * METRIC) @ p.T
    x = model.norm1.scale[0] * (d - model.norm1.mean[0]) + model.norm1.beta[0]

    column = x.sum(axis=0) / nbar  # x is symmetric: sums over rows and columns are equal
    total = x.sum() / nbar**2
    powers = np.ones(6)
    score_powers = np.ones(2)
    if model.alphas is not None:
        powers[1:] = (n / nbar) ** model.alphas.aggregators
        score_powers = (n / nbar) ** model.alphas.score
    aggregators = [
        x,
        np.diag(column),
        np.tile(column, (n, 1)),
        np.tile(column[:, None], (1, n)),
        np.full((n, n), total),
        total * eye,
    ]

    w = float(model.score_bias[0])
    for c in range(model.hidden):
        before = model.bias[c] + model.diagonal_bias[c] * eye
        for b, aggregator in enumerate(aggregators):
            before = before + model.weight[c, b] * powers[b] * aggregator
        y = np.maximum(before, 0.0)
        z = model.norm2.scale[c] * (y - model.norm2.mean[c]) + model.norm2.beta[c]
        w += model.score_weight[c, 0] * score_powers[0] * z.sum() / nbar**2
        w += model.score_weight[c, 1] * score_powers[1] * np.trace(z) / nbar
    return w
