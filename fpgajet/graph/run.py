"""Run a QONNX model stage by stage, in plain onnxruntime and in qonnx."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray

from fpgajet.ops.network import Network

Stages = dict[str, NDArray[np.float32]]


class OnnxRuntime:
    """The function bodies of the file, executed by onnxruntime without any extension."""

    name = "onnxruntime"

    def __init__(self, model: onnx.ModelProto, network: Network) -> None:
        import onnxruntime

        self._names = [node.name for node in network.nodes]
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            _with_outputs(model, self._names).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def stages(self, jets: NDArray[np.float32]) -> Stages:
        """Every stage, float32 [jets, ...], from float32 features [jets, N, F] of the input form."""
        values = self._session.run(self._names, {self._session.get_inputs()[0].name: jets})
        return dict(zip(self._names, values, strict=True))


class Qonnx:
    """The nodes of the file, executed one by one by qonnx through its custom-operator registry."""

    name = "qonnx"

    def __init__(self, model: onnx.ModelProto, network: Network) -> None:
        from fpgajet.graph.qonnx_ops import register

        register()
        self._model = model
        self._batch, self._wrapper = 0, None
        self._names = [node.name for node in network.nodes]

    def stages(self, jets: NDArray[np.float32]) -> Stages:
        """Every stage, float32 [jets, ...], from float32 features [jets, N, F] of the input form."""
        from qonnx.core.modelwrapper import ModelWrapper
        from qonnx.core.onnx_exec import execute_onnx

        if len(jets) != self._batch:
            self._batch, self._wrapper = len(jets), ModelWrapper(_with_batch(self._model, len(jets)))
        given = {self._model.graph.input[0].name: jets}
        context = execute_onnx(self._wrapper, given, return_full_exec_context=True)
        return {name: context[name] for name in self._names}


def _with_outputs(model: onnx.ModelProto, names: list[str]) -> onnx.ModelProto:
    """A copy whose graph also returns the named intermediate tensors."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    given = {value.name for value in copy.graph.output}
    known = {value.name: value for value in copy.graph.value_info}
    copy.graph.output.extend(known[name] for name in names if name not in given)
    return copy


def _with_batch(model: onnx.ModelProto, jets: int) -> onnx.ModelProto:
    """A copy with a fixed batch size: qonnx takes a symbolic dimension for zero."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for values in (copy.graph.input, copy.graph.output, copy.graph.value_info):
        for value in values:
            dims = value.type.tensor_type.shape.dim
            if len(dims) and dims[0].dim_param:
                dims[0].dim_value = jets
    return copy
