"""Latency and resources before synthesis, with their errors, and the verdict against a trigger budget."""

from __future__ import annotations

from fpgajet.devices.verdict_row import VerdictRow
from fpgajet.estimate.figures import COVERAGE, QUANTITIES, Estimate, Figure, OperatorEstimate
from fpgajet.estimate.model import estimate
from fpgajet.estimate.shortfalls import Shortfall, shortfalls
from fpgajet.estimate.verdict import Verdict, verdict

__all__ = [
    "COVERAGE",
    "QUANTITIES",
    "Estimate",
    "Figure",
    "OperatorEstimate",
    "Shortfall",
    "Verdict",
    "VerdictRow",
    "estimate",
    "shortfalls",
    "verdict",
]
