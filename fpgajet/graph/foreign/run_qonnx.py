"""The yardstick of an imported network: the file itself, executed by qonnx."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real, to_real
from fpgajet.graph.foreign.hardware import ForeignNetwork
from fpgajet.graph.reading import one_line


class ForeignFile:
    """A foreign file as an implementation of the network that was made of it."""

    name = "foreign file (qonnx)"

    def __init__(self, model: onnx.ModelProto, foreign: ForeignNetwork) -> None:
        self._model, self._foreign = model, foreign
        constants = {initializer.name for initializer in model.graph.initializer}
        (self._input,) = [value.name for value in model.graph.input if value.name not in constants]

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Every stage, or the score alone where the file has other tensors, from features [jets, N, F]."""
        foreign = self._foreign
        network, output = foreign.network, foreign.network.output.name
        events = jets
        if foreign.quantise:
            kind = network.input_type
            events = to_real(from_real(jets, kind), kind.fraction).astype(np.float32)
        found = self._execute(events.reshape(len(jets), *foreign.event_shape))
        shapes = network.shapes()
        kept = {
            stage: np.asarray(found[tensor]).reshape(len(jets), *shapes[stage])
            for stage, tensor in foreign.tensors.items()
            if tensor in found
        }
        return kept if len(kept) == len(foreign.tensors) else {output: kept[output]}

    def _execute(self, events: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Every tensor of the network, all events at once where the file allows it."""
        size = self._foreign.batch
        try:
            if not size:
                return self._run(events)
            padded = np.concatenate([events, np.zeros((-len(events) % size, *events.shape[1:]), np.float32)])
            found = self._together(padded, size)
            if found is None:
                parts = [self._run(padded[k : k + size]) for k in range(0, len(padded), size)]
                found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        except Exception as error:  # qonnx and its operators raise whatever comes
            raise BadInput(f"qonnx cannot execute the file to compare with it: {one_line(error)}.") from error
        return {name: values[: len(events)] for name, values in found.items()}

    def _together(self, events: NDArray[np.float32], size: int) -> dict[str, NDArray[Any]] | None:
        """A file with a fixed batch run on more events than it says; None if its nodes insist on their number."""
        first = self._run(events[:size])
        with contextlib.suppress(Exception):
            found = self._run(events)
            if all(
                values.shape == (len(events), *first[name].shape[1:])
                and np.array_equal(values[:size], first[name])
                for name, values in found.items()
            ):
                return found
        return None

    def _run(self, events: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        from qonnx.core.modelwrapper import ModelWrapper
        from qonnx.core.onnx_exec import execute_onnx
        from qonnx.transformation.infer_shapes import InferShapes

        model = onnx.ModelProto()
        model.CopyFrom(self._model)
        del model.graph.value_info[:]
        for value in (*model.graph.input, *model.graph.output):
            dims = value.type.tensor_type.shape.dim
            if len(dims) and (value.name == self._input or dims[0].dim_param or not dims[0].dim_value):
                dims[0].dim_value = len(events)
        wrapper = ModelWrapper(model).transform(InferShapes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one per node where the file states a shape for another batch
            found = execute_onnx(wrapper, {self._input: events}, return_full_exec_context=True)
        return {name: found[name] for name in self._foreign.tensors.values() if name in found}
