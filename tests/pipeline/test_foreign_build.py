"""A build directory from somebody else: nothing in it runs but its C++, and that only where it is this user's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fpgajet.pipeline.record import path_digest
from tests.conftest import Run
from tests.hls.fake_vendor import SCRIPT
from tests.pipeline.conftest import SMALL


def test_no_script_and_no_library_of_the_directory_runs(
    build_copy: Path, fpgajet: Run, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    for script in [build_copy / "hls" / "build_lib.sh", *(build_copy / "hls").glob("*.tcl")]:
        script.write_text(f"touch {trap}\nexec touch {trap}\n")
    library = build_copy / "csim" / "firmware" / "npelican_n16_c2.so"
    library.parent.mkdir()
    library.write_bytes(b"no library at all")
    # The forged record vouches for every file.
    record = json.loads((build_copy / "build.json").read_text())
    for stage in record["stages"].values():
        stage["writes"] = {name: path_digest(build_copy / name) for name in stage["writes"]}
    del record["stages"]["certificate"]  # so that the C simulation runs
    (build_copy / "build.json").write_text(json.dumps(record))

    done = fpgajet("csim", build_copy, "--edge-vectors", 100)
    assert done.returncode == 0, done.stderr
    done = fpgajet(*SMALL, "--out", build_copy)
    assert done.returncode == 0, done.stderr
    assert "= project" in done.stderr
    assert "+ certificate" in done.stderr
    assert not trap.exists()


def test_the_vendor_tool_gets_tcl_written_anew(
    build_copy: Path, fpgajet: Run, fake_tool: Callable[[str, str], Path]
) -> None:
    fake_tool("vitis-run", SCRIPT)
    good = (build_copy / "hls" / "build_prj.tcl").read_text()
    (build_copy / "hls" / "build_prj.tcl").write_text("exec touch trap")
    (build_copy / "hls" / "more.tcl").write_text("exec touch trap")
    target = build_copy / "hls" / "project.tcl"
    target.write_text(target.read_text() + "exec touch trap\n")
    done = fpgajet("synth", build_copy, PATH=os.environ["PATH"])
    assert "build.json: hls" in done.stderr, "the edited project is named"
    assert (build_copy / "synth" / "build_prj.tcl").read_text() == good
    assert not (build_copy / "synth" / "more.tcl").exists()
    assert "touch" not in (build_copy / "synth" / "project.tcl").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("command", ["csim", "synth", "build"])
def test_files_of_another_user_ask_for_trust(
    build_copy: Path, fpgajet: Run, fake_tool: Callable[[str, str], Path], command: str
) -> None:
    fake_tool("vitis-run", SCRIPT)
    os.chown(build_copy / "hls" / "firmware" / "defines.h", 12345, -1)
    words = [*SMALL, "--out", build_copy] if command == "build" else [command, build_copy]
    words += ["--edge-vectors", "100"] if command == "csim" else []
    done = fpgajet(*words, PATH=os.environ["PATH"])
    assert done.returncode == 2
    assert "defines.h belongs to another user" in done.stderr
    if command != "build":
        done = fpgajet(*words, "--trust", PATH=os.environ["PATH"])
        assert done.returncode == 0, done.stderr


def test_an_edited_result_is_named_and_not_reported(build_copy: Path, fpgajet: Run) -> None:
    physics = json.loads((build_copy / "physics.json").read_text())
    physics["quantised"]["auc"] = 0.9999
    (build_copy / "physics.json").write_text(json.dumps(physics))
    before = (build_copy / "report.json").read_bytes()
    done = fpgajet("report", build_copy)
    assert done.returncode == 2
    assert "physics.json" in done.stderr
    assert "estimate.json" not in done.stderr
    assert (build_copy / "report.json").read_bytes() == before
    done = fpgajet("report", build_copy, "--force", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["reproducibility"]["altered"] == ["physics.json"]
    for name in ("report.md", "report.html"):
        assert "changed after the build" in (build_copy / name).read_text()


@pytest.mark.parametrize(
    "name",
    ["scores.npz", "certificate.json", "boosts.json", "model.onnx", "checkpoint", "hls", "estimate.json"],
)
def test_every_file_of_the_build_is_looked_at(build_copy: Path, fpgajet: Run, name: str) -> None:
    path = build_copy / name
    file = path if path.is_file() else next(p for p in sorted(path.rglob("*")) if p.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    done = fpgajet("report", build_copy)
    assert (done.returncode, name in done.stderr) == (2, True), done.stderr


JSON_FILES = ["physics.json", "certificate.json", "boosts.json", "estimate.json", "build.json"]


@pytest.mark.parametrize(
    "content", ["[]", "{}", '"text"', "null", "3", '{"stages": [], "settings": {"part": 3}}']
)
@pytest.mark.parametrize("name", JSON_FILES)
def test_wrong_types_in_a_result_are_one_sentence(
    build_copy: Path, fpgajet: Run, name: str, content: str
) -> None:
    (build_copy / name).write_text(content)
    done = fpgajet("report", build_copy, "--force")
    if name == "boosts.json" and done.returncode == 0:
        assert content == "null"  # no boosts
        return
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert str(build_copy) in done.stderr
    assert "fpgajet build" in done.stderr


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_damaged_scores_are_one_sentence(build_copy: Path, fpgajet: Run, content: bytes) -> None:
    (build_copy / "scores.npz").write_bytes(content)
    done = fpgajet("report", build_copy, "--force")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
