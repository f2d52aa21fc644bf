"""How hard the calibration of a nanoPELICAN searches. No torch here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """How hard calibration searches: starts that are looked at, searches from the best of them, sweeps."""

    starts: int = 80
    searches: int = 6
    sweeps: int = 30  # far more than most need: a search that is stopped early ends anywhere
