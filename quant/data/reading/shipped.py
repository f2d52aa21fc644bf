"""The samples of jets that are shipped with the package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

#: classes of the second sample
FIVE = ("g", "q", "W", "Z", "top")


def shipped_sample(classes: Sequence[str] = (), objects: bool = False) -> Path:
    """Jets that no shipped model was trained on: 20,000 of QCD and top, or 10,000 of five classes; or 600 events.

    Args:
        classes: what a model tells apart; only :data:`FIVE`, in any order, have a sample of their own. None: QCD and
            top. The cards beside the files, ``quant/data/samples/*.md``, describe them.
        objects: whether the model reads events of objects.
    """
    jets = "five.h5" if set(classes) == set(FIVE) else "test.h5"
    name = "events.h5" if objects else jets
    return Path(__file__).parent.parent / "samples" / name
