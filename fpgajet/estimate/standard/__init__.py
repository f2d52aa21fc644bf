"""Standard layers: from a foreign graph to the units that hls4ml's fully unrolled firmware of it takes."""

from __future__ import annotations

from fpgajet.estimate.standard.walk import DEFAULT_PRECISION, Walked, walk

__all__ = ["DEFAULT_PRECISION", "Walked", "walk"]
