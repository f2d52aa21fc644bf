"""Scores of a float nanoPELICAN by a loop over pairs in C, with the published dropout and for one core.

    x_ij = m_ij BN1(d_ij)                                    m: dropout's factors 0 and 1 / (1 - p)
    y_ijc = ReLU(sum_b w_cb agg_b(x)_ij + b_c + delta_ij bdiag_c)
    z_ijc = m'_ijc BN2(y_ijc),  w = sum_c (v_c0 sum_ij z_ijc / Nbar^2 + v_c1 sum_i z_iic / Nbar) + b2

That is :func:`quant.models.npelican.plain.plain_scores`, and tests compare the two, scores and gradients, with the same
m and m'. Dropout breaks the symmetry of x and differs from channel to channel, so that the fused sums of
:mod:`quant.models.npelican.pair_sums` cannot express it; the plain formula can, and needs many times as long at
80 constituents. ``pair_loop.c`` is compiled when a model is made. Pairs are in float32, everything else in float64.
"""

from __future__ import annotations

import ctypes
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fpgajet.errors import BadInput, MissingTool, ToolFailed
from fpgajet.folders import ScratchFolder
from fpgajet.ops.momenta import BEAMS
from fpgajet.processes import run
from quant.models.npelican.floating import AGGREGATORS, NPelican, with_jet
from quant.models.npelican.plain import alphas_of
from quant.models.scoring import one_or_several

SOURCE = Path(__file__).with_name("pair_loop.c")
COMPILER = "gcc"
#: without -ffast-math, which would change how the whole process treats denormal numbers
OPTIONS = ("-std=gnu11", "-O3", "-march=native", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math")
#: pairs lie in rows of a multiple of this; as in the C source
LANES = 16
#: numbers per jet and channel: weights of the aggregators, and sums of y; as in the C source
WEIGHTS, SUMS = 6, 6


class _Batch(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("products", "offset", "slots")),
        *((name, ctypes.c_int64) for name in ("jets", "channels")),
        *((name, ctypes.c_void_p) for name in ("affine", "weight", "bias")),
        ("seed", ctypes.c_uint64),
        ("dropout", ctypes.c_double),
        ("scratch", ctypes.c_void_p),
    )


@cache
def library() -> ctypes.CDLL:
    """The compiled loop.

    Raises:
        MissingTool: no C compiler. ToolFailed: it refused the source.
    """
    if shutil.which(COMPILER) is None:
        raise MissingTool(
            f"{COMPILER} is not on PATH, and compiled=true needs it. Install a C compiler (Debian, Ubuntu: apt-get "
            "install gcc; Alma, Rocky: dnf install gcc), or leave out compiled=true."
        )
    with ScratchFolder("fpgajet-pairs-") as folder:
        target = folder / "pair_loop.so"
        done = run([COMPILER, *OPTIONS, "-shared", "-fPIC", "-o", target, SOURCE, "-lm"])
        if done.status != 0:
            raise ToolFailed(f"{COMPILER} could not compile {SOURCE.name}: {done.first_line('(?i)error')}.")
        return ctypes.CDLL(str(target))


