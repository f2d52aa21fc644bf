"""What a report says of a nanoPELICAN: sums that are exact, thresholds, and no explanation of anything else."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.ops.network import Network
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network
from quant.data import Jets, read_jets
from quant.data.reading.shipped import shipped_sample
from quant.explanation.brief import SHOWN_PAIRS, brief, has_formula, relative
from quant.explanation.formula import formula_of
from quant.zoo import resolve


@pytest.fixture(scope="module")
def network() -> Network:
    return built_network(open_checkpoint(resolve("npelican-n16-c2")))


@pytest.fixture(scope="module")
def jets() -> Jets:
    return read_jets(shipped_sample(), max_jets=400, constituents=16)


def test_scores_are_sums_of_their_parts(network: Network, jets: Jets) -> None:
    found = brief(network, jets)
    assert found["jets"] == 400
    assert len(found["formula"]) == 2 * 10 + 1
    for jet in found["examples"]:
        assert jet["pairs"] + jet["bias"] + jet["rounding"] == jet["score"], "floats hold these sums exactly"
        assert sum(jet["share"]) == pytest.approx(1)
        assert 0 < len(jet["strongest"]) <= SHOWN_PAIRS
        assert all(i < j for i, j, _ in jet["strongest"])
    (top, *_), (*_, highest) = found["examples"][:1], found["examples"]
    assert top["score"] > 0
    assert highest["score"] > found["examples"][1]["score"]


def test_thresholds_are_where_the_formula_is_zero(network: Network, jets: Jets) -> None:
    found = brief(network, jets)
    numbers = found["formula"]
    threshold = found["thresholds"][1]
    n = threshold["multiplicity"]
    assert n == 16
    assert formula_of(network).slots == n
    at = threshold["jet_mass"].index(80.0)
    d = threshold["pair_mass"][at] ** 2 / 2
    of_each = 80.0**2 / n
    argument = numbers["a2 d_ij"] * d + of_each * (numbers["a2 p_i.J"] + numbers["a2 p_j.J"])
    assert argument + numbers["a2 m_J^2"] * 80.0**2 + numbers["b2"] == pytest.approx(0, abs=1e-9)


def test_only_nanopelicans_have_a_formula(network: Network) -> None:
    assert has_formula(network)
    assert not has_formula(built_network(open_checkpoint(resolve("vecnet-n8-s8v2"))))


def test_angles_are_relative_to_the_jet_axis() -> None:
    p = np.array([[1.0, -1.0, 1e-9, 0.0], [1.0, -1.0, -1e-9, 0.0], [0.0, 0.0, 0.0, 0.0]])
    eta, phi, share = relative(p)
    assert len(eta) == 2, "empty slots are left out"
    assert phi == pytest.approx([0, 0], abs=1e-8), "across the seam at pi"
    assert share == pytest.approx([0.5, 0.5])
