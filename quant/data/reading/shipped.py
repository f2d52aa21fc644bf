"""The sample of jets that is shipped with the package."""

from __future__ import annotations

from pathlib import Path


def shipped_sample(objects: bool = False) -> Path:
    """20,000 jets that no shipped model was trained on; see its card, ``quant/data/samples/test.md``; or the events,
    ``events.md``."""
    return Path(__file__).parent.parent / "samples" / ("events.h5" if objects else "test.h5")
