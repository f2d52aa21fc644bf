"""The mass of constituents, and the window that the taggers are compared with."""

from __future__ import annotations

import numpy as np
import pytest

from quant.metrics import auc, constituent_mass, mass_window, mass_window_metrics
from quant.metrics.mass import best_centre, mass_warnings


def peak(rng: np.random.Generator, jets: int, centre: float) -> tuple[np.ndarray, np.ndarray]:
    """Labels and masses: a peak on a falling background."""
    label = rng.permutation(np.arange(jets) % 2)
    return label, np.where(label, rng.normal(centre, 15.0, jets), rng.exponential(90.0, jets))


def test_mass_of_two_photons_back_to_back() -> None:
    p = np.array([[[40.0, 40, 0, 0], [40.0, -40, 0, 0], [0, 0, 0, 0]]])
    assert constituent_mass(p).tolist() == [80.0]


def test_mass_window_finds_the_window() -> None:
    mass = np.array([150.0, 160, 170, 155, 20, 30, 300, 290])
    found = mass_window_metrics([1, 1, 1, 1, 0, 0, 0, 0], mass)
    assert found["auc"] == 1.0
    assert found["centre"] == pytest.approx(157, abs=8)
    assert found["auc_monotone"] == 0.5


@pytest.mark.parametrize("centre", [60.0, 120.0, 173.0])
def test_the_centre_follows_the_peak(centre: float) -> None:
    """Few constituents carry part of the mass, so the peak may be far below the top quark's."""
    label, mass = peak(np.random.default_rng(1), 4000, centre)
    window = mass_window(label, mass)
    assert all(abs(found - centre) < 12 for found in window.centres)
    assert auc(label, window.scores) > auc(label, mass) + 0.01, "better than a one-sided cut"


def test_no_jet_is_judged_by_a_window_that_it_helped_to_choose() -> None:
    """Without any signal in the mass the window must not find some; chosen on the same jets it does."""
    rng = np.random.default_rng(2)
    flattered, fair = [], []
    for _ in range(60):
        label, mass = np.arange(60) % 2, rng.exponential(90.0, 60)
        flattered.append(auc(label, -np.abs(mass - best_centre(label, mass))))
        fair.append(auc(label, mass_window(label, mass).scores))
    error = np.std(fair) / np.sqrt(len(fair))
    assert abs(np.mean(fair) - 0.5) < 3 * error
    assert np.mean(flattered) - 0.5 > 5 * error


def test_each_half_has_the_other_halfs_centre() -> None:
    rng = np.random.default_rng(5)
    label, first = (
        np.tile([0, 1], 400),
        np.tile([True, True, False, False], 200),
    )  # jets 0, 2, 4 of each class
    mass = np.where(label, rng.normal(np.where(first, 80.0, 170.0), 5.0), rng.uniform(0, 300, 800))
    window = mass_window(label, mass)
    assert window.centres == pytest.approx((170, 80), abs=10)
    assert np.array_equal(window.scores, -np.abs(mass - np.where(first, *window.centres)))


def test_a_single_jet_of_a_class_is_no_half() -> None:
    assert len(set(mass_window([1, 0, 0], [170.0, 20, 30]).centres)) == 1


def test_a_tagger_below_the_mass_window_is_named() -> None:
    rows = {"quantised": {"auc": 0.876}, "float": {"auc": 0.96}, "jet_mass": {"auc": 0.9497}}
    assert mass_warnings({"quantised": {"auc": 0.1}}) == [], "events have no mass window"
    (warning,) = mass_warnings(rows)
    assert "AUC of quantised, 0.8760, is below that of the mass window, 0.9497" in warning
