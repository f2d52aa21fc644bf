"""What comes of a configuration. No torch here: workers of a test start at once."""

from __future__ import annotations

from dataclasses import dataclass

from fpgajet.search.objectives import Figures


@dataclass(frozen=True)
class Evaluated:
    """What came of a configuration.

    Attributes:
        figures: by name. verdict: pass, marginal or fail.
        constraints: by name, by how much a limit is missed as a share of it; 0 or less: kept.
    """

    figures: Figures
    verdict: str
    constraints: dict[str, float]
