"""Float nanoPELICAN: the network of arXiv 2310.16121, written so that only one step touches all pairs.

    x_ij = BN1(d_ij)                                         d_ij = p_i . p_j of real slots
    y_ijc = ReLU(sum_b w_cb agg_b(x)_ij + b_c + delta_ij bdiag_c)          six aggregators
    z = BN2(y),  R_c0 = sum_ij z_ijc / Nbar^2,  R_c1 = sum_i z_iic / Nbar
    w_k = sum_c (v_ck0 R_c0 + v_ck1 R_c1) + b2_k,  p(top) = sigmoid(2 w) of a single score

Batch norm is affine, so row sums of x come from row sums of d, which are p_i . J with J = sum_i p_i, and
sums of z from sums of y: see :mod:`quant.models.npelican.pair_sums` for the one N x N step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from fpgajet.ops.momenta import BEAMS
from quant.models.masked_norm import MaskedNorm
from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.npelican.pair_sums import CHUNK_PAIRS, TERMS, pair_sums
from quant.models.scoring import one_or_several

METRIC = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)


#: Of each aggregator: the term that d adds to, the term that a shift of d adds to, and the power of 1 / Nbar.
AGGREGATORS = (
    ("pair", "one", 0),
    ("diagonal row", "diagonal n", 1),
    ("column", "n", 1),
    ("row", "n", 1),
    ("total", "n^2", 2),
    ("diagonal total", "diagonal n^2", 2),
)


@dataclass(frozen=True)
class PairBatch:
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
    def from_momenta(cls, p: Tensor, beams: int, jet: bool = False) -> PairBatch:
        """From four-momenta [B, N, 4] (GeV), unused slots zero and last; with ``jet``, :func:`with_jet` of them.

        Products are taken in float64: in float32 the small d of hard collinear pairs would be noise.
        """
        p = with_jet(p) if jet else p
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


def with_jet(p: Tensor) -> Tensor:
    """(J, p_1, ..., p_N), float64 [B, N + 1, 4], with J = sum_i p_i."""
    p = p.double()
    return torch.cat([p.sum(1, keepdim=True), p], 1)


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

    #: columns of the mixing matrix, and what each aggregator adds to them
    terms: ClassVar[tuple[str, ...]] = TERMS
    aggregators: ClassVar[tuple[tuple[str, str, int], ...]] = AGGREGATORS

    #: where it is set, what computes scores of four-momenta [B, N, 4] (float64) in training mode
    training_scores: Callable[[Tensor], Tensor] | None = None
    #: where it is set, what computes scores of four-momenta [B, N, 4] in both modes
    all_scores: Callable[[Tensor], Tensor] | None = None

    _of_scale: Tensor
    _of_shift: Tensor
    _of_biases: Tensor
    _nbars: Tensor

    def __init__(self, architecture: Architecture, nbar: float = NBAR, hidden_bias: float = 0.3) -> None:
        super().__init__()
        c, k = architecture.hidden, architecture.scores
        self.architecture, self.nbar = architecture, nbar
        self.norm1, self.norm2 = MaskedNorm(1), MaskedNorm(c)
        real = torch.float64
        self.weight = nn.Parameter(torch.randn(c, 6, dtype=real) * (2.0 / 6) ** 0.5)
        self.bias = nn.Parameter(torch.randn(c, dtype=real) * hidden_bias)
        self.diagonal_bias = nn.Parameter(torch.randn(c, dtype=real) * hidden_bias)
        self.score_weight = nn.Parameter(torch.randn(c, 2 * k, dtype=real) * (1.0 / (2 * c)) ** 0.5)
        self.score_bias = nn.Parameter(torch.zeros(k, dtype=real))
        # With x = scale d + shift, what each aggregator adds to the terms of ``terms``.
        of_scale, of_shift = torch.zeros(2, 6, len(self.terms), dtype=real)
        for aggregator, (term, moved, power) in enumerate(self.aggregators):
            of_scale[aggregator, self.terms.index(term)] = nbar**-power
            of_shift[aggregator, self.terms.index(moved)] = nbar**-power
        of_biases = torch.zeros(2, len(self.terms), dtype=real)
        of_biases[0, self.terms.index("one")] = of_biases[1, self.terms.index("diagonal one")] = 1
        for name, matrix in {"scale": of_scale, "shift": of_shift, "biases": of_biases}.items():
            self.register_buffer(f"_of_{name}", matrix, persistent=False)
        nbars = torch.tensor([[nbar**2], [nbar]], dtype=real)
        self.register_buffer("_nbars", nbars, persistent=False)

    def mixing_weight(self) -> Tensor:
        """Weights of the six aggregators [C, 6], with w_2 = w_3 if the model is symmetric."""
        if not self.architecture.symmetric:
            return self.weight
        mean = (self.weight[:, 2:3] + self.weight[:, 3:4]) / 2
        return torch.cat([self.weight[:, :2], mean, mean, self.weight[:, 4:]], 1)

    def forward(self, p: Tensor) -> Tensor:
        """Scores w [B], or [B, K] (float64), of four-momenta [B, N, 4] in GeV."""
        if self.all_scores is not None:
            return self.all_scores(p)
        if self.training and self.training_scores is not None:
            return self.training_scores(p.double())
        return self.score(PairBatch.from_momenta(p, self.architecture.beams, self.architecture.jet))

    def score(self, jets: PairBatch) -> Tensor:
        """Scores w [B], or [B, K], of a prepared batch."""
        n = jets.slots.to(torch.float64)
        features = torch.stack([torch.ones_like(n), n, n * n, jets.total])
        y_sums, scale, shift = self.sums(jets, features)
        v = self.last_weight()  # [K, 2, C]
        score = (v * scale).flatten(1) @ y_sums.flatten(0, 1) + (v @ shift) @ features[[2, 1]]
        return one_or_several(score.T + self.score_bias)

    def last_weight(self) -> Tensor:
        """Weights [K, 2, C] of the last layer on plain sums and traces of z."""
        c = self.architecture.hidden
        return self.score_weight.reshape(c, 2, -1).permute(2, 1, 0) / self._nbars

    def sums(self, jets: PairBatch, features: Tensor, *scales: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[sum_ij y, sum_i y_ii] [2, C, B], and scale and shift [C] of the batch norm behind them.

        ``features`` and ``scales`` are those of :func:`quant.models.npelican.pair_sums.pair_sums`.
        """
        n = jets.slots.to(torch.float64)
        pairs = torch.dot(n, n)
        d = jets.d.permute(1, 2, 0)  # jets last, as they lie in memory
        flat = d.reshape(-1)
        squares = torch.dot(flat, flat).double()[None]
        scale, shift = self.norm1.affine(jets.total.sum()[None], squares, pairs)
        biases = torch.stack([self.bias, self.diagonal_bias], 1)
        mixing = (
            self.mixing_weight() @ (scale * self._of_scale + shift * self._of_shift)
            + biases @ self._of_biases
        )
        y_sums, y_squares = pair_sums(d, jets.row.T, jets.slots, features, mixing, *scales)
        return y_sums, *self.norm2.affine(y_sums[0].sum(1), y_squares, pairs)
