"""Curves, boosts and stages: plain data for a report from the objects of other rooms."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.report import boosts_of, curves_of, operators_of, stages_of
from fpgajet.report.boosts import boosted
from tests.networks import random_jets, random_network


def test_roc_points_lie_on_the_curve() -> None:
    rng = np.random.default_rng(2)
    labels = rng.random(3000) < 0.4
    scores = rng.normal(size=3000) + labels
    found = curves_of(scores, labels)
    signal, background = found["signal_efficiency"], found["background_efficiency"]
    assert signal == sorted(signal)
    assert background == sorted(background)
    assert (signal[-1], background[-1]) == (1.0, 1.0)
    assert len(signal) <= 201
    for s, b in list(zip(signal, background, strict=True))[20:180:40]:
        cut = np.quantile(scores[labels], 1 - s)
        assert b == pytest.approx((scores[~labels] >= cut).mean(), abs=0.01)


def test_ties_are_not_split() -> None:
    """A threshold takes all jets of one score or none: points between would be better than the tagger is."""
    found = curves_of(np.array([1, 1, 1, 0, 0, 0]), np.array([1, 1, 0, 1, 0, 0]))
    points = set(zip(found["signal_efficiency"], found["background_efficiency"], strict=True))
    assert points == {(0.666667, 0.333333), (1.0, 1.0)}


def test_histograms_keep_every_jet() -> None:
    scores = np.concatenate([np.full(50, -1000.0), np.linspace(-1, 1, 5000), np.full(50, 1000.0)])
    found = curves_of(scores, np.arange(5100) % 2)
    assert sum(found["score_signal"]) == sum(found["score_background"]) == 2550
    assert len(found["score_edges"]) == 41
    constant = curves_of(np.zeros(4), np.array([0, 1, 0, 1]))
    assert sum(constant["score_signal"]) == 2


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


def test_stages_and_operators() -> None:
    network = random_network(4)
    stages = stages_of(network)
    assert [s["stage"] for s in stages] == ["momenta", "mask", "dots", "pairs", "score"]
    assert stages[3]["inputs"] == ["dots", "mask"]
    assert stages[3]["shape"] == [4, 4, 2]
    assert stages[3]["tensors"].keys() == {"weight", "bias", "diagonal_bias"}
    rows = operators_of(estimate(network, part("xcvu9p"), 200))
    assert [r["name"] for r in rows] == ["mask", "dots", "pairs", "score"]
