"""Observables of jets that a tagger's channels may turn out to measure, and how much they have in common.

Four-momenta [B, N, 4] in GeV, empty slots zero; all results [B].
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from quant.metrics import constituent_mass

Real = NDArray[np.float64]
#: jets at a time where all pairs or triples are looked at
CHUNK = 500


def observables(momenta: NDArray[np.floating]) -> dict[str, Real]:
    """Multiplicity, mass, largest pair mass, energy correlation D2 and N-subjettiness ratios.

    ``D2`` = e3 / e2^3 with pT fractions and beta = 1 (arXiv 1409.6298, equations 1 and 2); ``tau21``, ``tau32``:
    ratios of N-subjettiness (arXiv 1011.2268, equation 1) whose N axes are those constituents that minimise it.
    """
    p = np.asarray(momenta, dtype=np.float64)
    real = p[:, :, 0] > 0
    parts = [_substructure(p[i : i + CHUNK], real[i : i + CHUNK]) for i in range(0, len(p), CHUNK)]
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {
        "multiplicity": real.sum(1).astype(np.float64),
        "mass (GeV)": np.asarray(constituent_mass(p), dtype=np.float64),
        **found,
    }


def _substructure(p: Real, real: NDArray[np.bool_]) -> dict[str, Real]:
    pt = np.hypot(p[..., 1], p[..., 2])
    eta = np.arcsinh(np.divide(p[..., 3], pt, out=np.zeros_like(pt), where=real & (pt > 0)))
    phi = np.arctan2(p[..., 2], p[..., 1])
    turn = np.abs(phi[:, :, None] - phi[:, None])
    apart = np.hypot(eta[:, :, None] - eta[:, None], np.minimum(turn, 2 * np.pi - turn))
    share = pt / np.maximum(pt.sum(1, keepdims=True), 1e-12)
    e2 = np.einsum("bi,bj,bij->b", share, share, apart) / 2
    around = np.einsum("bij,bjk,bik,bi,bj,bk->b", apart, apart, apart, share, share, share, optimize=True) / 6
    dots = p[..., 0][:, :, None] * p[..., 0][:, None] - np.einsum("bix,bjx->bij", p[..., 1:], p[..., 1:])
    largest = np.sqrt(np.maximum(2 * dots, 0).max((1, 2)))
    tau = {k: _subjettiness(apart, share, real, k) for k in (1, 2, 3)}
    return {
        "largest m_ij (GeV)": largest,
        "D2": _ratio(around, e2**3),
        "tau21": _ratio(tau[2], tau[1]),
        "tau32": _ratio(tau[3], tau[2]),
    }


def _subjettiness(apart: Real, share: Real, real: NDArray[np.bool_], axes: int) -> Real:
    """sum_i z_i min_a dR(i, a), the least over all choices of so many real constituents as axes."""
    jets, n = share.shape
    best = np.full(jets, np.inf)
    for chosen in itertools.combinations(range(n), axes):
        allowed = real[:, chosen].all(1)
        value = (share * apart[:, :, chosen].min(2)).sum(1)
        best = np.where(allowed, np.minimum(best, value), best)
    return np.where(np.isfinite(best), best, 0.0)


def _ratio(a: Real, b: Real) -> Real:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def correlation(a: Real, b: Real) -> float:
    """Spearman's rank correlation, 0 where one of both is constant."""
    from scipy.stats import rankdata

    ranks = [rankdata(x) for x in (a, b)]
    if min(x.std() for x in ranks) == 0:
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def mutual_information(a: Real, b: Real, bins: int = 20) -> float:
    """Mutual information in bits of two observables, each in ``bins`` bins of equal content.

    The expectation for independent samples of this size, (bins - 1)^2 / (2 n ln 2) (Miller and Madow), is taken off.
    """
    edges = [np.unique(np.quantile(x, np.linspace(0, 1, bins + 1))) for x in (a, b)]
    if min(len(edge) for edge in edges) < 2:
        return 0.0
    counts, _, _ = np.histogram2d(a, b, bins=edges)
    joint = counts / counts.sum()
    apart = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    inside = joint > 0
    bits = float((joint[inside] * np.log2(joint[inside] / apart[inside])).sum())
    free = (len(edges[0]) - 2) * (len(edges[1]) - 2)
    return max(0.0, bits - float(free / (2 * len(a) * np.log(2))))
