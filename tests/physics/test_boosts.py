"""Boosts keep invariants; what a network's score does under them is measured, and seeded."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.physics.boosts import boosts_of
from fpgajet.physics.lorentz import boosted, directions, rotated
from tests.networks import random_jets, random_network


def test_a_boost_keeps_invariants() -> None:
    rng = np.random.default_rng(1)
    p = rng.normal(size=(20, 4, 4)) * 50
    p[..., 0] = np.sqrt((p[..., 1:] ** 2).sum(-1) + 1)
    p[:, 3] = 0
    direction = rng.normal(size=(20, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    moved = boosted(p, 0.7, direction)
    metric = np.array([1, -1, -1, -1])
    products = [np.einsum("jak,k,jbk->jab", q, metric, q) for q in (p, moved)]
    assert products[0] == pytest.approx(products[1], rel=1e-9, abs=1e-6)
    assert not np.allclose(p, moved)
    assert (moved[:, 3] == 0).all()


def test_violation_is_zero_at_rest_and_seen_otherwise() -> None:
    network = random_network(4)
    found = boosts_of(network, random_jets(300, 4), betas=(0.0, 0.9), jets=200)
    assert (found["median"][0], found["quantile_90"][0]) == (0, 0)
    assert found["quantile_90"][1] > 0
    assert found["quantile_90"][1] >= found["median"][1]
    assert found == boosts_of(network, random_jets(300, 4), betas=(0.0, 0.9), jets=200), "seeded"


def test_a_rotation_turns_momenta_and_nothing_else() -> None:
    z = np.array([[0.0, 0.0, 1.0]])
    p = np.array([[[5.0, 3.0, 0.0, 4.0], [0.0, 0.0, 0.0, 0.0]]])
    turned = rotated(p, np.pi / 2, z)
    np.testing.assert_allclose(turned, [[[5, 0, 3, 4], [0, 0, 0, 0]]], atol=1e-12)
    axes = directions(1, np.random.default_rng(0))
    back = rotated(rotated(p, 0.3, axes), -0.3, axes)
    np.testing.assert_allclose(back, p, atol=1e-12)
