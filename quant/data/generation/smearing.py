"""What tracks and calorimeters share: parameters in steps of |eta|, and log-normal smearing."""

from __future__ import annotations

import numpy as np

from quant.data.generation.cards import Steps
from quant.data.generation.particles import Floats


def step_values(steps: Steps, eta: Floats) -> Floats:
    """The values [values, n] of the step in |eta| that each particle falls in; zero beyond the last."""
    edges = [edge for edge, _ in steps]
    width = len(steps[0][1])
    table = np.array([values for _, values in steps] + [(0.0,) * width])
    return table[np.searchsorted(edges, np.abs(eta))].T


def log_normal(mean: Floats, sigma: Floats, noise: Floats) -> Floats:
    """A log-normal variable of this mean and standard deviation, from standard normal ``noise``."""
    safe = np.maximum(mean, 1e-12)
    b = np.sqrt(np.log1p((sigma / safe) ** 2))
    return np.where(mean > 0, np.exp(np.log(safe) + b * noise - b**2 / 2), 0.0)
