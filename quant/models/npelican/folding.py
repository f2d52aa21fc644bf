"""Batch norm of a trained nanoPELICAN folded away, exactly: weights on d itself and biases that depend on n.

BN1 is x = s d + t on real entries, so its aggregators are s times those of d plus t, t n / Nbar and
t n^2 / Nbar^2; BN2 is affine and followed by sums only. What remains is one linear map of d, ReLU, one linear
map, and three biases that are quadratic in the number n of real slots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from quant.models.npelican.floating import Jets, NPelican

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Folded:
    """A nanoPELICAN without batch norm and without normalisers: sums are plain sums.

    Attributes:
        weight: [C, 6] on the aggregators of d, with S_i = sum_j d_ij and T = sum_ij d_ij.
        bias, diagonal_bias: [3, C], coefficients of 1, n, n^2.
        score_weight: [C, 2] on sum_ij y and sum_i y_ii.
        score_bias: [3].
    """

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

    def table(self, name: str, slots: int) -> Real:
        """One of the three biases for n = 0..slots, [slots + 1, channels]."""
        coefficients: Real = getattr(self, name)
        powers = np.arange(slots + 1)[:, None] ** np.arange(3)
        table: Real = powers @ coefficients.reshape(3, -1)
        return table

    def activations(self, jets: Jets) -> tuple[Real, Real, Real]:
        """Before-ReLU values [B, M, M, C] (empty slots: -inf), sum_ij y [B, C] and sum_i y_ii [B, C]."""
        d, row, total = jets.d.double().numpy(), jets.row.numpy(), jets.total.numpy()
        n, m, w = jets.slots.numpy(), jets.d.shape[1], self.weight
        shared = total[:, None] * w[:, 4] + self.table("bias", m)[n]
        on_diagonal = total[:, None] * w[:, 5] + self.table("diagonal_bias", m)[n]
        diagonal = row[:, :, None] * w[:, 1] + on_diagonal[:, None]
        pre = d[..., None] * w[:, 0] + (row[:, :, None] * w[:, 3] + shared[:, None])[:, :, None]
        pre += (row[:, :, None] * w[:, 2])[:, None]
        pre += diagonal[:, :, None] * np.eye(m)[:, :, None]
        real = np.arange(m) < n[:, None]
        pre[~(real[:, :, None] & real[:, None, :])] = -np.inf
        y = np.maximum(pre, 0.0)
        return pre, y.sum((1, 2)), np.einsum("biic->bc", y)

    def scores(self, jets: Jets) -> Real:
        """Scores [B] in float64, equal to those of the float model in evaluation mode."""
        _, everything, trace = self.activations(jets)
        v, m = self.score_weight, jets.d.shape[1]
        bias = self.table("score_bias", m)[jets.slots.numpy(), 0]
        scores: Real = everything @ v[:, 0] + trace @ v[:, 1] + bias
        return scores


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
    s, t = float(scale1[0]), float(shift1[0])
    per_sum = np.array([1, nbar, nbar, nbar, nbar**2, nbar**2])
    normalised = w / per_sum
    return Folded(
        weight=s * normalised,
        bias=np.stack(
            [
                own["bias"] + t * w[:, 0],
                t * (normalised[:, 2] + normalised[:, 3]),
                t * normalised[:, 4],
            ]
        ),
        diagonal_bias=np.stack([own["diagonal_bias"], t * normalised[:, 1], t * normalised[:, 5]]),
        score_weight=v * scale2[:, None] / np.array([nbar**2, nbar]),
        score_bias=np.array(
            [own["score_bias"][0], (shift2 * v[:, 1]).sum() / nbar, (shift2 * v[:, 0]).sum() / nbar**2]
        ),
    )
