"""``fpgajet prove`` of C++: its exit codes, and the counterexample that it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import onnx

from fpgajet.graph.export import export
from fpgajet.pipeline.jets import bare_events
from tests.conftest import Run
from tests.hls.test_project import make
from tests.networks import random_jets, random_network


def test_a_fault_in_the_cpp_is_refuted_by_a_jet(tmp_path: Path, fpgajet: Run) -> None:
    """What the command reads of a build; no more, so that it is made in seconds."""
    network, build = random_network(4, 2), tmp_path / "build"
    (build / "checkpoint").mkdir(parents=True)
    onnx.save(export(network), str(build / "model.onnx"))
    (build / "build.json").write_text(json.dumps({"settings": {}}))
    header = (
        make(network, build / "hls", vectors=random_jets(20, 4)) / "firmware/nnet_utils/fpgajet_lin_eq_2to0.h"
    )
    header.write_text(header.read_text().replace("partial += z", "partial -= z"))

    refused = fpgajet("prove", build, "--keep", build)
    assert refused.returncode == 2
    assert "holds other files" in refused.stderr

    done = fpgajet("prove", build, "--keep", build / "proof")
    assert done.returncode == 3, done.stderr
    assert "counterexample-cpp.npy" in " ".join(done.stderr.split())
    assert bare_events(build / "counterexample-cpp.npy", 4).shape == (1, 4, 4)
    assert not (build / "proof" / "003.json").exists(), "a refuted operator has no proof"
