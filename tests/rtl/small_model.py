"""A directory with the model of a small network, on which the RTL commands work."""

from __future__ import annotations

from pathlib import Path

import onnx

from fpgajet.graph.export import export
from tests.networks import random_network


def small_model(place: Path) -> Path:
    """``place / "build"``, made with a ``model.onnx``."""
    folder = place / "build"
    folder.mkdir()
    onnx.save(export(random_network(n=2, hidden=1)), str(folder / "model.onnx"))
    return folder
