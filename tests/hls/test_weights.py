"""Weights in registers: C++ and ONNX for any weights of their types."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from fpgajet.fixed import to_real
from fpgajet.graph.export import export
from fpgajet.graph.load import load
from fpgajet.graph.run import OnnxRuntime
from fpgajet.hls.csim import CSimulation, compile_project
from fpgajet.hls.project import project_name, write_project
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.registers import register_types, registers_of, with_values
from tests.rewritable_network import rewritable_network, weight_sets

pytest.importorskip("hls4ml")


@pytest.mark.slow
def test_cpp_and_onnx_equal_the_reference_for_any_weights(tmp_path: Path) -> None:
    network = load(export(rewritable_network()))
    rng, kind = np.random.default_rng(3), network.input_type
    raw = rng.integers(kind.lowest, kind.highest + 1, (200, *network.input_shape))
    features = to_real(raw, kind.fraction).astype(np.float32)
    write_project(
        export(network), network, tmp_path / "hls", part="xcvu9p-flga2104-2L-e", clock_mhz=320, vectors=features[:5]
    )  # fmt: skip
    top = (tmp_path / "hls" / "firmware" / f"{project_name(network)}.cpp").read_text()
    assert len(re.findall(r"#pragma HLS INTERFACE ap_none port=(weight|bias)\d+\n", top)) == 2
    bench = (tmp_path / "hls" / f"{project_name(network)}_test.cpp").read_text()
    assert re.search(r"\(jet, score, weight\d+, bias\d+\);", bench)
    csim = CSimulation(tmp_path / "hls", compile_project(tmp_path / "hls", tmp_path / "work"))
    assert csim.registers == sum(register.count for register in registers_of(network))
    fractions = np.array([precision.fraction for precision in register_types(network)])
    sets = weight_sets(network, 12)
    for k, weights in enumerate(sets):
        other = with_values(network, weights)
        expected = other.reference(FixedArray(raw, kind.fraction))["score"].real
        csim.give_weights(weights * 2.0**-fractions)
        np.testing.assert_array_equal(csim.stages(features)["score"], expected, err_msg=f"C++, set {k}")
        if k in (0, 1, len(sets) - 1):
            found = OnnxRuntime(export(other), other).stages(features)["score"]
            np.testing.assert_array_equal(found, expected, err_msg=f"ONNX, set {k}")
    csim = CSimulation(tmp_path / "hls", compile_project(tmp_path / "hls", tmp_path / "work"))
    start = network.reference(FixedArray(raw, kind.fraction))["score"].real
    np.testing.assert_array_equal(csim.stages(features)["score"], start)
    with pytest.raises(ValueError, match="3 registers"):
        csim.give_weights(np.zeros(1))
