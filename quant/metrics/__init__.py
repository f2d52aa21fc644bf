"""How well scores tell top jets (label 1) from QCD jets (label 0). numpy only."""

from __future__ import annotations

from quant.metrics.mass import constituent_mass, mass_window_metrics
from quant.metrics.roc import area, auc, background_efficiency, roc_curve, thinned
from quant.metrics.tagging import tagging_metrics

__all__ = [
    "area",
    "auc",
    "background_efficiency",
    "constituent_mass",
    "mass_window_metrics",
    "roc_curve",
    "tagging_metrics",
    "thinned",
]
