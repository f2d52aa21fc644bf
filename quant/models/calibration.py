"""Where the binary point of every quantiser goes, from a float model and a sample of jets.

Ranges come from percentiles (a few outliers may saturate); every position is then a constant.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from quant.models.config import Architecture, Bits, Exponents, Types
from quant.models.folding import Folded, Real
from quant.models.npelican import Jets

#: share of values that a type must hold without saturation
KEEP = {"dots": 0.999, "row_sum": 0.999, "total": 0.999, "activation": 0.999, "bias": 0.999, "score": 0.9999}


def calibrate(
    folded: Folded, architecture: Architecture, bits: Bits, momenta: torch.Tensor
) -> tuple[Folded, Types, Exponents]:
    """Balanced folded parameters, types and exponents for jets [B, N, 4] (GeV).

    ReLU is homogeneous, so every channel is first scaled to the same activation range; exponents are then
    chosen so that weights on d, on row sums and on the total, which share one 6-bit type, are of one size.
    """
    jets = Jets.from_momenta(momenta, architecture.beams)
    m = architecture.slots
    pre, _, _ = folded.activations(jets)
    reach = np.array([_reach(pre[..., c][pre[..., c] > 0], KEEP["activation"]) for c in range(pre.shape[-1])])
    folded = folded.scaled(1.0 / reach)

    w, v = np.abs(folded.weight), np.abs(folded.score_weight)
    exponents = Exponents(
        row=_balance(w[:, 0], w[:, 1:4]),
        total=_balance(w[:, 0], w[:, 4:6]),
        sum=2 * math.ceil(math.log2(m)),
        trace=max(0, 2 * math.ceil(math.log2(m)) + _balance(v[:, 0], v[:, 1])),
    )
    real = np.arange(m) < jets.slots.numpy()[:, None]
    d = jets.d.double().numpy()[real[:, :, None] & real[:, None, :]]
    n = jets.slots.numpy()
    tables = [folded.table(name, m)[n] for name in ("bias", "diagonal_bias")]
    ranges = {
        "dots": _reach(d, KEEP["dots"]),
        "row_sum": _reach(jets.row.numpy()[real], KEEP["row_sum"]) * 2.0**-exponents.row,
        "total": _reach(jets.total.numpy(), KEEP["total"]) * 2.0**-exponents.total,
        "weight": float((w * 2.0 ** np.array([0, *[exponents.row] * 3, *[exponents.total] * 2])).max()),
        "bias": _reach(np.concatenate(tables), KEEP["bias"]),
        "activation": 1.0,
        "score_weight": float((v * 2.0 ** np.array([exponents.sum, exponents.trace])).max()),
        "score_bias": _reach(folded.table("score_bias", m)[n], KEEP["bias"]),
        "score": _reach(folded.scores(jets), KEEP["score"]),
    }
    types = {name: bits.kind(name, _integer_bits(r) + (name != "activation")) for name, r in ranges.items()}
    grid = round(-math.log2(bits.momenta_lsb))
    return folded, Types(momenta=bits.kind("momenta", bits.momenta - grid), **types), exponents


def _reach(values: Real, share: float) -> float:
    """The magnitude that ``share`` of the values do not exceed; 1 if there is none."""
    reach = float(np.quantile(np.abs(values), share)) if values.size else 0.0
    return reach or 1.0


def _balance(reference: Real, group: Real) -> int:
    """Exponent e >= 0 such that max(group) * 2^e is as large as max(reference), to a factor sqrt(2)."""
    if not (reference.max() > 0 and group.max() > 0):
        return 0
    return max(0, round(math.log2(float(reference.max() / group.max()))))


def _integer_bits(reach: float) -> int:
    """Integer bits without sign that hold magnitudes up to ``reach`` (1.0 fits 0 bits, save for one LSB)."""
    return math.ceil(math.log2(reach))
