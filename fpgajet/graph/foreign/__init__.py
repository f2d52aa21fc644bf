"""Foreign ONNX models: graphs that were not made here, read so that nothing about them is guessed.

:func:`read_foreign` brings every dialect (plain ONNX, QONNX, QCDQ) into one form, runs the graph once and returns
it with the shape of every tensor and the value of every constant, or refuses the file in words.
"""

from __future__ import annotations

from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode, ForeignTensor
from fpgajet.graph.foreign.read import read_foreign

__all__ = ["ForeignGraph", "ForeignNode", "ForeignTensor", "read_foreign"]
