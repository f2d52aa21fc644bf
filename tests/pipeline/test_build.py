"""The main job on real jets: what a build writes, and that it is right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from fpgajet.pipeline.implementations import IMPLEMENTATIONS, sources_digest
from fpgajet.pipeline.jets import labelled_jets, shipped_sample
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import path_digest
from quant.metrics import constituent_mass
from tests.conftest import Run
from tests.pipeline.conftest import SMALL

CERTIFIED = [entry.name for entry in IMPLEMENTATIONS.certified({"hls", "rtl"})]


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def test_certificate_is_clean_and_not_about_a_constant(finished: Path) -> None:
    certificate = read(finished / "certificate.json")
    assert certificate["implementations"] == ["integer reference", *CERTIFIED]
    assert set(CERTIFIED) >= {"torch", "onnxruntime", "qonnx", "csim", "verilog"}
    assert certificate["total_differences"] == 0
    assert certificate["events"]["real jets"] >= 10_000
    assert certificate["total_events"] - certificate["events"]["real jets"] >= 50_000
    assert certificate["distinct_scores"] >= 50
    assert min(certificate["boundary_hits"].values()) > 0, "a requantiser whose boundary no event met"


def test_scores_file_agrees_with_the_certificate(finished: Path) -> None:
    with np.load(finished / "scores.npz") as scores:
        for name in ("torch", "onnxruntime", "qonnx", "csim", "c_emulator"):
            np.testing.assert_array_equal(scores[name], scores["integer_reference"])
        assert len(np.unique(scores["csim"])) == read(finished / "certificate.json")["distinct_scores"]


def test_physics(finished: Path) -> None:
    physics = read(finished / "report.json")["physics"]
    assert physics["quantised"] == physics["csim"] == physics["verilog"]
    assert physics["titles"]["verilog"] == "Verilog simulation"
    assert abs(physics["quantised"]["auc"] - physics["float"]["auc"]) < 0.005
    assert physics["csim"]["auc"] > physics["jet_mass"]["auc"]
    assert "√s = 14 TeV" in physics["sample"]
    assert physics["quantised"]["minus_float"]["auc"]["error"] < physics["float"]["auc_error"]
    with np.load(finished / "scores.npz") as scores:
        jets = labelled_jets(shipped_sample(), 16, len(scores["mass"]))
        np.testing.assert_array_equal(
            scores["mass"], constituent_mass(jets.constituents), "what the tagger sees"
        )
    for row in ("float", "quantised", "csim", "verilog"):
        keys = {"accuracy", "auc", "inverse_background_efficiency_30", "inverse_background_efficiency_50"}
        assert keys <= physics[row].keys()
        assert (
            physics[row]["inverse_background_efficiency_30"]
            > physics[row]["inverse_background_efficiency_50"]
        )


def test_model_runs_in_plain_onnxruntime(finished: Path) -> None:
    model = onnx.load(str(finished / "model.onnx"))
    onnx.checker.check_model(model, full_check=True)
    jets = labelled_jets(shipped_sample(), 16, 500).constituents
    session = onnxruntime.InferenceSession(str(finished / "model.onnx"))
    (scores,) = session.run(None, {session.get_inputs()[0].name: jets})
    with np.load(finished / "scores.npz") as arrays:
        np.testing.assert_array_equal(scores[:, 0], arrays["csim"][:500])


def test_report(finished: Path) -> None:
    report = read(finished / "report.json")
    assert json.loads((finished.parents[1] / "stdout.json").read_text()) == report
    assert (report["model"]["parameters"], report["model"]["parameters_absorbed"]) == (31, 29)
    assert set(report["model"]["types"]) == {"momenta", "mask", "dots", "pairs", "score"}
    (row, *_) = report["hardware"]
    assert row["level"] == "model"
    for key in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram"):
        assert isinstance(row[key], int | float)
    assert report["verdict"]["status"] in ("pass", "marginal")
    text = (finished / "report.md").read_text()
    assert f"{report['physics']['csim']['auc']:.4f}"[:6] in text
    assert "integer reference" in text


def test_the_build_directory_is_named_as_documented(finished: Path) -> None:
    assert finished.parts[-2:] == ("builds", "npelican-xcvu9p")


def test_project_is_complete(finished: Path) -> None:
    names = {p.name for p in (finished / "hls").iterdir()}
    assert {"build_prj.tcl", "project.tcl", "build_opt.tcl", "firmware", "tb_data"} <= names
    assert "    export     1\n" in (finished / "hls" / "build_opt.tcl").read_text()
    assert (finished / "hls" / "tb_data" / "tb_input_features.dat").read_text().count("\n") == 200
    headers = {p.name for p in (finished / "hls" / "firmware" / "nnet_utils").glob("fpgajet_*.h")}
    assert headers >= {"fpgajet_dot_products.h", "fpgajet_lin_eq_2to2.h", "fpgajet_lin_eq_2to0.h"}


def test_the_report_names_every_tool_and_its_version(finished: Path) -> None:
    versions = read(finished / "report.json")["reproducibility"]["versions"]
    assert {"fpgajet", "python", "torch", "hls4ml", "alkaid", "verilator", "g++"} <= set(versions)
    assert all(re.match(r"\d+", version) for version in versions.values())


def test_a_line_for_every_stage(finished: Path) -> None:
    lines = (finished.parents[1] / "stderr.txt").read_text()
    for stage in read(finished / "build.json")["stages"]:
        assert re.search(rf"^\+ {stage} .* s\)$", lines, re.MULTILINE), stage


def proved_files(build: Path) -> dict[str, dict[str, object]]:
    """By stage: the digests that decide whether it runs again."""
    verilog = [path_digest(path) for path in sorted((build / "rtl").glob("*.v"))]
    design, cpp = path_digest(build / "rtl" / "design.json"), sources_digest(BuildDirectory(build))
    return {"prove": {"design": design, "sources": verilog}, "prove_cpp": {"sources": cpp}}


def test_proofs_are_about_the_files_that_lie_there(finished: Path) -> None:
    stages = read(finished / "build.json")["stages"]
    assert len(list((finished / "rtl").glob("*.v"))) > 5
    for name, files in proved_files(finished).items():
        assert files.items() <= stages[name]["reads"].items(), name


def test_second_run_skips_everything_and_a_new_clock_only_what_depends_on_it(
    build_copy: Path, fpgajet: Run
) -> None:
    again = fpgajet(*SMALL, "--out", build_copy)
    assert again.returncode == 0, again.stderr
    assert not re.search(r"^\+ ", again.stderr, re.MULTILINE)
    # Given once more, the command is answered from the contents of files, without the libraries of the pipeline.
    third = fpgajet(*SMALL, "--out", build_copy, PYTHONPROFILEIMPORTTIME="1")
    assert third.stdout == again.stdout
    said = [re.findall(r"^[=-] .*$", done.stderr, re.MULTILINE) for done in (again, third)]
    assert said[0] == said[1]
    assert len(said[0]) >= len(read(build_copy / "build.json")["stages"])
    loaded = set(re.findall(r"^import time:.*\| +(\S+)$", third.stderr, re.MULTILINE))
    assert "fpgajet.pipeline.unchanged" in loaded
    assert not loaded & {"numpy", "onnx", "torch", "h5py", "jinja2"}
    proved = proved_files(build_copy)
    slower = fpgajet(*SMALL, "--out", build_copy, "--clock-mhz", 300)
    assert slower.returncode == 0, slower.stderr
    # A new clock shapes other sums and moves registers: certified again. The C++ is the same.
    ran = set(re.findall(r"^\+ (\w+)", slower.stderr, re.MULTILINE))
    assert ran == {"project", "verilog", "certificate", "estimate", "cells"}
    again_proved = {name for name, files in proved_files(build_copy).items() if files != proved[name]}
    assert again_proved == {"prove"}
    assert "set clock_period 3.3333" in (build_copy / "hls" / "project.tcl").read_text()


def test_a_damaged_output_is_made_again(build_copy: Path, fpgajet: Run) -> None:
    model = (build_copy / "model.onnx").read_bytes()
    (build_copy / "model.onnx").write_bytes(model[:100])
    assert fpgajet(*SMALL, "--out", build_copy).returncode == 0
    assert (build_copy / "model.onnx").read_bytes() == model


@pytest.mark.parametrize("option", [["--strict"], ["--budget", "tiny.toml"]])
def test_missed_budget_has_its_own_exit_code(
    build_copy: Path, fpgajet: Run, tmp_path: Path, option: list
) -> None:
    (tmp_path / "tiny.toml").write_text('base = "cms-p2-ct-l2"\nlatency_ns = 20.0\n')
    done = fpgajet(*SMALL, "--out", build_copy, *option)
    marginal = read(build_copy / "report.json")["verdict"]["status"] == "marginal"
    expected = 4 if option[0] == "--budget" or marginal else 0
    assert done.returncode == expected, done.stderr
    assert (build_copy / "report.md").is_file(), "the report is written even when the budget is missed"
