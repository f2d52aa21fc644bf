"""From the model of a file to a :class:`ForeignGraph`: run it, find what is constant, normalise."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from fpgajet.errors import BadInput
from fpgajet.graph.foreign.batch import (
    SHAPED,
    check_events_are_separate,
    example,
    for_one_event,
    input_of,
    same_for_one_event,
)
from fpgajet.graph.foreign.dialects import with_quant_nodes_only
from fpgajet.graph.foreign.execute import Executor, Values
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode, ForeignTensor
from fpgajet.graph.foreign.simplify import simplified
from fpgajet.graph.reading import QONNX_DOMAIN, one_line, refusals

#: onnxruntime runs this version of ONNX's operators and newer ones.
OLDEST_OPSET = 7
#: Operators whose result is known from the shape of their input alone.
_OF_SHAPES = ("Shape", "Size")


def read_foreign(model: onnx.ModelProto, source: str) -> ForeignGraph:
    """The graph of a model as :func:`fpgajet.graph.reading.read_model` read it, with every tensor known.

    Raises:
        BadInput: several inputs, shapes that are not fixed, events that influence each other, a node that cannot be
            computed, a quantiser that cannot be used.
    """
    with refusals(source):
        plain = _of_a_recent_version(_without_functions(model, source), source)
        return with_quant_nodes_only(simplified(_Run(plain, source).graph()))


class _Run:
    """The nodes of a model, split into those that the input decides and all others."""

    def __init__(self, model: onnx.ModelProto, source: str) -> None:
        self.model, self.source = model, source
        self.input, self.shape, self.batch, self.dtype = input_of(model, source)
        self.executor = Executor(model, source)
        reached, varying = {self.input}, {self.input}
        self.fixed: list[onnx.NodeProto] = []
        self.moving: list[onnx.NodeProto] = []
        for node in model.graph.node:
            (self.moving if reached.intersection(node.input) else self.fixed).append(node)
            reached.update(node.output if reached.intersection(node.input) else ())
            if varying.intersection(node.input) and node.op_type not in _OF_SHAPES:
                varying.update(node.output)
        self.varying = varying
        given = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
        self.constants: Values = self.executor.run(self.fixed, given)
        self.outputs = [output.name for output in model.graph.output]

    def graph(self) -> ForeignGraph:
        """Run one event, and events together."""
        label = f"{self.source}: the input {self.input!r}"
        events = self.batch or 2
        nodes = self.moving
        free = self.batch == 0 or not any(node.op_type in SHAPED for node in nodes)
        if self.batch is None or self.batch == 1:
            values = self.run(nodes, example(self._one(), self.dtype, 1))
        elif free:  # no node states the length of the batch, so that two events show as much as all of it
            events = 2
            check_events_are_separate(self._outputs, self.shape, events, self.dtype, label)
            values = self.run(nodes, example(self._one(), self.dtype, 1))
        else:
            whole = check_events_are_separate(self._outputs, self.shape, events, self.dtype, label)
            batched = self.run(nodes, example((events, *self.shape), self.dtype, 1))
            nodes, extra = for_one_event(nodes, batched, events)
            self.constants |= extra
            one = example((events, *self.shape), self.dtype, 1)[:1]
            values = self.run(nodes, one)
            if not same_for_one_event(whole or [], [values[name] for name in self.outputs], events):
                raise BadInput(
                    f"{label} has a batch of {events} that cannot be taken apart; export one event."
                )
        return self._described(nodes, values)

    def run(self, nodes: list[onnx.NodeProto], given: NDArray[Any]) -> Values:
        """Every tensor's value."""
        return self.executor.run(nodes, self.constants | {self.input: given})

    def _outputs(self, given: NDArray[Any]) -> list[NDArray[Any]]:
        values = self.run(self.moving, given)
        return [values[name] for name in self.outputs]

    def _one(self) -> tuple[int, ...]:
        return self.shape if self.batch is None else (1, *self.shape)

    def _described(self, nodes: list[onnx.NodeProto], values: Values) -> ForeignGraph:
        tensors = {name: ForeignTensor(v, name not in self.varying) for name, v in values.items()}
        for name, tensor in tensors.items():
            if tensor.constant and tensor.value.dtype.kind == "f" and np.isnan(tensor.value).any():
                raise BadInput(f"{self.source}: the constant {name!r} comes out as NaN.")
        graph = ForeignGraph(
            name=self.model.graph.name,
            source=self.source,
            input=self.input,
            outputs=tuple(self.outputs),
            nodes=tuple(ForeignNode.of(node) for node in (*self.fixed, *nodes)),
            tensors=tensors,
            batch=self.batch,
            step=self.executor.step,
            annotated=_annotation(self.model, self.input),
        )
        return graph.pruned()


def _annotation(model: onnx.ModelProto, name: str) -> str:
    """The data type that FINN and qonnx wrote beside a tensor."""
    for entry in model.graph.quantization_annotation:
        if entry.tensor_name == name:
            found = [pair.value for pair in entry.quant_parameter_tensor_names if pair.key == "finn_datatype"]
            return found[0] if found else ""
    return ""


def _without_functions(model: onnx.ModelProto, source: str) -> onnx.ModelProto:
    """Functions of the file put in the place of the nodes that call them; quantisers stay nodes."""
    if not model.functions:
        return model
    kept = [(f.domain, f.name) for f in model.functions if f.domain == QONNX_DOMAIN]
    try:
        import onnx.inliner

        inlined: onnx.ModelProto = onnx.inliner.inline_selected_functions(model, kept, exclude=True)
        return inlined
    except (RuntimeError, ValueError, TypeError) as error:
        raise BadInput(f"{source}: its functions cannot be put in place: {one_line(error)}.") from error


def _of_a_recent_version(model: onnx.ModelProto, source: str) -> onnx.ModelProto:
    """The same model in an opset that onnxruntime still has; operators changed their meaning up to version 7."""
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if not versions or versions[0] >= OLDEST_OPSET:
        return model
    try:
        from onnx import version_converter

        converted: onnx.ModelProto = version_converter.convert_version(model, OLDEST_OPSET)
    except (RuntimeError, ValueError, TypeError) as error:
        raise BadInput(
            f"{source} has opset {versions[0]}, which cannot be brought to {OLDEST_OPSET}: {one_line(error)}; export "
            "it again."
        ) from error
    return converted
