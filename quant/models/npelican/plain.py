"""nanoPELICAN as its paper writes it: N x N x 6 x C tensors, masked batch norm, dropout.

The reference: tests compare the fused model with it (scores and gradients), the training benchmark times it,
and training with dropout, which the fused sums cannot express, uses it.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from fpgajet.ops.momenta import BEAMS
from quant.models.masked_norm import MaskedNorm
from quant.models.npelican.floating import METRIC, NPelican, with_jet
from quant.models.npelican.scaled import ScaledNPelican
from quant.models.scoring import one_or_several


def plain_scores(model: NPelican, p: Tensor, dropout: float = 0.0) -> Tensor:
    """Scores w [B], or [B, K], of ``model`` for four-momenta [B, N, 4] (GeV), dtype of ``p``.

    ``dropout`` applies to x and z, before each equivariant layer, in training mode only (arXiv 2310.16121, section 3).
    """
    dtype = p.dtype
    if model.architecture.jet:
        p = with_jet(p).to(dtype)
    if model.architecture.beams:
        p = torch.cat([torch.from_numpy(BEAMS).to(p).expand(len(p), 2, 4), p], 1)
    mask = p[:, :, 0] != 0
    pairs = (mask[:, :, None] & mask[:, None, :])[..., None]
    d = torch.einsum("bim,bjm->bij", p * METRIC.to(dtype), p)
    x = _dropout(_norm(model.norm1, d[..., None], pairs), dropout, model.training)[..., 0]

    nbar, eye = model.nbar, torch.eye(p.shape[1]).to(p)
    row = x.sum(1) / nbar
    total = x.sum((1, 2)) / nbar**2
    ones = torch.ones_like(x)
    aggregators = torch.stack(
        [x, eye * row[:, :, None], ones * row[:, None, :], ones * row[:, :, None],
         ones * total[:, None, None], eye * total[:, None, None]], -1
    )  # fmt: skip
    n = mask.sum(1).clamp_min(1).to(dtype)[:, None]
    alpha, score_alpha = alphas_of(model)
    aggregators = aggregators * ((n / nbar) ** alpha)[:, None, None].to(dtype)
    y = torch.einsum("bija,ca->bijc", aggregators, model.mixing_weight().to(dtype)) + model.bias.to(dtype)
    y = functional.relu(y + eye[..., None] * model.diagonal_bias.to(dtype)) * pairs

    z = _dropout(_norm(model.norm2, y, pairs), dropout, model.training)
    r0 = z.sum((1, 2)) / nbar**2
    r1 = torch.einsum("biic->bc", z) / nbar
    of_sum, of_trace = model.score_weight.to(dtype).chunk(2, 1)  # [C, K]
    grow = ((n / nbar)[..., None] ** score_alpha.reshape(2, -1)).to(dtype)  # [B, 2, C or 1]
    r0, r1 = r0 * grow[:, 0], r1 * grow[:, 1]
    return one_or_several(r0 @ of_sum + r1 @ of_trace + model.score_bias.to(dtype))


def alphas_of(model: NPelican) -> tuple[Tensor, Tensor]:
    """Powers of n / Nbar of the six aggregators and of the last layer's two; zeros in plain nPELICAN."""
    if isinstance(model, ScaledNPelican):
        return torch.cat([torch.zeros_like(model.alpha[:1]), model.alpha]), model.score_alpha
    return torch.zeros(6), torch.zeros(2)


def _norm(norm: MaskedNorm, x: Tensor, real: Tensor) -> Tensor:
    """Masked batch norm of [B, N, N, channels]; entries that are not real stay 0."""
    inside = x * real
    count = real.sum().to(torch.float64)
    axes = (0, 1, 2)
    scale, shift = norm.affine(inside.sum(axes).double(), (inside**2).sum(axes).double(), count)
    return (x * scale.to(x.dtype) + shift.to(x.dtype)) * real


def _dropout(x: Tensor, p: float, training: bool) -> Tensor:
    return functional.dropout(x, p, training) if p else x
