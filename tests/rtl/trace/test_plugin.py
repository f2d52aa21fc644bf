"""alkaid's own front end finds our tracer."""

from __future__ import annotations

from alkaid.converter import get_available_plugins, trace_model

from fpgajet.graph.export import export
from fpgajet.rtl.trace.arithmetic import HARDWARE
from fpgajet.rtl.trace.plugin import FpgajetTracer
from tests.networks import random_network


def test_alkaid_finds_our_tracer() -> None:
    model = export(random_network(n=2, hidden=1))
    inputs, outputs = FpgajetTracer(model, HARDWARE).trace()
    assert (inputs.shape, outputs.shape) == ((8,), (1,))
    if "onnx" in list(get_available_plugins()):
        inputs, outputs = trace_model(model)
        assert (inputs.shape, outputs.shape) == ((8,), (1,))
