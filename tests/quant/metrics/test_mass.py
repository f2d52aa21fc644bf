"""The mass of constituents, and the window that the taggers are compared with."""

from __future__ import annotations

import numpy as np
import pytest

from quant.metrics import constituent_mass, mass_window_metrics


def test_mass_of_two_photons_back_to_back() -> None:
    p = np.array([[[40.0, 40, 0, 0], [40.0, -40, 0, 0], [0, 0, 0, 0]]])
    assert constituent_mass(p).tolist() == [80.0]


def test_mass_window_finds_the_window() -> None:
    mass = np.array([150.0, 160, 170, 20, 30, 300])
    found = mass_window_metrics([1, 1, 1, 0, 0, 0], mass)
    assert found["auc"] == 1.0
    assert found["auc_monotone"] == pytest.approx(6 / 9)