@dataclass(frozen=True)
class Pairs:
    """d_ij of a batch as the loop reads it.

    Attributes:
        products: float32, [n, n rounded up to ``LANES``] of each jet from ``offset`` [B] on.
        slots: [B] int64, n, beams included. total, squares: sums over all real pairs of d and d^2.
        count: number of these pairs. largest: n of the jet with most.
    """

    products: Tensor
    offset: Tensor
    slots: Tensor
    total: float
    squares: float
    count: float
    largest: int

    @classmethod
    def from_momenta(cls, p: Tensor, beams: int, jet: bool = False) -> Pairs:
        """From four-momenta [B, N, 4] (GeV), unused slots zero and last; products are taken in float64.

        With ``jet``, of :func:`quant.models.npelican.floating.with_jet`.
        """
        p = (with_jet(p) if jet else p).float().contiguous()
        slots = (p[:, :, 0] != 0).sum(1) + 2 * beams
        sizes = slots * ((slots + LANES - 1) // LANES * LANES)
        offset = sizes.cumsum(0) - sizes
        largest = int(slots.max())
        products = torch.empty(int(sizes.sum()))
        beam = torch.from_numpy(BEAMS)
        statistics, scratch = np.zeros(2), torch.empty(4 * (largest + LANES), dtype=torch.float64)
        library().npelican_products(
            _at(p), ctypes.c_int64(len(p)), ctypes.c_int64(p.shape[1]), _at(beam), ctypes.c_int64(2 * beams),
            _at(slots), _at(offset), _at(products), ctypes.c_void_p(statistics.ctypes.data), _at(scratch),
        )  # fmt: skip
        total, squares = statistics.tolist()
        return cls(products, offset, slots, total, squares, float((slots * slots).sum()), largest)


class PairLoop(torch.autograd.Function):
    """Sums [B, C, 6] of y, float64: sum m' y, sum_i m'_ii y_ii, sum m', sum_i m'_ii, sum y, sum y^2."""

    @staticmethod
    def forward(
        ctx: Any, affine: Tensor, weight: Tensor, bias: Tensor, pairs: Pairs, seed: int, dropout: float
    ) -> Tensor:
        kept = affine.detach().contiguous(), weight.float().contiguous(), bias.float().contiguous()
        ctx.save_for_backward(*kept)
        ctx.rest = pairs, seed, dropout
        sums = torch.empty(*weight.shape[:2], SUMS, dtype=torch.float64)
        batch, _scratch = _batch(*kept, pairs, seed, dropout)
        library().npelican_forward(ctypes.byref(batch), _at(sums))
        return sums

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        affine, weight, bias = ctx.saved_tensors
        of_affine, of_bias = torch.zeros(2, dtype=torch.float64), torch.zeros(bias.shape, dtype=torch.float64)
        of_weight = torch.empty(weight.shape, dtype=torch.float64)
        batch, _scratch = _batch(affine, weight, bias, *ctx.rest)
        given = gradients[0].contiguous()
        library().npelican_backward(
            ctypes.byref(batch), _at(given), _at(of_weight), _at(of_bias), _at(of_affine)
        )
        return of_affine, of_weight, of_bias, None, None, None


def _batch(
    affine: Tensor, weight: Tensor, bias: Tensor, pairs: Pairs, seed: int, dropout: float
) -> tuple[_Batch, Tensor]:
    """What the loop reads, and its scratch memory, which must outlive the call."""
    row = (pairs.largest + LANES) // LANES * LANES
    scratch = torch.empty(3 * row * row + 32 * row)
    where = _at(pairs.products), _at(pairs.offset), _at(pairs.slots), len(pairs.slots), weight.shape[1]
    return _Batch(*where, _at(affine), _at(weight), _at(bias), seed, dropout, _at(scratch)), scratch


def _at(x: Tensor) -> ctypes.c_void_p:
    return ctypes.c_void_p(x.data_ptr())


class CompiledScores:
    """Scores w [B], or [B, K] (float64), of four-momenta [B, N, 4] (GeV), of a model in training or evaluation mode.

    Args:
        model: on the CPU. dropout: share of the entries of x and z that are dropped in training mode; which ones
            follows from torch's global generator.
    """

    def __init__(self, model: NPelican, dropout: float = 0.0) -> None:
        library()
        self.model, self.dropout = model, dropout

    def __call__(self, p: Tensor) -> Tensor:
        model = self.model
        dropout, seed = self.dropout if model.training else 0.0, 0
        if dropout:
            seed = int(torch.randint(1 << 62, ()))
        return compiled_scores(model, p, dropout, seed)


def compiled_scores(model: NPelican, p: Tensor, dropout: float = 0.0, seed: int = 0) -> Tensor:
    """As :class:`CompiledScores`; ``seed`` says what is dropped."""
    if p.device.type != "cpu":
        raise BadInput(
            f"compiled=true computes on the CPU and not on {p.device.type}: leave out one of the two."
        )
    pairs = Pairs.from_momenta(p, model.architecture.beams, model.architecture.jet)
    n = pairs.slots.clamp_min(1).double()
    nbar = model.nbar
    total, squares = (torch.tensor([x], dtype=torch.float64) for x in (pairs.total, pairs.squares))
    affine = torch.cat(model.norm1.affine(total, squares, torch.tensor(pairs.count)))
    alpha, score_alpha = alphas_of(model)
    log = torch.log(n / nbar)[:, None]
    weight = model.mixing_weight() * torch.exp(log * alpha)[:, None] * _powers(nbar)
    bias = torch.stack([model.bias, model.diagonal_bias])
    sums: Tensor = PairLoop.apply(affine, weight, bias, pairs, seed, dropout)  # type: ignore[no-untyped-call]
    y, squares = sums[:, :, 4].sum(0), sums[:, :, 5].sum(0)
    scale, shift = model.norm2.affine(y, squares, torch.tensor(pairs.count))
    z = scale[:, None] * sums[:, :, :2] + shift[:, None] * sums[:, :, 2:4]  # [B, C, 2]
    growth = torch.exp(log[..., None] * score_alpha.reshape(2, -1).T)  # [B, C or 1, 2]
    scores = torch.einsum("bca,kac->bk", z * growth, model.last_weight())
    return one_or_several(scores + model.score_bias)


@cache
def _powers(nbar: float) -> Tensor:
    """What the sums of the six aggregators are multiplied by: powers of 1 / Nbar."""
    return torch.tensor([nbar**-power for _, _, power in AGGREGATORS], dtype=torch.float64)
