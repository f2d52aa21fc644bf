"""``fpgajet prove --netlist``: what Yosys counts is the circuit of the Verilog, or the command says that it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fpgajet.api import Proved
from fpgajet.errors import BadInput, Mismatch
from fpgajet.pipeline.paths import existing_build
from fpgajet.pipeline.prove_command import run_prove
from fpgajet.pipeline.prove_netlist import prove_counted
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import emit
from tests.conftest import Run
from tests.networks import random_network
from tests.rtl.conftest import needs_yosys
from tests.rtl.small_model import small_model


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command reads of a build; no more, so that it is made in seconds."""
    folder = small_model(tmp_path_factory.mktemp("netlist"))
    for name in ("hls", "checkpoint", "rtl"):
        (folder / name).mkdir()
    (folder / "build.json").write_text(json.dumps({"settings": {"stages": 6}}))
    emit(random_network(n=2, hidden=1), folder / "rtl", 100.0, "xcvu9p", RtlOptions(stages=6))
    return folder


@needs_yosys
def test_netlists_are_proved_and_a_fault_of_synthesis_is_found(build: Path, fpgajet: Run) -> None:
    done = fpgajet("prove", build, "--netlist", "--json", "--keep", build / "proof")
    assert done.returncode == 0, done.stderr
    _, counted = json.loads(done.stdout)["proofs"]
    assert (counted["what"], counted["level"]) == ("netlist that Yosys counts", "proved")
    stages = json.loads((build / "rtl" / "netlist.json").read_text())["stages"]
    assert stages
    assert counted["cells"] == sum(sum(stage["cells"].values()) for stage in stages)
    kept = {path.suffix for path in (build / "proof-netlist").iterdir()}
    assert kept == {".v", ".aig"}

    # The branch of the library that only synthesis sees: simulation and the proof of the files know nothing of it.
    library = build / "rtl" / "fpgajet_ternary.v"
    text = library.read_text()
    library.write_text(text.replace("table_of[32 + k] = k[0] ^", "table_of[32 + k] = k[0] |"))
    assert library.read_text() != text
    design = json.loads((build / "rtl" / "design.json").read_text())
    stages = [name for name in design["sources"] if name.startswith("fpgajet_stage_")]
    reading = next(name for name in stages if "fpgajet_ternary" in (build / "rtl" / name).read_text())
    design["sources"] = [name for name in design["sources"] if name == reading or name not in stages]
    (build / "rtl" / "design.json").write_text(json.dumps(design))
    outcome = prove_counted(existing_build(build))
    with pytest.raises(Mismatch, match="bits alone are 1") as refused:
        Proved(build, (outcome,)).raise_if_refuted()
    assert refused.value.exit_code == 3


def test_a_build_without_verilog_has_no_netlist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("hls", "checkpoint"):
        (tmp_path / name).mkdir()
    (tmp_path / "build.json").write_text(json.dumps({"settings": {}}))
    (tmp_path / "model.onnx").write_bytes(b"")
    monkeypatch.setattr("fpgajet.pipeline.prove_command.has_project", lambda build: True)
    with pytest.raises(BadInput, match="could make a netlist"):
        run_prove(tmp_path, netlist=True)
