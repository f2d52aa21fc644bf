"""The scripts of docs/plugins.md, run as users of hls4ml and alkaid would; the scores are those of the reference."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

import fpgajet.hls4ml
from fpgajet.fixed import from_real
from fpgajet.graph.export import export
from fpgajet.ops.integers import FixedArray
from tests.networks import random_jets, random_network

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
SCRIPTS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=("hls4ml", "alkaid"))
def test_the_script_gives_the_scores_of_the_reference(script: str, tmp_path: Path) -> None:
    network = random_network(3, 2)
    jets, precision = random_jets(50, 3), network.input_type
    onnx.save(export(network), tmp_path / "model.onnx")
    np.save(tmp_path / "jets.npy", jets)
    (tmp_path / "user.py").write_text(script.replace("INPUT_PRECISION", precision.ap_fixed()))
    done = subprocess.run(
        [sys.executable, "user.py"], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    expected = network.reference(FixedArray(from_real(jets, precision), precision.fraction))["score"].real
    found = np.load(tmp_path / "scores.npy")
    assert len(np.unique(expected)) > 20
    np.testing.assert_array_equal(found.reshape(expected.shape), expected)


def test_registering_twice_does_nothing_and_the_config_states_the_input() -> None:
    fpgajet.hls4ml.register()
    network = random_network(3, 2)
    model = export(network)
    config = fpgajet.hls4ml.config(model, reuse_factor=2)
    assert config["Model"]["ReuseFactor"] == 2
    name = model.graph.input[0].name
    assert config["LayerName"][name] == {"Precision": {"result": network.input_type.ap_fixed()}}
