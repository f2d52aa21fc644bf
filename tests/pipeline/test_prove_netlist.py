"""``fpgajet prove --netlist``: what Yosys counts is the circuit of the Verilog, or the command says that it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
    (folder / "build.json").write_text(json.dumps({"settings": {}}))
    emit(random_network(n=2, hidden=1), folder / "rtl", 100.0, "xcvu9p")
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
    done = fpgajet("prove", build, "--netlist")
    assert done.returncode == 3, done.stdout
    assert "bits alone are 1" in " ".join(done.stderr.split())


def test_a_build_without_verilog_has_no_netlist(build: Path, fpgajet: Run, tmp_path: Path) -> None:
    done = fpgajet("prove", build.parent / "nothing", "--netlist")
    assert done.returncode == 2
