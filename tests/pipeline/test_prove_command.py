"""``fpgajet prove``: its exit codes, and the counterexample that it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.graph.collapse import collapse
from fpgajet.graph.export import export
from fpgajet.ops.integers import FixedArray
from fpgajet.pipeline.jets import bare_events
from fpgajet.pipeline.prove_command import run_prove
from fpgajet.rtl import RtlDesign, VerilogSimulation
from fpgajet.rtl.design import emit
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from tests.conftest import Run


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command reads of a build; no more, so that it is made in seconds."""
    folder = tmp_path_factory.mktemp("build")
    network = collapse(load_model(open_checkpoint(resolve("npelican-n8-c2"))).network())
    onnx.save(export(network), str(folder / "model.onnx"))
    for name in ("hls", "checkpoint", "rtl"):
        (folder / name).mkdir()
    (folder / "build.json").write_text(json.dumps({"settings": {}}))
    emit(network, folder / "rtl", 240.0, "xcvu9p")
    return folder


def test_a_proof_that_takes_too_long_is_not_decided(build: Path, fpgajet: Run) -> None:
    done = fpgajet("prove", build, "--timeout", 0.001, "--json")
    assert done.returncode == 0, done.stderr
    (proof,) = json.loads(done.stdout)["proofs"]
    assert proof["level"] in ("compared only", "proved up to")
    assert "not decided in 0.001 s" in proof["reason"]
    assert not proof["operators"][-1]["proved"]


def test_a_proof_and_a_refutation(build: Path, fpgajet: Run) -> None:
    done = fpgajet("prove", build, "--json")
    assert done.returncode == 0, done.stderr
    (proof,) = json.loads(done.stdout)["proofs"]
    assert (proof["what"], proof["level"]) == ("Verilog files", "proved")
    assert proof["cells"] > 1000
    assert not (build / "counterexample.npy").exists()

    library = build / "rtl" / "fpgajet_dsp.v"
    library.write_text(library.read_text().replace("x * y", "x * y * 2"))
    done = fpgajet("prove", build)
    assert done.returncode == 3
    assert "refuted" in done.stderr
    assert "counterexample.npy" in " ".join(done.stderr.split())
    _differs(build)


def _differs(build: Path) -> None:
    """The jet in the file is one for `fpgajet csim --events`, and Verilog and reference differ on it."""
    network = collapse(load_model(open_checkpoint(resolve("npelican-n8-c2"))).network())
    jet = bare_events(build / "counterexample.npy", network.input_shape[0])
    raw = from_real(network.form.features(jet), network.input_type)
    expected = network.reference(FixedArray(raw, network.input_type.fraction))[network.output.name].raw
    found = VerilogSimulation(RtlDesign.read(build / "rtl")).scores(raw)
    assert (found.ravel() != np.asarray(expected).ravel()).any()


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan")])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, timeout: float) -> None:
    with pytest.raises(BadInput, match=r"--timeout .* above 0"):
        run_prove(tmp_path, timeout=timeout)


def test_a_build_without_verilog(build: Path, fpgajet: Run, tmp_path: Path) -> None:
    done = fpgajet("prove", tmp_path)
    assert done.returncode == 2
