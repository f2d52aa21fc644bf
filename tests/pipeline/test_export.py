"""``fpgajet export`` on a build directory: what it writes, what it refuses, and that a wrong emulator stays inside."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from fpgajet.errors import BadInput, Mismatch
from fpgajet.export.c import Emulator
from fpgajet.files import sha256, write_json
from fpgajet.graph.export import export as to_onnx
from fpgajet.graph.load import load, read_model
from fpgajet.pipeline import export_flow
from fpgajet.pipeline.export_flow import run_export
from fpgajet.pipeline.export_targets import run_exports
from fpgajet.rtl import emit
from tests.export.conftest import need
from tests.networks import random_network

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A directory as `fpgajet build` leaves it, as far as an export reads it."""
    root = tmp_path / "build"
    (root / "checkpoint").mkdir(parents=True)  # no hls4ml project: `--flow rtl` makes none
    onnx.save(to_onnx(random_network()), str(root / "model.onnx"))
    writes = {"model.onnx": sha256(root / "model.onnx")}
    write_json(root / "build.json", {"settings": {}, "stages": {"model": {"writes": writes}}})
    return root


def test_the_command_writes_a_package_that_checks_itself(fpgajet: Run, build: Path) -> None:
    done = fpgajet("export", build, "--name", "my-tagger", "--version", 3, "--edge-vectors", 200, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["name"] == "my_tagger_v3"
    assert document["events_compared"] > 20_000
    folder = Path(document["folder"])
    checked = subprocess.run(["make", "check"], cwd=folder, capture_output=True, text=True, check=False)
    assert (checked.returncode, "0 differ" in checked.stdout) == (0, True)
    again = fpgajet("export", build, "--name", "my-tagger", "--version", 3, "--edge-vectors", 200)
    assert again.returncode == 0, again.stderr
    assert {p.name for p in folder.parent.iterdir()} == {folder.name}  # no leftovers


def test_several_targets_at_once(fpgajet: Run, build: Path) -> None:
    """The second target needs the Verilog of the build, which is made here as `fpgajet rtl` does it."""
    need("verilator", "g++")
    refused = fpgajet("export", build, "--target", "ports", "--edge-vectors", 50)
    assert (refused.returncode, "holds no Verilog" in refused.stderr) == (2, True)
    emit(load(read_model(build / "model.onnx"), "model"), build / "rtl", 320, "xcvu9p")
    targets = [
        word for target in ("ports", "axi-stream", "c", "cmssw", "emp") for word in ("--target", target)
    ]
    done = fpgajet("export", build, *targets, "--edge-vectors", 50, "--json")
    assert done.returncode == 0, done.stderr
    exports = {one["target"]: one for one in json.loads(done.stdout)["exports"]}
    assert set(exports) == {"c", "ports", "axi-stream", "cmssw", "emp"}
    for target in ("ports", "axi-stream", "cmssw", "emp"):
        folder = Path(exports[target]["folder"])
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["events_compared"] == exports[target]["events_compared"] > 1000
        assert all(sha256(folder / name) == digest for name, digest in manifest["files"].items())
    patterns = Path(exports["emp"]["folder"]) / "patterns"
    same = fpgajet(
        "patterns", "compare", patterns / "APx" / "out_001.txt", patterns / "EMPv2" / "out_001.txt"
    )
    assert (same.returncode, "972 valid frames agree" in same.stdout) == (0, True)
    other = fpgajet(
        "patterns", "compare", patterns / "APx" / "out_000.txt", patterns / "EMPv2" / "out_001.txt"
    )
    assert (other.returncode, ": score is" in other.stderr or ": probability is" in other.stderr) == (3, True)
    refused = fpgajet("export", build, "--target", "ports", "--target", "c", "--out", build / "x")
    assert (refused.returncode, "one target" in refused.stderr) == (2, True)


def test_firmware_that_differs_is_not_exported(build: Path) -> None:
    """The Verilog of another model."""
    need("verilator", "g++")
    emit(random_network(seed=9), build / "rtl", 320, "xcvu9p")
    with pytest.raises(Mismatch, match="differs from the integer reference"):
        run_exports(build, ["ports"], edges=50)
    assert list((build / "export").iterdir()) == []


def test_a_wrong_emulator_is_not_exported(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Emulator.run

    def off_by_one(self: Emulator, raw: object) -> object:
        found = right(self, raw)  # type: ignore[arg-type]
        found[-1] += 1
        return found

    monkeypatch.setattr(Emulator, "run", off_by_one)
    with pytest.raises(Mismatch, match="first in event 1999"):
        run_export(build, edges=100)
    assert list((build / "export").iterdir()) == []


def test_what_cannot_be_exported(build: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a build directory"):
        run_export(tmp_path)
    (tmp_path / "mine").mkdir()
    with pytest.raises(BadInput, match="is no export"):
        run_export(build, out=tmp_path / "mine")
    with pytest.raises(BadInput, match="--name"):
        run_export(build, name="signal")
    assert not (build / "export").exists()
    onnx.save(to_onnx(random_network(seed=9)), str(build / "model.onnx"))
    with pytest.raises(BadInput, match="is not the file that the build"):
        run_export(build)


def test_the_events_are_real_jets_and_edge_vectors(build: Path) -> None:
    done = run_export(build, edges=100)
    lines = (done.folder / "vectors.txt").read_text().splitlines()
    assert len(lines) > export_flow.VECTORS
    scores = {line.rsplit(" ", 1)[1] for line in lines}
    assert len(scores) > 50
