"""ONNX nodes that only move values, and the axes of those that pool them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fpgajet.estimate import layers
from fpgajet.estimate.layers import Attributes
from fpgajet.estimate.tensors import Edge
from fpgajet.ops.inventory import Inventory

WIRES = ("Identity", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Cast")
POOLS = ("GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum", "ReduceMax")


def wired(op: str, attributes: Attributes, inputs: list[Edge]) -> Edge:
    """A node that only moves values; of several inputs the first one's type holds."""
    x = inputs[0]
    shape: tuple[int, ...] = x.shape
    constant: Any = x.constant
    if constant is not None:
        if op == "Transpose":
            constant = np.transpose(constant, attributes.get("perm"))
            shape = constant.shape
        return Edge(shape, x.type, x.made_by, x.quantised, constant)
    if op == "Flatten":
        shape = (x.size,)
    elif op == "Reshape":
        wanted = inputs[1].integers()[1:]
        known = math.prod(n for n in wanted if n > 0)
        shape = tuple(n if n > 0 else x.size // known for n in wanted) if wanted else (x.size,)
    elif op == "Transpose":
        shape = tuple(x.shape[p - 1] for p in attributes["perm"][1:])
    elif op == "Squeeze":
        shape = tuple(n for n in x.shape if n != 1) or (1,)
    elif op == "Unsqueeze":
        axes = attributes.get("axes") or inputs[1].integers()
        axis = axes[0] - 1 if axes[0] > 0 else axes[0] + len(x.shape) + 1
        shape = (*x.shape[:axis], 1, *x.shape[axis:])
    elif op == "Concat":
        axis = attributes["axis"] - 1 if attributes["axis"] > 0 else attributes["axis"] + len(x.shape)
        shape = (*x.shape[:axis], sum(e.shape[axis] for e in inputs), *x.shape[axis + 1 :])
    makers = tuple(dict.fromkeys(name for e in inputs for name in e.made_by))
    return Edge(shape, x.type, makers, x.quantised)


def pooled(op: str, attributes: Attributes, inputs: list[Edge]) -> tuple[Inventory | None, Edge]:
    """Global and axis-wise sums, means and maxima."""
    x, rank = inputs[0], len(inputs[0].shape)
    if op.startswith("Global"):
        axes, keep = tuple(range(1, rank)), True  # [channels, positions...]
    else:
        given = attributes.get("axes") or inputs[1].integers()
        axes = tuple(a - 1 if a > 0 else a + rank for a in given)
        keep = bool(attributes.get("keepdims", 1))
    if op in ("GlobalMaxPool", "ReduceMax"):
        return layers.pool_max(axes, x, keep)
    return layers.pool_sum(axes, x, op in ("GlobalAveragePool", "ReduceMean"), keep)
