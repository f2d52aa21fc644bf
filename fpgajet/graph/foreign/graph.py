"""A foreign graph after normalisation: nodes in order, every tensor with its shape and value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from fpgajet.graph.soundness import node_name


@dataclass(frozen=True, eq=False)
class ForeignTensor:
    """One tensor of one event, as onnxruntime computed it.

    Attributes:
        value: for the example input of the run; its shape is the tensor's, the batch axis included with length 1.
        constant: whether the value is the same for every input.
    """

    value: NDArray[Any]
    constant: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape, the batch axis included."""
        return self.value.shape

    @property
    def size(self) -> int:
        """Number of elements of one event."""
        return math.prod(self.value.shape)


@dataclass(frozen=True)
class ForeignNode:
    """One node. An input that is left out is the empty name, as in ONNX.

    Attributes:
        proto: the node that onnxruntime ran; None for one that normalisation made.
    """

    name: str
    op_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    proto: onnx.NodeProto | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, node: onnx.NodeProto) -> ForeignNode:
        """From the file's node; text is decoded."""
        values = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        values = {k: v.decode() if isinstance(v, bytes) else v for k, v in values.items()}
        return cls(node_name(node), node.op_type, tuple(node.input), tuple(node.output), values, node)

    def integer(self, name: str, default: int) -> int:
        """An integer attribute."""
        return int(self.attributes.get(name, default))

    def number(self, name: str, default: float) -> float:
        """A real attribute."""
        return float(self.attributes.get(name, default))

    def integers(self, name: str, default: list[int]) -> list[int]:
        """A list of integers."""
        return [int(n) for n in self.attributes.get(name) or default]

    def text(self, name: str, default: str) -> str:
        """A text attribute."""
        return str(self.attributes.get(name, default))


@dataclass(frozen=True)
class ForeignGraph:
    """A graph of which everything is known.

    Attributes:
        nodes: that something depends on, in an order in which they can be computed. Quantisers are ``Quant`` (four
            inputs, the last three constant and checked) and ``BipolarQuant``; there is no other quantiser.
        tensors: by name, every one that a node reads or makes.
        batch: length of the input's batch axis in the file; 0: any; None: the input has no batch axis.
        annotated: QONNX data type that the file states for its input, or nothing.
        step: runs one node on other values.
    """

    name: str
    source: str
    input: str
    outputs: tuple[str, ...]
    nodes: tuple[ForeignNode, ...]
    tensors: dict[str, ForeignTensor]
    batch: int | None
    step: Callable[[onnx.NodeProto, list[NDArray[Any] | None]], list[NDArray[Any]]] = field(compare=False)
    annotated: str = ""

    @cached_property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one event, without the batch axis."""
        shape = self.tensors[self.input].shape
        return shape if self.batch is None else shape[1:]

    def constant(self, name: str) -> NDArray[Any] | None:
        """The value of a constant; None if the input decides it."""
        tensor = self.tensors[name]
        return tensor.value if tensor.constant else None

    def rerun(self, node: ForeignNode, first: NDArray[Any]) -> list[NDArray[Any]]:
        """The outputs of a node if its first input were another one of the same shape."""
        assert node.proto is not None
        rest = [self.tensors[name].value if name else None for name in node.inputs[1:]]
        return self.step(node.proto, [first.astype(self.tensors[node.inputs[0]].value.dtype), *rest])

    def pruned(self) -> ForeignGraph:
        """Without nodes that no output depends on."""
        needed, kept = set(self.outputs), []
        for node in reversed(self.nodes):
            if needed.intersection(node.outputs):
                kept.append(node)
                needed.update(filter(None, node.inputs))
        return replace(self, nodes=tuple(reversed(kept)))


def real(values: NDArray[Any]) -> NDArray[np.float64]:
    """Any constant as float64."""
    return np.asarray(values, dtype=np.float64)
