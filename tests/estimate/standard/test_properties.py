"""Properties of the walk over random graphs: precisions hold the values, products are not counted twice."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate.model import estimate_blocks
from fpgajet.estimate.standard import DEFAULT_PRECISION, Walked, walk
from fpgajet.estimate.units import dsp_slices
from fpgajet.fixed import FixedType
from fpgajet.graph.foreign import ForeignGraph, read_foreign
from fpgajet.graph.reading import read_model
from tests.graph.foreign.random_graphs import STEPS, Recipe, recipes, save

RANDOM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def walked(
    recipe: Recipe, tmp_path: Path, default: FixedType = DEFAULT_PRECISION
) -> tuple[ForeignGraph, Walked]:
    save(recipe, tmp_path / "m.onnx")
    graph = read_foreign(read_model(tmp_path / "m.onnx"), "m.onnx")
    return graph, walk(graph, default)


@given(recipe=recipes(("qonnx", "qcdq"), tuple(s for s in STEPS if s != "mean")))
@RANDOM
def test_the_precision_of_a_tensor_holds_its_values(recipe: Recipe, tmp_path: Path) -> None:
    try:
        graph, found = walked(recipe, tmp_path)
    except BadInput as error:
        assert "takes any logic" in str(error)  # noqa: PT017
        return
    checked = 0
    for name, signal in found.signals.items():
        assert signal.shape == graph.tensors[name].shape
        if signal.exact and signal.constant is None:
            raw = graph.tensors[name].value / signal.scale * 2.0**signal.precision.fraction
            assert (raw == np.rint(raw)).all(), name
            low, high = signal.precision.lowest, signal.precision.highest
            assert low <= raw.min(), name
            assert raw.max() <= high, name
            checked += 1
    assert checked >= len(recipe.steps)


def products(graph: ForeignGraph) -> int:
    """Products of one event, counted from shapes alone: what an unrolled design can need at most."""
    total = 0
    for node in graph.nodes:
        size = graph.tensors[node.outputs[0]].size
        if all(graph.tensors[name].constant for name in node.outputs):
            continue
        if node.op_type == "MatMul":
            total += size * graph.tensors[node.inputs[0]].shape[-1]
        elif node.op_type == "Gemm":
            total += size * graph.tensors[node.inputs[0]].shape[1]
        elif node.op_type == "Conv":
            total += size * math.prod(graph.tensors[node.inputs[1]].shape[1:])
        elif node.op_type in ("Mul", "ReduceMean"):
            total += size
    return total


@given(recipe=recipes())
@RANDOM
def test_no_more_dsps_than_products(recipe: Recipe, tmp_path: Path) -> None:
    for precision in (DEFAULT_PRECISION, FixedType.from_ap_fixed("ap_fixed<30,12>")):
        try:
            graph, found = walked(recipe, tmp_path, precision)
        except BadInput as error:
            assert "takes any logic" in str(error)  # noqa: PT017
            return
        widest = max(s.precision.bits for s in found.signals.values())
        dsp = estimate_blocks(found.blocks, 1, part("xcvu13p"), 200.0, own=False).total.dsp.value
        assert dsp <= products(graph) * dsp_slices(widest, widest)
        if recipe.dialect == "plain":
            assert widest == precision.bits
