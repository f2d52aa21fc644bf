"""The yardsticks of an imported network: the file, executed by qonnx in float32 or by onnxruntime in float64."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.graph.foreign.execute import quantised_values
from fpgajet.graph.foreign.graph import ForeignNode
from fpgajet.graph.foreign.hardware import ForeignNetwork
from fpgajet.graph.reading import one_line

#: What float64 makes of a number that lies on a rounding boundary differs from it by less than this.
NEXT_TO = 1e-11
#: Operators that onnxruntime has in float32 only; with a kernel of 1 a product says the same.
_CONV = "Conv"


class ForeignFile:
    """A foreign file as an implementation of the network that was made of it, executed by qonnx."""

    name = "foreign file (qonnx)"

    def __init__(self, model: onnx.ModelProto, foreign: ForeignNetwork) -> None:
        self._model, self._foreign = model, foreign
        constants = {initializer.name for initializer in model.graph.initializer}
        (self._input,) = [value.name for value in model.graph.input if value.name not in constants]

    @property
    def hidden(self) -> frozenset[str]:
        """Stages that the file has no tensor for."""
        return self._foreign.hidden

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Every stage, or the score alone where qonnx renames tensors, from features [jets, N, F]."""
        return staged(self._foreign, self._execute(self._foreign.events(jets).astype(np.float32)))

    def _execute(self, events: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Every tensor of the network, all events at once where the file allows it."""
        size = self._foreign.batch
        try:
            if not size:
                return self._run(events)
            padded = np.concatenate([events, np.zeros((-len(events) % size, *events.shape[1:]), np.float32)])
            found = together(self._run, padded, size)
        except Exception as error:  # qonnx and its operators raise whatever comes
            raise BadInput(f"qonnx cannot execute the file to compare with it: {one_line(error)}.") from error
        return {name: values[: len(events)] for name, values in found.items()}

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
        with warnings.catch_warnings(), _quiet():
            warnings.simplefilter("ignore")  # one per node where the file states a shape for another batch
            found = execute_onnx(wrapper, {self._input: events}, return_full_exec_context=True)
        wanted = {origin.tensor for origin in self._foreign.origins.values()}
        return {name: found[name] for name in wanted if name in found}


class ExactFile:
    """The same in float64, for files whose scales are real numbers.

    float32 rounds every product with such a scale, so that the last bit of a sum depends on the order of its terms.
    """

    name = "foreign file (float64)"

    def __init__(self, foreign: ForeignNetwork) -> None:
        self._foreign = foreign
        #: quantised weights as scale times integer, which float32 rounds
        self._weights: dict[str, NDArray[Any]] = {}
        for node in foreign.graph.nodes:
            quantised = node.op_type in ("Quant", "BipolarQuant")
            if foreign.graph.tensors[node.outputs[0]].constant and (
                quantised or self._weights.keys() & set(node.inputs)
            ):
                made = self._step(node, [self._constant(name) for name in node.inputs])
                self._weights |= dict(zip(node.outputs, made, strict=False))

    @property
    def hidden(self) -> frozenset[str]:
        """Stages that the file has no tensor for."""
        return self._foreign.hidden

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Every stage, from features [jets, N, F]."""
        events = self._foreign.events(jets)
        return staged(self._foreign, together(self._run, events, 1))

    def _run(self, events: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        graph = self._foreign.graph
        values: dict[str, NDArray[Any]] = {graph.input: events}
        for node in graph.nodes:
            if graph.tensors[node.outputs[0]].constant:
                continue
            given = [values.get(name, self._constant(name)) for name in node.inputs]
            values |= dict(zip(node.outputs, self._step(node, given), strict=False))
            if self._foreign.imported.output in node.outputs:
                break
        return {o.tensor: values[o.tensor] for o in self._foreign.origins.values() if o.tensor in values}

    def _constant(self, name: str) -> NDArray[Any] | None:
        if not name or not self._foreign.graph.tensors[name].constant:
            return None
        if name in self._weights:
            return self._weights[name]
        value = self._foreign.graph.tensors[name].value
        return value.astype(np.float64) if value.dtype.kind == "f" else value

    def _step(self, node: ForeignNode, given: list[Any]) -> list[NDArray[Any]]:
        if node.op_type in ("Quant", "BipolarQuant"):
            scale = given[1]
            steps = [_settled(given[0] / scale), np.ones(()), *given[2:]]
            return [quantised_values(node.op_type, node.attributes, steps) * scale]
        if node.op_type == "Cast" and given[0].dtype.kind == "f":
            return [given[0]]
        if node.op_type == "Cast":
            return [given[0].astype(np.float64)]
        if node.op_type == _CONV:
            bias = 0.0 if len(given) < 3 or given[2] is None else given[2][None, :, None]
            return [np.einsum("bcn,gc->bgn", given[0], given[1][:, :, 0]) + bias]
        assert node.proto is not None
        if node.name in self._foreign.imported.curved:
            short = [x.astype(np.float32) if x is not None and x.dtype.kind == "f" else x for x in given]
            return [x.astype(np.float64) for x in self._foreign.graph.step(node.proto, short)]
        return self._foreign.graph.step(node.proto, given)


def _settled(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values next to a rounding boundary put onto it: float64 rounds thirds, and three of them may be a half."""
    halves = np.rint(2.0 * steps)
    near = np.abs(2.0 * steps - halves) < NEXT_TO * np.maximum(np.abs(halves), 1.0)
    return np.where(near, halves / 2.0, steps)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without onnxruntime's lines on shapes that the file states for another batch."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(2)


def staged(foreign: ForeignNetwork, found: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float64]]:
    """Tensors of the file as stages; the score alone if one is missing."""
    network, types, shapes = foreign.network, foreign.network.types(), foreign.network.shapes()
    origins = {
        node.name: foreign.origins[node.name] for node in network.nodes if node.name in foreign.origins
    }
    kept = {
        stage: origin.of_file(found[origin.tensor], shapes[stage], types[stage].fraction)
        for stage, origin in origins.items()
        if origin.tensor in found
    }
    output = network.output.name
    return kept if len(kept) == len(origins) else {output: kept[output]}


def together(run: Any, events: NDArray[Any], size: int) -> dict[str, NDArray[Any]]:
    """A file run on more events than its batch says, or batch by batch if its nodes insist on their number."""
    first = run(events[:size])
    with contextlib.suppress(Exception):
        found = run(events)
        if all(
            values.shape == (len(events), *first[name].shape[1:])
            and np.array_equal(values[:size], first[name])
            for name, values in found.items()
        ):
            return dict(found)
    parts = [run(events[k : k + size]) for k in range(0, len(events), size)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
