"""The quantised model with many bits against the paper's formula, written out elsewhere in float64.

Every implementation that a certificate compares comes from one ``forward``. This test does not: ``formula.scores``
(arXiv 2310.16121, section 3, pair by pair) shares no code with the operators.
"""

from __future__ import annotations

import numpy as np
import pytest

from quant.importing import formula
from quant.importing.foreign import Alphas, ForeignNorm, ForeignNPelican
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.bits import Bits
from tests.quant.jets import random_float, random_jets, random_quantised

FINE = Bits(momenta=24, momenta_lsb=2.0**-10, dots=24, row_sum=24, total=24, weight=20, bias=24,
            activation=20, score_weight=20, score_bias=24, score=24)  # fmt: skip
FAMILIES = {
    "nPELICAN": Architecture(10, 2), "nPELICAN_N": Architecture(10, 2, alpha=True),
    "with beams": Architecture(8, 2, beams=1),
}  # fmt: skip


def foreign(sizes: Architecture) -> ForeignNPelican:
    """The random float model as plain numbers."""
    model = random_float(sizes)
    t = {name: tensor.detach().numpy().astype(np.float64) for name, tensor in model.state_dict().items()}
    norms = [
        ForeignNorm(*(t[f"{norm}.{key}"] for key in ("mean", "variance", "gamma", "beta")))
        for norm in ("norm1", "norm2")
    ]
    return ForeignNPelican(
        t["weight"], t["bias"], t["diagonal_bias"], t["score_weight"], t["score_bias"], *norms,
        nbar=model.nbar, beams=bool(sizes.beams),
        alphas=Alphas(t["alpha"], t["score_alpha"]) if sizes.alpha else None,
    ).checked("random")  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_many_bits_follow_the_formula(family: str) -> None:
    sizes = FAMILIES[family]
    p = random_jets(200, sizes.constituents)
    p = p[(p[:, 1, 0] > 0)]
    expected = formula.scores(foreign(sizes), p)
    found = random_quantised(sizes, FINE).scores(p)
    assert np.std(expected) > 1e-3
    # The median: a few jets lie beyond the calibrated ranges and saturate.
    assert np.median(np.abs(found - expected)) < 2e-3 * np.std(expected)
    coarse = random_quantised(sizes, Bits(weight=3, activation=3)).scores(p)
    assert np.median(np.abs(coarse - expected)) > 5e-3 * np.std(expected), "few bits are seen to differ"
