"""Thresholds against the ReLU's argument, observables against their definitions."""

from __future__ import annotations

import itertools
import math
from functools import partial

import numpy as np
import pytest

from quant.explanation.constraints import passing, switch_on
from quant.explanation.formula import Formula
from quant.explanation.observables import correlation, mutual_information, observables
from tests.quant.explanation.test_formula import random_dots, random_formula
from tests.quant.jets import random_jets


def argument(formula: Formula, channel: int, jet_mass: float, n: int, pair_mass: float) -> float:
    w = formula.weight[n, channel]
    total, each = jet_mass**2, jet_mass**2 / n
    d = pair_mass**2 / 2
    return float(w[0] * d + (w[2] + w[3]) * each + w[4] * total + formula.bias[n, channel])


@pytest.mark.parametrize("seed", range(20))
def test_a_channel_switches_at_its_threshold(seed: int) -> None:
    formula = random_formula(seed=seed)
    for channel in range(3):
        found = switch_on(formula, channel, 3.0, 4)
        if found.pair_mass is None:
            for mass in (0.0, 1.0, 100.0):
                assert (argument(formula, channel, 3.0, 4, mass) > 0) == found.above
        else:
            below, above = (
                argument(formula, channel, 3.0, 4, found.pair_mass * f) > 0 for f in (0.999, 1.001)
            )
            assert (below, above) == (not found.above, found.above)


def test_shares_of_pairs_that_pass() -> None:
    formula, (d, n) = random_formula(), random_dots()
    off, diagonal = passing(formula, d, n)
    y = formula.arguments(d, n)
    for jet in range(len(n)):
        real = range(int(n[jet]))
        pairs = [(i, j) for i, j in itertools.permutations(real, 2)]
        for c in range(3):
            share = sum(y[jet, i, j, c] > 0 for i, j in pairs) / max(len(pairs), 1)
            assert off[jet, c] == pytest.approx(share)
            assert diagonal[jet, c] == pytest.approx(sum(y[jet, i, i, c] > 0 for i in real) / max(n[jet], 1))


def distance(eta: list[float], phi: list[float], i: int, j: int) -> float:
    turn = abs(phi[i] - phi[j])
    return math.hypot(eta[i] - eta[j], min(turn, 2 * math.pi - turn))


def test_observables_are_those_of_their_papers() -> None:
    jets = random_jets(6, 5)
    found = observables(jets)
    for number, jet in enumerate(jets):
        p = [x for x in jet.astype(float) if x[0] > 0]
        assert found["multiplicity"][number] == len(p)
        if len(p) < 3:
            continue
        pt = [math.hypot(x[1], x[2]) for x in p]
        z = [x / sum(pt) for x in pt]
        eta = [math.asinh(x[3] / t) for x, t in zip(p, pt, strict=True)]
        phi = [math.atan2(x[2], x[1]) for x in p]

        apart = partial(distance, eta, phi)
        e2 = sum(z[i] * z[j] * apart(i, j) for i, j in itertools.combinations(range(len(p)), 2))
        e3 = sum(
            z[i] * z[j] * z[k] * apart(i, j) * apart(j, k) * apart(i, k)
            for i, j, k in itertools.combinations(range(len(p)), 3)
        )
        tau = {
            k: min(
                sum(z[i] * min(apart(i, a) for a in axes) for i in range(len(p)))
                for axes in itertools.combinations(range(len(p)), k)
            )
            for k in (1, 2, 3)
        }
        assert found["D2"][number] == pytest.approx(e3 / e2**3, rel=1e-5)
        assert found["tau21"][number] == pytest.approx(tau[2] / tau[1], rel=1e-5)
        assert found["tau32"][number] == pytest.approx(tau[3] / tau[2], rel=1e-5, abs=1e-9)
        largest = max(
            math.sqrt(max(0.0, 2 * (a[0] * b[0] - a[1:] @ b[1:]))) for a, b in itertools.product(p, p)
        )
        assert found["largest m_ij (GeV)"][number] == pytest.approx(largest, rel=1e-5)


def test_information_is_none_of_independent_and_all_of_equal_numbers() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 20_000))
    assert mutual_information(a, b) < 0.01
    assert mutual_information(a, np.exp(a)) == pytest.approx(math.log2(20), abs=0.02)
    assert 0.1 < mutual_information(a, a + b) < 1.0
    assert mutual_information(a, np.zeros_like(a)) == 0
    assert correlation(a, np.exp(a)) == pytest.approx(1)
    assert correlation(a, -(a**3)) == pytest.approx(-1)
    assert correlation(a, np.zeros_like(a)) == 0
