"""Float nanoPELICAN: the network of arXiv 2310.16121, written so that only one step touches all pairs.

    x_ij = BN1(d_ij)                                         d_ij = p_i . p_j of real slots
    y_ijc = ReLU(sum_b w_cb agg_b(x)_ij + b_c + delta_ij bdiag_c)          six aggregators
    z = BN2(y),  R_c0 = sum_ij z_ijc / Nbar^2,  R_c1 = sum_i z_iic / Nbar
    w = sum_c (v_c0 R_c0 + v_c1 R_c1) + b2,  p(top) = sigmoid(2 w)

Batch norm is affine, so row sums of x come from row sums of d, which are p_i . J with J = sum_i p_i, and
sums of z from sums of y: see :mod:`quant.models.npelican.pair_sums` for the one N x N step.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fpgajet.ops.momenta import BEAMS
from quant.models.npelican.config import NBAR, Architecture
from quant.models.npelican.pair_sums import CHUNK_PAIRS, pair_sums

METRIC = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)


class MaskedNorm(nn.Module):
    """Batch norm over the real entries of a padded batch, as the affine map (scale, shift) that it is.

    Statistics come as sums; eps 1e-5 and momentum 0.1 as in the paper's code. Float64 throughout.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, channels: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = nn.Parameter(torch.ones(channels, dtype=torch.float64))
        self.beta = nn.Parameter(torch.zeros(channels, dtype=torch.float64))
        self.register_buffer("mean", torch.zeros(channels, dtype=torch.float64))
        self.register_buffer("variance", torch.ones(channels, dtype=torch.float64))

    def affine(self, total: Tensor, squares: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
        """(scale, shift) [channels] such that BN(x) = scale x + shift.

        Args:
            total, squares: sums of x and x^2 over the real entries of the batch, [channels].
            count: number of real entries; all three are used in training mode only.
        """
        mean, variance = self.mean, self.variance
        if self.training:
            mean = total / count
            variance = (squares / count - mean**2).clamp_min(0.0)
            with torch.no_grad():
                unbiased = variance * count / (count - 1)
                self.mean.lerp_(mean, self.momentum)
                self.variance.lerp_(unbiased, self.momentum)
        scale = self.gamma / torch.sqrt(variance + self.eps)
        return scale, self.beta - scale * mean


@dataclass(frozen=True)
class Jets:
    """A batch as the network needs it (float64 but ``d``).

    Attributes:
        d: [B, M, M] float32, products of four-momenta in GeV^2, 0 in empty slots.
        row: [B, M] sum_j d_ij.  total: [B] sum_ij d_ij.  slots: [B] int64, real slots n, which come first.
    """

    d: Tensor
    row: Tensor
    total: Tensor
    slots: Tensor

    @classmethod
    def from_momenta(cls, p: Tensor, beams: int) -> Jets:
        """From four-momenta [B, N, 4] (GeV), unused slots zero and last.

        Products are taken in float64: in float32 the small d of hard collinear pairs would be noise.
        """
        slots = (p[:, :, 0] != 0).sum(-1)
        q = p.permute(2, 1, 0).to(torch.float64, memory_format=torch.contiguous_format)
        if beams:
            beam = torch.from_numpy(BEAMS).to(q).T[:, :, None].expand(4, 2, len(p))
            q, slots = torch.cat([beam, q], 1), slots + 2
        whole = q.sum(1)
        row = _minkowski(q, whole[:, None])
        m, jets = row.shape
        d = torch.empty(m, m, jets, dtype=torch.float32, device=p.device)
        rows = max(1, CHUNK_PAIRS // (m * max(1, jets)))
        for i in range(0, m, rows):
            d[i : i + rows] = _minkowski(q[:, i : i + rows, None], q[:, None])
        return cls(d.permute(2, 0, 1), row.T, row.sum(0), slots)


def _minkowski(a: Tensor, b: Tensor) -> Tensor:
    """a . b of four-vectors in the first axis."""
    product = a[0] * b[0]
    for axis in (1, 2, 3):
        product.addcmul_(a[axis], b[axis], value=-1)
    return product


class NPelican(nn.Module):
    """Float nanoPELICAN; parameters in float64, the pairs in float32.

    Args:
        architecture: N, C and beams.
        nbar: the constant that keeps sums in range.
        hidden_bias: width of the normal distribution that hidden biases start from. With 0 most seeds
            end in the poor optimum that only measures the jet's mass.
    """

    def __init__(self, architecture: Architecture, nbar: float = NBAR, hidden_bias: float = 0.3) -> None:
        super().__init__()
        c = architecture.hidden
        self.architecture, self.nbar = architecture, nbar
        self.norm1, self.norm2 = MaskedNorm(1), MaskedNorm(c)
        real = torch.float64
        self.weight = nn.Parameter(torch.randn(c, 6, dtype=real) * (2.0 / 6) ** 0.5)
        self.bias = nn.Parameter(torch.randn(c, dtype=real) * hidden_bias)
        self.diagonal_bias = nn.Parameter(torch.randn(c, dtype=real) * hidden_bias)
        self.score_weight = nn.Parameter(torch.randn(c, 2, dtype=real) * (1.0 / (2 * c)) ** 0.5)
        self.score_bias = nn.Parameter(torch.zeros(1, dtype=real))

    def forward(self, p: Tensor) -> Tensor:
        """Scores w [B] (float64) of four-momenta [B, N, 4] in GeV."""
        return self.score(Jets.from_momenta(p, self.architecture.beams))

    def score(self, jets: Jets) -> Tensor:
        """Scores w [B] of a prepared batch."""
        n = jets.slots.to(torch.float64)
        pairs, nbar = (n * n).sum(), self.nbar
        d = jets.d.permute(1, 2, 0)  # jets last, as they lie in memory
        flat = d.reshape(-1)
        s, t = self.norm1.affine(jets.total.sum()[None], torch.dot(flat, flat).double()[None], pairs)

        w = self.weight * s / torch.tensor([1.0, nbar, nbar, nbar, nbar**2, nbar**2])  # on sums of d
        moved = t * self.weight  # what the shift of BN1 adds to each aggregator, per n / Nbar
        u = n / nbar
        powers = torch.stack([torch.ones_like(u), u, u * u, jets.total])  # [4, B]
        shared = torch.stack(
            [self.bias + moved[:, 0], moved[:, 2] + moved[:, 3], moved[:, 4], w[:, 4]], 1
        ) @ powers
        on_diagonal = torch.stack([self.diagonal_bias, moved[:, 1], moved[:, 5], w[:, 5]], 1) @ powers
        y_total, y_trace, y_squares = (
            sums.double()
            for sums in pair_sums(
                d, jets.row.T, jets.slots, w[:, 0], w[:, 3], w[:, 2], w[:, 1], shared, on_diagonal
            )
        )
        s2, t2 = self.norm2.affine(y_total.sum(1), y_squares, pairs)
        v = self.score_weight / torch.tensor([nbar**2, nbar])
        on_y, on_n = v * s2[:, None], t2 @ v
        score: Tensor = on_y[:, 0] @ y_total + on_y[:, 1] @ y_trace + on_n[0] * n * n + on_n[1] * n
        return score + self.score_bias
