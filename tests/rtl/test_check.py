"""``fpgajet rtl --check``: what lies there is simulated, and an edited file or another model is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from fpgajet.cli.rtl import rtl
from fpgajet.errors import BadInput, Mismatch
from fpgajet.files import sha256
from fpgajet.graph.export import export
from fpgajet.ops.network import Network
from fpgajet.pipeline import rtl_check
from fpgajet.pipeline.rtl_check import check_rtl
from fpgajet.pipeline.rtl_flow import test_jets as some_jets
from fpgajet.rtl import RtlDesign, VerilogSimulation
from tests.networks import random_network
from tests.rtl.conftest import copy_of

JETS = 90


@pytest.fixture
def build(network: Network, design: RtlDesign, tmp_path: Path) -> Path:
    """What the command reads of a build."""
    onnx.save(export(network), str(tmp_path / "model.onnx"))
    (tmp_path / "rtl").mkdir()
    copy_of(design, tmp_path / "rtl")
    record = {
        "settings": {},
        "stages": {"qonnx": {"writes": {"model.onnx": sha256(tmp_path / "model.onnx")}}},
    }
    (tmp_path / "build.json").write_text(json.dumps(record))
    return tmp_path


@pytest.fixture
def compiled(simulation: VerilogSimulation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that compute what was written are not compiled again."""
    monkeypatch.setattr(rtl_check, "VerilogSimulation", lambda design: simulation)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("[!.]*") if path.is_file()}


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    assert change(before) != before
    path.write_text(change(before))


@pytest.mark.usefixtures("compiled")
def test_what_lies_there_is_simulated_and_left_alone(build: Path) -> None:
    before = contents(build)
    assert check_rtl(build, JETS).compared == JETS
    assert contents(build) == before


def test_an_edited_file(build: Path) -> None:
    edit(build / "rtl" / "fpgajet_top.v", lambda text: text.replace("assign score = {", "assign score = ~{"))
    before = contents(build)
    with pytest.raises(Mismatch, match=r"fpgajet_top\.v is not as written: .* for 90 of 90 jets") as refused:
        rtl(build, check=True, jets=JETS)
    assert refused.value.exit_code == 3
    assert contents(build) == before


def test_a_reset_that_drops_nothing(build: Path) -> None:
    """It shows only if a reset comes while jets are under way."""
    edit(build / "rtl" / "fpgajet_top.v", lambda text: text.replace("rst ?", "rst & ~valid[0] ?"))
    with pytest.raises(Mismatch, match=r"fpgajet_top\.v is not as written, and .*a reset does not drop"):
        check_rtl(build, JETS)


@pytest.mark.usefixtures("compiled")
def test_a_comment_is_named(build: Path) -> None:
    edit(build / "rtl" / "fpgajet_top.v", lambda text: text + "// edited\n")
    (build / "rtl" / "more.v").write_text("module more; endmodule\n")
    with pytest.raises(Mismatch, match=r"fpgajet_top\.v, more\.v are not as written: .* do not show"):
        check_rtl(build, JETS)


@pytest.mark.usefixtures("compiled")
def test_another_model(build: Path) -> None:
    onnx.save(export(random_network(n=3, hidden=1, seed=5)), str(build / "model.onnx"))
    with pytest.raises(BadInput, match=r"model\.onnx is not the one that the build recorded"):
        check_rtl(build, JETS)


@pytest.mark.usefixtures("compiled")
def test_another_type_of_the_score(build: Path) -> None:
    edit(
        build / "rtl" / "design.json", lambda text: text.replace('"score": [', '"score": [[true, 40, 3],', 1)
    )
    with pytest.raises(Mismatch, match="other types of jet or score"):
        check_rtl(build, JETS)


def test_options_of_another_circuit_are_refused(build: Path) -> None:
    with pytest.raises(BadInput, match="only --jets"):
        rtl(build, check=True, ii=2)


def test_the_default_jets_have_empty_slots() -> None:
    jets = some_jets(random_network(n=8, hidden=1), 600)
    filled = (jets != 0).any(axis=2)
    last = np.array([row.nonzero()[0].max(initial=-1) for row in filled])
    assert (filled.all(axis=1)).sum() > 100
    assert ((last >= 0) & (last < 7)).sum() > 100, "empty at the end"
    inside = [not row[:end].all() for row, end in zip(filled, last, strict=True) if end > 0]
    assert sum(inside) > 100, "empty in the middle"


def test_registers_start_with_anything(simulation: VerilogSimulation) -> None:
    """Without a reset, valid bits come out that no jet has set."""
    idle = np.zeros((20, len(simulation.design.jet)), dtype=int)
    assert simulation.clock(idle, np.zeros(20), np.zeros(20)).valid.any()
    assert not simulation.clock(idle, np.zeros(20), np.arange(20) == 0).valid.any()
