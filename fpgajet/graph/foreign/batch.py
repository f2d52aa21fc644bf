"""The batch axis of a foreign graph: found, shown to separate events, and brought to one event."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from fpgajet.errors import BadInput
from fpgajet.graph.foreign.execute import LARGEST_TENSOR, Values
from fpgajet.graph.soundness import node_name

#: Nodes of which a constant says the whole shape of the result, the batch axis included.
SHAPED = ("Reshape", "Expand")


def input_of(model: onnx.ModelProto, source: str) -> tuple[str, tuple[int, ...], int | None, Any]:
    """Name of the one input, shape of one event, length of the batch axis (0: any, None: no such axis), dtype.

    Raises:
        BadInput: not one tensor of known shape.
    """
    constants = {i.name for i in model.graph.initializer}
    inputs = [i for i in model.graph.input if i.name not in constants]
    if len(inputs) != 1:
        raise BadInput(f"{source} has {len(inputs)} inputs; fpgajet takes models with exactly one.")
    tensor = inputs[0].type.tensor_type
    label = f"{source}: the input {inputs[0].name!r}"
    if not inputs[0].type.HasField("tensor_type") or not tensor.HasField("shape"):
        raise BadInput(f"{label} has no shape.")
    shape = tuple(d.dim_value if d.HasField("dim_value") else 0 for d in tensor.shape.dim)
    if not shape or any(n < 1 for n in shape[1:]) or shape[0] < 0 or (len(shape) == 1 and shape[0] < 1):
        raise BadInput(f"{label} has no fixed shape behind its batch axis.")
    if math.prod(shape[1:]) * (shape[0] if len(shape) == 1 else 1) > LARGEST_TENSOR:
        raise BadInput(
            f"{label} has {math.prod(shape[1:]):,} values per event, more than any trigger network."
        )
    try:
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    except (KeyError, TypeError) as error:
        raise BadInput(f"{label} has an element type that is not known.") from error
    if dtype.kind not in "fiub":
        raise BadInput(f"{label} is not a tensor of numbers.")
    if len(shape) == 1:
        return inputs[0].name, shape, None, dtype
    return inputs[0].name, shape[1:], shape[0], dtype


def example(shape: tuple[int, ...], dtype: Any, seed: int) -> NDArray[Any]:
    """Random values of a network's input."""
    values = np.random.default_rng(seed).normal(0.0, 2.0, shape)
    return np.asarray(np.abs(values) if dtype.kind in "ub" else values).astype(dtype)


def check_events_are_separate(
    run: Callable[[NDArray[Any]], list[NDArray[Any]]],
    shape: tuple[int, ...],
    events: int,
    dtype: Any,
    label: str,
) -> list[NDArray[Any]] | None:
    """Change one event of a batch, then another: no element of the outputs may depend on both.

    Args:
        run: from the input to the outputs. events: of the batch, at least 2.

    Returns:
        The outputs for the first batch; None if the graph cannot be run with so many events, and therefore takes
        one event only.

    Raises:
        BadInput: events influence each other, so that the first axis is no batch axis.
    """
    whole = example((events, *shape), dtype, 1)
    first, last = whole.copy(), whole.copy()
    first[0], last[-1] = example(shape, dtype, 2), example(shape, dtype, 3)
    try:
        plain: list[NDArray[Any]] = run(whole)
    except BadInput:
        return None
    for before, one, other in zip(plain, run(first), run(last), strict=True):
        if before.shape != one.shape or before.shape != other.shape:
            raise BadInput(f"{label}: the shape of a result depends on the values of the input.")
        if ((before != one) & (before != other) & ~_both_nan(before, one)).any():
            raise BadInput(
                f"{label}: the events of a batch influence each other, so that the first axis of the input is "
                "not a batch axis; export the model with a batch axis in front."
            )
    return plain


def _both_nan(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    both: NDArray[np.bool_] = np.not_equal(x, x) & np.not_equal(y, y)
    return both


def for_one_event(
    nodes: list[onnx.NodeProto], values: Values, batch: int
) -> tuple[list[onnx.NodeProto], Values]:
    """Nodes of a graph with a fixed batch, with the batch taken out of the shapes that they state.

    Args:
        values: of every tensor for a whole batch.

    Returns:
        The nodes, and the constants that are new.
    """
    changed, constants = [], Values()
    for node in nodes:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        shape = list(values[node.output[0]].shape) if node.op_type in SHAPED else []
        if shape and shape[0] % batch == 0:
            name = f"{node_name(node)}.shape_of_one_event"
            constants[name] = np.array([shape[0] // batch, *shape[1:]], np.int64)
            copy.input[1] = name
        changed.append(copy)
    return changed, constants


def same_for_one_event(whole: list[NDArray[Any]], one: list[NDArray[Any]], batch: int) -> bool:
    """Whether the outputs of the first event are a part of those of a batch, but for rare ties of a quantiser."""
    for batched, single in zip(whole, one, strict=True):
        if batched.size != batch * single.size:
            return False
        part = batched.reshape(batch, -1)[0]
        close = np.isclose(part, single.ravel(), rtol=1e-3, atol=1e-5, equal_nan=True)
        if close.mean() < 0.95:
            return False
    return True
