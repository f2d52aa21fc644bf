"""Batch norm of a trained nanoPELICAN folded away, exactly: weights on d itself and biases that depend on n.

BN1 is x = s d + t on real entries, so its aggregators are s times those of d plus t, t n / Nbar and
t n^2 / Nbar^2; BN2 is affine and followed by sums only. What remains is one linear map of d, ReLU, one linear
map, and three biases that are quadratic in the number n of real slots. The factors (n / Nbar)^alpha of nPELICAN_N
stay factors of weights and of the terms of biases: see :mod:`quant.models.npelican.multiplicity`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from quant.models.npelican.floating import NPelican, PairBatch
from quant.models.npelican.multiplicity import Multiplicity
from quant.models.scoring import one_or_several

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Folded:
    """A nanoPELICAN without batch norm and without normalisers: sums are plain sums.

    Attributes:
        weight: [C, 6] on the aggregators of d, with S_i = sum_j d_ij and T = sum_ij d_ij.
        bias, diagonal_bias: [terms, C], coefficients of the functions of n in ``multiplicity``.
        score_weight: [C, 2 K], on sum_ij y in all K outputs, then on sum_i y_ii.
        score_bias: [terms, K].
        multiplicity: the functions of n.
    """

    multiplicity: Multiplicity
    weight: Real
    bias: Real
    diagonal_bias: Real
    score_weight: Real
    score_bias: Real

    def scaled(self, factors: Real) -> Folded:
        """The same function with channel c of y multiplied by ``factors[c]`` > 0 (ReLU is homogeneous)."""
        return replace(
            self,
            weight=self.weight * factors[:, None],
            bias=self.bias * factors,
            diagonal_bias=self.diagonal_bias * factors,
            score_weight=self.score_weight / factors[:, None],
        )

    def table(self, name: str) -> Real:
        """One of the five constants for n = 0..M: a bias [M + 1, channels] or weights [M + 1, C, 6 or 2 K]."""
        coefficients: Real = getattr(self, name)
        if name == "weight":
            return self.multiplicity.weights[:, None] * coefficients
        if name == "score_weight":
            return self.multiplicity.score_weights[:, None] * coefficients
        table: Real = self.multiplicity.basis(name) @ coefficients
        return table

    def activations(self, jets: PairBatch) -> tuple[Real, Real, Real]:
        """Before-ReLU values [B, M, M, C] (empty slots: -inf), sum_ij y [B, C] and sum_i y_ii [B, C]."""
        d, row, total = jets.d.double().numpy(), jets.row.numpy(), jets.total.numpy()
        n, m = jets.slots.numpy(), jets.d.shape[1]
        w = self.table("weight")[n]  # [B, C, 6]
        shared = total[:, None] * w[..., 4] + self.table("bias")[n]
        on_diagonal = total[:, None] * w[..., 5] + self.table("diagonal_bias")[n]
        of_row, of_column, diagonal = (row[:, :, None] * w[:, None, :, b] for b in (3, 2, 1))
        pre = d[..., None] * self.weight[:, 0] + (of_row + shared[:, None])[:, :, None]
        pre += of_column[:, None]
        pre += (diagonal + on_diagonal[:, None])[:, :, None] * np.eye(m)[:, :, None]
        real = np.arange(m) < n[:, None]
        pre[~(real[:, :, None] & real[:, None, :])] = -np.inf
        y = np.maximum(pre, 0.0)
        return pre, y.sum((1, 2)), np.einsum("biic->bc", y)

    def row_terms(self, jets: PairBatch) -> Real:
        """What rows, columns and the diagonal add to pairs [3, B, M, C], half of what all pairs share in each of the
        first two, see :class:`fpgajet.ops.LinEq2to2Rounded`."""
        row, total, n = jets.row.double().numpy()[:, :, None], jets.total.double().numpy(), jets.slots.numpy()
        w = self.table("weight")[n][:, None]  # [B, 1, C, 6]
        of_total = total[:, None, None, None] * w[..., 4:]
        half = (of_total[..., 0] + self.table("bias")[n][:, None]) / 2
        on_diagonal = of_total[..., 1] + self.table("diagonal_bias")[n][:, None]
        return np.stack([row * w[..., 3] + half, row * w[..., 2] + half, row * w[..., 1] + on_diagonal])

    def scores(self, jets: PairBatch) -> Real:
        """Scores [B], or [B, K], in float64, equal to those of the float model in evaluation mode."""
        _, everything, trace = self.activations(jets)
        n = jets.slots.numpy()
        of_sum, of_trace = np.split(self.table("score_weight")[n], 2, axis=-1)  # [B, C, K]
        weighted = everything[..., None] * of_sum + trace[..., None] * of_trace
        scores: Real = weighted.sum(1) + self.table("score_bias")[n]
        return one_or_several(scores)


def fold(model: NPelican) -> Folded:
    """Fold both batch norms of a trained model (running statistics) into weights and biases."""
    zero = torch.zeros(())
    training = model.training
    model.eval()
    with torch.no_grad():
        scale1, shift1 = (x.numpy() for x in model.norm1.affine(zero, zero, zero))
        scale2, shift2 = (x.numpy() for x in model.norm2.affine(zero, zero, zero))
    model.train(training)
    own = {name: p.detach().numpy() for name, p in model.named_parameters()}
    w, v, nbar = model.mixing_weight().detach().numpy(), own["score_weight"], model.nbar
    m, k = model.architecture.slots, model.architecture.scores
    alphas = (*own["alpha"].tolist(), *own["score_alpha"].tolist()) if model.architecture.alpha else None
    # (n / Nbar)^alpha = (M / Nbar)^alpha (n / M)^alpha: the first factor is a constant
    grown = (m / nbar) ** np.array([0.0, *(alphas or np.zeros(7))])
    s, t = float(scale1[0]), float(shift1[0])
    on_sums = w * grown[:6] / np.array([1, nbar, nbar, nbar, nbar**2, nbar**2])
    on_y = v * np.repeat(grown[6:] / np.array([nbar**2, nbar]), k)
    of_sum, of_trace = np.split(shift2 @ on_y, 2)  # what the shift of BN2 adds to each output
    moved = t * on_sums * np.array([1, m, m, m, m**2, m**2])  # what the shift of BN1 adds, by aggregator
    of_n = [moved[:, 2], moved[:, 3]] if alphas else [moved[:, 2] + moved[:, 3]]
    return Folded(
        multiplicity=Multiplicity(m, alphas, k),
        weight=s * on_sums,
        bias=np.stack([own["bias"] + moved[:, 0], *of_n, moved[:, 4]]),
        diagonal_bias=np.stack([own["diagonal_bias"], moved[:, 1], moved[:, 5]]),
        score_weight=on_y * scale2[:, None],
        score_bias=np.stack([own["score_bias"], of_trace * m, of_sum * m**2]),
    )
