"""alkaid's front end for our QONNX files: ``alkaid.converter.trace_model(onnx.load("model.onnx"))``.

alkaid finds it through the entry point group ``alir_tracer.plugins`` under the name ``onnx``, the top package
of ``ModelProto``. Input types come from the model, so callers give neither inputs nor formats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from alkaid.converter.plugin import ALIRTracerPluginBase
from alkaid.trace import FVArray, HWConfig

from fpgajet.graph.load import load
from fpgajet.rtl.trace.arithmetic import AlkaidArithmetic, symbolic_input


class FpgajetTracer(ALIRTracerPluginBase):  # type: ignore[misc]
    """Traces an ``onnx.ModelProto`` that fpgajet exported.

    Raises:
        BadInput: a node that is not one of our operators.
    """

    def __init__(self, model: Any, hwconf: HWConfig, solver_options: Any = None, **kwargs: Any) -> None:
        super().__init__(model, hwconf, solver_options, **kwargs)
        self.network = load(model)

    def get_input_shapes(self) -> list[tuple[int, ...]]:
        """Shape of the one input, without the batch axis."""
        return [self.network.input_shape]

    def _get_inputs(self, inputs: Any, inputs_kif: Any) -> tuple[FVArray, ...]:
        if inputs is None and inputs_kif is None:
            return (symbolic_input(self.network.input_shape, self.network.input_type, self.hwconf),)
        given: tuple[FVArray, ...] = super()._get_inputs(inputs, inputs_kif)
        return given

    def apply_model(self, verbose: bool, inputs: tuple[FVArray, ...]) -> tuple[dict[str, FVArray], list[str]]:
        """Every stage by name; the score is the output."""
        arithmetic = AlkaidArithmetic(self.hwconf)
        kind = self.network.input_type
        # Inputs of unknown or other precision are put into the model's own type first.
        signed, integer, fraction = kind.kif()
        quantised = inputs[0].quantize(signed, integer, fraction)
        stages = self.network.evaluate(arithmetic, quantised, arithmetic.tensor)
        if verbose:
            print({name: np.shape(stage) for name, stage in stages.items()})
        return stages, [self.network.output.name]
