"""Nodes that only move values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgajet.estimate.standard.contractions import Made
from fpgajet.estimate.standard.scales import realised
from fpgajet.estimate.standard.signals import ONE, Call, Signal, merged, normalised, same_scale, union
from fpgajet.fixed import from_real, to_real
from fpgajet.ops.inventory import Inventory

WIRES = (
    "Identity", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Cast", "Slice", "Gather",
    "GatherND", "GatherElements", "Split", "Expand", "Tile", "Pad", "DepthToSpace", "SpaceToDepth",
)  # fmt: skip


def wired(call: Call) -> Made:
    """A node that moves the values of its first input; all other inputs have to be constant."""
    x = call.required(0)
    if any(other.constant is None for other in call.given[1:]):
        raise ValueError("where it moves values to depends on the input")
    before = None
    if call.node.op_type == "Pad" and x.scale.ndim:
        before, x = realised(x)
    moved = [ONE if x.scale.ndim == 0 else x.scale] * len(call.node.outputs)
    if x.scale.ndim:
        found = call.graph.rerun(call.node, np.asarray(x.scale))
        moved = [np.asarray(made, np.float64) for made in found]
    results = []
    for name, scale in zip(call.node.outputs, moved, strict=True):
        if name:
            value = call.graph.tensors[name]
            kept = x.scale if x.scale.ndim == 0 else normalised(x.precision, scale)[1]
            signal = Signal(value.shape, x.precision, x.exact, kept, x.made_by, value.value, x.arriving)
            results.append(signal if x.constant is not None else replace(signal, constant=None))
    return before, results


def concat(call: Call) -> Made:
    """Concat: the type that holds the values of every input; a constant that fits this type adds nothing to it."""
    given = call.given
    data = [x for x in given if x.constant is None] or given
    exact, before = all(x.exact for x in data), Inventory()
    scale = ONE
    if data[0].scale.ndim == 0 and all(same_scale(data[0].scale, x.scale) for x in given):
        scale = data[0].scale
    else:
        made = [realised(x) if x.constant is None else (Inventory(), x) for x in data]
        data = [x for _, x in made]
        for units, _ in made:
            before = merged(before, replace(units, adder_levels=0))
        before.adder_levels = max((units.adder_levels for units, _ in made), default=0)
    precision = union([x.precision for x in data])
    for x in given:
        if x.constant is None:
            continue
        values = x.known() / scale
        if not np.array_equal(to_real(from_real(values, precision), precision.fraction), values):
            precision = union([precision, x.precision])
            exact = exact and x.exact
    result = replace(call.result(precision, scale), exact=exact)
    if all(x.constant is not None for x in given):
        result = replace(result, constant=call.graph.tensors[call.node.outputs[0]].value)
    return (before if before != Inventory() else None), [result]
