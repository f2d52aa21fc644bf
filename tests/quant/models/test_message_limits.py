"""VecNet and LorentzNet with many bits against their formulas, written out in float64, one pair after the other.

Every implementation that a certificate compares comes from one ``forward``, the float model's too. These formulas
(arXiv 2202.06941, section 2.4; 2201.08187 without beams) share no code with it: they take the parameters alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from quant.models.families import FAMILIES
from quant.models.messages.message_settings import MessageSettings
from quant.models.scoring import seen_momenta
from quant.training.read_settings import read_settings
from tests.quant.models.mixtures import random_float, sample

Parameters = dict[str, np.ndarray]
#: What comes before every parameter is rounded in the formula as well: the unit of a logarithm is one step.
MOMENTUM, DOTS = 2.0**-7, 2.0**-6
FINE = [
    f"bits.{name}={value}"
    for name, value in {
        "momenta": 18, "momenta_lsb": MOMENTUM, "dots": 24, "log": 24, "weight": 18, "bias": 24, "pool": 18,
        "activation": 10,  # a table's argument has no more
        "vector": 26, "interval": 28, "score": 24,
    }.items()
]  # fmt: skip
METRIC = np.array([1.0, -1.0, -1.0, -1.0])


def psi(values: np.ndarray, unit: float) -> np.ndarray:
    """sign(z) log2(1 + |z| / unit), linear between powers of two."""
    size = 1 + np.abs(values) / unit
    k = np.floor(np.log2(size))
    return np.sign(values) * (k + size / 2**k - 1)


def linear(p: Parameters, name: str, *x: np.ndarray) -> np.ndarray:
    return p[f"{name}_weight"] @ np.concatenate(x) + p[f"{name}_bias"]


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def front(jet: np.ndarray) -> tuple[np.ndarray, dict[tuple[int, int], np.ndarray]]:
    """The constituents on their grid, and the logarithm of p_i . p_j of every pair of two."""
    q = np.rint(jet[jet[:, 0] != 0].astype(np.float64) / MOMENTUM) * MOMENTUM
    dots = np.maximum(np.floor(q * METRIC @ q.T / DOTS), 0) * DOTS
    n = len(q)
    return q, {(i, j): psi(dots[i, j : j + 1], DOTS) for i in range(n) for j in range(n) if i != j}


def others(i: int, n: int) -> list[int]:
    return [j for j in range(n) if j != i]


def mean_of(messages: dict[tuple[int, int], np.ndarray], i: int, n: int) -> np.ndarray:
    total = sum((messages[i, j] for j in others(i, n)), start=np.zeros_like(next(iter(messages.values()))))
    return total / (n - 1)


def lorentznet(p: Parameters, jet: np.ndarray) -> float:
    q, x = front(jet)
    n, h = len(q), []
    for i in range(n):
        total = np.zeros(len(p["e2_bias"]))
        for j in others(i, n):
            e = relu(linear(p, "e2", relu(linear(p, "e1", x[i, j]))))
            total += e / (1 + np.exp(-linear(p, "gate_raw", e)))
        h.append(linear(p, "h2", relu(linear(p, "h1", total))))
    return float(linear(p, "score", relu(linear(p, "d1", np.mean(h, 0))))[0])


def vecnet(p: Parameters, jet: np.ndarray) -> float:
    """Two steps, one vector channel, the shortcut "concat"."""
    q, x = front(jet)
    n, pairs = len(q), list(x)
    h = [psi(one, MOMENTUM) for one in q]
    m = {(i, j): relu(linear(p, "s1_edge1", x[i, j])) for i, j in pairs}
    s = [relu(linear(p, "s1_node1", mean_of(m, i, n))) for i in range(n)]
    push = {pair: (y / (1 + np.abs(y)))[0] for pair in pairs for y in [linear(p, "v1_raw", m[pair])]}
    v = [q[i] + sum(push[i, j] * (q[i] - q[j]) for j in others(i, n)) / (n - 1) for i in range(n)]
    for step in (1, 2):
        if step == 2:
            apart = {(i, j): np.array([np.sum((v[i] - v[j]) ** 2 * METRIC)]) for i, j in pairs}
            x = {pair: psi(apart[pair], 4 * DOTS) for pair in pairs}
            m = {(i, j): relu(linear(p, "s2_edge1", s[i], s[j], x[i, j])) for i, j in pairs}
            s = [
                np.concatenate([relu(linear(p, "s2_node1", mean_of(m, i, n), s[i])), s[i]]) for i in range(n)
            ]
        passed = {(i, j): relu(linear(p, f"h{step}_edge1", h[i], h[j], m[i, j])) for i, j in pairs}
        h = [
            np.concatenate([relu(linear(p, f"h{step}_node1", mean_of(passed, i, n), h[i])), h[i]])
            for i in range(n)
        ]
    return float(linear(p, "score", np.mean([np.concatenate(both) for both in zip(s, h, strict=True)], 0))[0])


@pytest.mark.parametrize(
    ("formula", "options", "limit"),
    [
        (lorentznet, ["model=lorentznet", "hidden=3"], 8e-3),
        (vecnet, ["model=vecnet", "scalar=2", "vector=1", "hidden=2", "shortcut=concat"], 4.5e-3),
    ],
    ids=["LorentzNet", "VecNet"],
)
def test_many_bits_follow_the_formula(
    formula: Callable[[Parameters, np.ndarray], float], options: list[str], limit: float
) -> None:
    def scores(*bits: str) -> np.ndarray:
        settings = read_settings(None, [*options, "constituents=5", "calibration_sweeps=0", *bits])
        assert isinstance(settings, MessageSettings)
        quantised = FAMILIES[settings.model].calibrate(floating, settings, jets, "limit")
        found: np.ndarray = quantised.scores(shown)
        return found

    settings = read_settings(None, [*options, "constituents=5", "calibration_sweeps=0", *FINE])
    assert isinstance(settings, MessageSettings)
    floating, jets = random_float(settings), sample(5)
    momenta = jets.momenta.numpy()
    shown = momenta[(momenta[:, :, 0] != 0).sum(1) > 1][:100]
    parameters = floating.folded()
    expected = np.array([formula(parameters, jet) for jet in seen_momenta(settings.form, shown)])
    assert np.std(expected) > 1e-3
    # The score of a calibrated model may be moved and stretched: a loss does not mind. The median: a few jets lie
    # beyond the calibrated ranges.
    found = scores(*FINE)
    slope, offset = np.polyfit(expected, found, 1)
    apart = np.median(np.abs(found - slope * expected - offset)) / np.std(found)
    coarse = scores("bits.weight=6", "bits.activation=6")
    slope, offset = np.polyfit(expected, coarse, 1)
    few = np.median(np.abs(coarse - slope * expected - offset)) / np.std(coarse)
    assert apart < limit  # 1.4 times what activations of 10 bits leave; the logarithm of base 2 is farther
    assert few > 0.1, "few bits are seen to differ"
