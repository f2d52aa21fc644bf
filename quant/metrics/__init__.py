"""How well scores tell top jets (label 1) from QCD jets (label 0), with errors. numpy only."""

from __future__ import annotations

from quant.metrics.errors import background_errors
from quant.metrics.mass import constituent_mass, mass_warnings, mass_window, mass_window_metrics
from quant.metrics.rates import RateCurve, rate_curve
from quant.metrics.roc import area, auc, background_efficiency, roc_curve, thinned
from quant.metrics.tagging import paired_differences, physics_metrics, tagging_errors, tagging_metrics

__all__ = [
    "RateCurve",
    "area",
    "auc",
    "background_efficiency",
    "background_errors",
    "constituent_mass",
    "mass_warnings",
    "mass_window",
    "mass_window_metrics",
    "paired_differences",
    "physics_metrics",
    "rate_curve",
    "roc_curve",
    "tagging_errors",
    "tagging_metrics",
    "thinned",
]
