"""`fpgajet data` as a user runs it: results, JSON, exit codes, one-paragraph errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from quant.data import read_jets, write_jets
from tests.toy_jets import toy_jets

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = ("generate", "convert", "info", "validate", "plot")


@pytest.fixture
def jet_file(tmp_path: Path) -> Path:
    write_jets(tmp_path / "jets.h5", toy_jets(60))
    return tmp_path / "jets.h5"


def one_paragraph(result: subprocess.CompletedProcess[str], exit_code: int) -> str:
    """The error text: no traceback, one line, the right exit code."""
    assert result.returncode == exit_code, result.stderr
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, result.stderr
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(fpgajet: Run, command: str) -> None:
    result = fpgajet("data", command, "--help")
    assert result.returncode == 0
    assert f"fpgajet data {command} " in result.stdout
    assert "--json" in result.stdout


def test_info(fpgajet: Run, jet_file: Path) -> None:
    text = fpgajet("data", "info", jet_file)
    assert text.returncode == 0
    assert "60 jets" in text.stdout
    facts = json.loads(fpgajet("data", "info", jet_file, "--json").stdout)
    assert facts["jets"] == 60
    assert set(facts["classes"]) == {"QCD", "top"}


def test_validate(fpgajet: Run, jet_file: Path, tmp_path: Path) -> None:
    assert "nothing wrong" in fpgajet("data", "validate", jet_file).stdout
    jets = toy_jets(60)
    jets.constituents[7, 0, 0] = np.nan
    write_jets(tmp_path / "bad.h5", jets)
    result = fpgajet("data", "validate", tmp_path / "bad.h5", "--json")
    assert result.returncode == 2
    problems = json.loads(result.stdout)["problems"]
    assert {"kind": "not-finite", "count": 1, "rows": [7]}.items() <= problems[0].items()
    leak = fpgajet("data", "validate", jet_file, "--against", jet_file)
    assert leak.returncode == 2
    assert "60 x the jet is also in" in leak.stdout


def test_convert(fpgajet: Run, tmp_path: Path) -> None:
    jets = toy_jets(20)
    np.savez(tmp_path / "a.npz", p4=jets.constituents, label=jets.label)
    result = fpgajet("data", "convert", "a.npz", "--out", "out.h5", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["jets"] == 20
    np.testing.assert_array_equal(
        read_jets(tmp_path / "out.h5", constituents=6).constituents, jets.constituents
    )
    assert "20 jets of QCD, top" in fpgajet("data", "convert", "a.npz", "--out", "out.h5").stdout


def test_errors_are_one_paragraph(fpgajet: Run, jet_file: Path, tmp_path: Path) -> None:
    assert "does not exist" in one_paragraph(fpgajet("data", "info", "none.h5"), 2)
    assert "already" in one_paragraph(fpgajet("data", "convert", jet_file, "--out", "out.h5"), 2)
    (tmp_path / "text.h5").write_text("no")
    assert "HDF5" in one_paragraph(fpgajet("data", "validate", "text.h5"), 2)
    recipe = fpgajet("data", "generate", "--out", "g", "--mode", "geant")
    assert "mode" in one_paragraph(recipe, 2)
    assert not (tmp_path / "g").exists()
    error = json.loads(fpgajet("data", "info", "none.h5", "--json").stdout)["error"]
    assert (error["kind"], error["exit_code"]) == ("bad-input", 2)


def test_a_place_that_cannot_be_written(fpgajet: Run, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", p4=toy_jets(4).constituents, label=toy_jets(4).label)
    (tmp_path / "file").write_text("")
    assert "cannot write" in one_paragraph(fpgajet("data", "convert", "a.npz", "--out", "file/out.h5"), 7)


def test_plot(fpgajet: Run, jet_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("page.png", "page.svg"):
        result = fpgajet("data", "plot", jet_file, "--out", name)
        assert result.returncode == 0, result.stderr
        first = (tmp_path / name).read_bytes()
        assert len(first) > 5000
    assert ".png, .svg" in one_paragraph(fpgajet("data", "plot", jet_file, "--out", "page.gif"), 2)


def test_generate_writes_jets_and_a_card(fpgajet: Run, tmp_path: Path) -> None:
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    arguments = ("data", "generate", "--out", "g", "--jets", 40, "--shard-jets", 20, "--json")
    result = fpgajet(*arguments)
    assert result.returncode == 0, result.stderr
    facts = json.loads(result.stdout)
    assert (facts["jets"], facts["made_now"], facts["files"]) == (40, 40, 2)
    card = (tmp_path / "g" / "card.md").read_text()
    assert "| top | 20 |" in card
    assert "PartonLevel:MPI = off" in card
    assert json.loads(fpgajet(*arguments).stdout)["made_now"] == 0
    assert "different: recipe" in one_paragraph(fpgajet(*arguments, "--mode", "truth"), 2)


def test_generation_can_be_interrupted_and_continued(tmp_path: Path) -> None:
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    out = tmp_path / "g"
    (tmp_path / "fast.toml").write_text('classes = ["top"]\npythia = ["PartonLevel:ISR = off"]\n')
    options = ["--config", str(tmp_path / "fast.toml"), "--out", str(out)]
    options += ["--jets", "120", "--shard-jets", "30", "--processes", "2"]
    command = [sys.executable, "-m", "fpgajet", "data", "generate", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not list(out.glob("*.h5")) and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors
    made = sorted(path.name for path in out.iterdir())
    assert not [name for name in made if name.endswith(".tmp")]
    kept = {name: (out / name).stat().st_mtime_ns for name in made if name.endswith(".h5")}
    assert 1 <= len(kept) < 4
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert len(read_jets(out, constituents=1)) == 120
    assert {name: (out / name).stat().st_mtime_ns for name in kept} == kept


def test_a_full_disk_gives_one_paragraph_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; without care HDF5 ends in a segmentation fault."""
    jets = toy_jets(20_000, 20)
    np.savez(tmp_path / "a.npz", p4=jets.constituents, label=jets.label)
    shell = f"ulimit -f 200; exec {sys.executable} -m fpgajet data convert a.npz --out jets/out.h5"
    result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "cannot write" in one_paragraph(result, 7)
    assert list((tmp_path / "jets").iterdir()) == []
