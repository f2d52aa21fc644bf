"""``fpgajet estimate``, ``parts``, ``budgets``: output, exit codes, time and memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from fpgajet.graph.export import export
from tests.conftest import Run
from tests.estimate.onnx_models import deep_set, mlp
from tests.networks import random_network

PROBE = r"""
import pathlib, re, runpy, sys
sys.argv = ["fpgajet", *sys.argv[1:]]
try:
    runpy.run_module("fpgajet", run_name="__main__")
except SystemExit as error:
    code = error.code
# not ru_maxrss, which remembers the process that this one was forked from
peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
heavy = [name for name in ("torch", "hls4ml", "brevitas", "onnxruntime", "scipy") if name in sys.modules]
print(f"{code} {peak} {','.join(heavy) or 'none'}", file=sys.stderr)
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    onnx.save(export(random_network(16)), str(path))
    return path


def test_starts_without_torch(model: Path, tmp_path: Path) -> None:
    """No torch, no hls4ml, under 300 MB; onnxruntime for foreign models only, which it runs once."""
    foreign = [mlp(tmp_path / "mlp.onnx"), deep_set(tmp_path / "set.onnx")]
    for path in (model, *foreign):
        done = subprocess.run(
            [sys.executable, "-c", PROBE, "estimate", str(path), "--part", "xcvu9p", "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        code, megabytes, heavy = done.stderr.split()[-3:]
        assert (code, heavy) == ("0", "onnxruntime" if path in foreign else "none"), done.stderr
        assert int(megabytes) < 300


def test_json(fpgajet: Run, model: Path) -> None:
    done = fpgajet("estimate", model, "--part", "xcvu9p", "--clock-mhz", 200, "--ii", 3, "--json")
    assert done.returncode == 0
    content = json.loads(done.stdout)
    assert content["part"] == "xcvu9p-flga2104-2L-e"
    assert [o["name"] for o in content["operators"]] == ["mask", "dots", "pairs", "score"]
    (total, csynth) = content["hardware"]
    assert (total["ii"], total["clock_mhz"]) == (3, 200)
    assert csynth["lut"] > total["lut"]
    assert "verdict" not in content


def test_budget_decides_the_exit_code(fpgajet: Run, model: Path, tmp_path: Path) -> None:
    done = fpgajet("estimate", model, "--budget", "cms-p2-ct-l2", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"]["status"] in ("pass", "marginal")
    tight = tmp_path / "tight.toml"
    tight.write_text('base = "cms-p2-ct-l2"\nlatency_ns = 10\n')
    done = fpgajet("estimate", model, "--budget", tight)
    assert done.returncode == 4
    assert "FAIL" in done.stdout
    assert "latency" in done.stderr


def test_strict(fpgajet: Run, model: Path, tmp_path: Path) -> None:
    """Between the ends of the interval lies the limit: marginal, which only --strict refuses."""
    row = json.loads(fpgajet("estimate", model, "--budget", "cms-p2-ct-l2", "--json").stdout)["verdict"][
        "rows"
    ][0]
    close = tmp_path / "close.toml"
    close.write_text(
        f'base = "cms-p2-ct-l2"\nclock_mhz = 360\nlatency_ns = {(row["low"] + row["high"]) / 2}\n'
    )
    assert fpgajet("estimate", model, "--budget", close).returncode == 0
    assert fpgajet("estimate", model, "--budget", close, "--strict").returncode == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nope",), "nope"),
        (("missing.onnx",), "does not exist"),
        (("model.onnx", "--part", "xcvu99"), "did you mean"),
        (("model.onnx", "--clock-mhz", "-3"), "makes no sense"),
        (("model.onnx", "--clock-mhz", "0"), "makes no sense"),
        (("model.onnx", "--part", ""), "unknown part"),
        (("model.onnx", "--ii", "0"), "not possible"),
        (("model.onnx", "--budget", "no.toml"), "does not exist"),
    ],
)
def test_bad_input(fpgajet: Run, model: Path, arguments: tuple[str, ...], words: str) -> None:
    done = fpgajet("estimate", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_what_does_not_fit_is_said(fpgajet: Run, tmp_path: Path) -> None:
    """3,534 DSP and a clock on a part with 220 DSP that is too slow for it."""
    path = mlp(tmp_path / "m.onnx", bits=None)
    done = fpgajet("estimate", path, "--part", "xc7z020", "--clock-mhz", 360)
    said = done.stdout.replace("\n", " ")
    assert done.returncode == 0
    assert re.search(r"does not fit xc7z020\S*: [\d,]+ DSP of 220 \(1\d{3} %\)", said)
    assert "cannot reach the clock: 360 MHz" in said
    rows = json.loads(fpgajet("estimate", path, "--part", "xc7z020", "--clock-mhz", 360, "--json").stdout)
    assert [row["name"] for row in rows["shortfalls"]] == ["dsp", "clock"]
    assert rows["shortfalls"][0]["percent"] > 1000
    fits = fpgajet("estimate", path, "--part", "xcvu13p", "--clock-mhz", 100, "--json")
    assert json.loads(fits.stdout)["shortfalls"] == []


def test_the_assumed_precision_is_printed_and_an_option(fpgajet: Run, model: Path, tmp_path: Path) -> None:
    path = mlp(tmp_path / "m.onnx", bits=None)
    assert "assumed ap_fixed<16,6,AP_TRN,AP_WRAP>" in fpgajet("estimate", path).stdout.replace("\n", " ")
    wide, narrow = (
        json.loads(fpgajet("estimate", path, "--default-precision", p, "--json").stdout)
        for p in ("ap_fixed<16,6>", "ap_fixed<8,3>")
    )
    assert narrow["assumed"]["precision"] == "ap_fixed<8,3,AP_TRN,AP_WRAP>"
    assert narrow["assumed"]["tensors"][0] == "x"
    assert narrow["hardware"][0]["dsp"] == 0 < wide["hardware"][0]["dsp"]
    quantised = mlp(tmp_path / "q.onnx")
    assert "assumed" not in json.loads(fpgajet("estimate", quantised, "--json").stdout)
    for wrong in ((path, "fixed"), (path, "ap_fixed<99,3>"), (model, "ap_fixed<8,3>")):
        done = fpgajet("estimate", wrong[0], "--default-precision", wrong[1])
        assert done.returncode == 2
        assert "default-precision" in done.stderr


def test_names_that_look_like_markup(fpgajet: Run, tmp_path: Path) -> None:
    onnx_model = onnx.load(str(mlp(tmp_path / "m.onnx")))
    onnx_model.graph.name, onnx_model.graph.node[2].name = "[/]", "[red"
    onnx.save(onnx_model, str(tmp_path / "odd.onnx"))
    done = fpgajet("estimate", "odd.onnx")
    assert done.returncode == 0
    assert "[/] on" in done.stdout
    assert "[red" in done.stdout


def test_parts_and_budgets(fpgajet: Run) -> None:
    assert len(json.loads(fpgajet("parts", "--json").stdout)) == 8
    assert json.loads(fpgajet("parts", "u250", "--json").stdout)["lut_per_slr"] == 432_000
    assert "xcvu13p" in fpgajet("parts").stdout
    assert fpgajet("parts", "xcvu99").returncode == 2
    assert len(json.loads(fpgajet("budgets", "--json").stdout)) == 6
    shown = fpgajet("budgets", "show", "cms-p2-ct-l2", "--multiplicity", 20)
    assert "55.6 ns" in shown.stdout
    content = json.loads(fpgajet("budgets", "show", "cms-p2-ct-l2", "--json").stdout)
    assert content["derived"]["highest_ii"] == 3
    assert fpgajet("budgets", "show", "nope").returncode == 2


@pytest.mark.parametrize(
    "command", [("estimate",), ("parts",), ("budgets",), ("budgets", "show"), ("check",)]
)
def test_help_has_an_example(fpgajet: Run, command: tuple[str, ...]) -> None:
    text = fpgajet(*command, "--help").stdout
    assert "--json" in text
    assert f"fpgajet {command[0]}" in text
