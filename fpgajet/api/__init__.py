"""The Python interface: what the command line does, as functions that return typed results.

``import fpgajet`` has the same functions (``fpgajet.build``, ...) and loads this package with the first use. Functions
raise the errors of :mod:`fpgajet.errors` and never end the process. Results show themselves in notebooks.
"""

from __future__ import annotations

from fpgajet.api.finished import Exported, Proved, export, prove
from fpgajet.api.firmware import Built, build
from fpgajet.api.hardware import Estimated, Judged, estimate, verdict
from fpgajet.api.models import Evaluated, evaluate, load_jets
from fpgajet.api.searching import Searched, search
from fpgajet.api.training import Trained, train

__all__ = [
    "Built",
    "Estimated",
    "Evaluated",
    "Exported",
    "Judged",
    "Proved",
    "Searched",
    "Trained",
    "build",
    "estimate",
    "evaluate",
    "export",
    "load_jets",
    "prove",
    "search",
    "train",
    "verdict",
]
