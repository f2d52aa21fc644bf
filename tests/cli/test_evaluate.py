"""``fpgajet eval`` and ``compare`` as a user calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgajet.cli import _register, app
from fpgajet.errors import BadInput
from quant.data import read_jets, write_jets

SAMPLE = Path(__file__).parents[2] / "quant" / "data" / "samples" / "test.h5"
_register()


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--data", str(SAMPLE), "--max-jets", "1500"])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_eval_with_boosts_and_figures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    roc, boosts = tmp_path / "roc.png", tmp_path / "boosts.png"
    text = invoke(
        "eval", "npelican", "--boost-jets", "200", "--plot", str(roc), "--boost-plot", str(boosts), "--json"
    )
    report = json.loads(text)
    assert report["jets"] == 1500
    for precision in ("float", "quantised"):
        assert 0 < report[precision]["auc_error"] < 0.02
    difference = report["quantised_minus_float"]["auc"]
    assert difference["value"] == pytest.approx(report["quantised"]["auc"] - report["float"]["auc"])
    assert 0 < difference["error"] < 0.5 * report["float"]["auc_error"], "the jets are the same"
    assert set(report["boost"]["still"]) > {"float", "15-bit input, as trained"}
    assert roc.read_bytes().startswith(b"\x89PNG")
    assert boosts.read_bytes().startswith(b"\x89PNG")


def test_eval_prints_errors() -> None:
    text = " ".join(invoke("eval", "npelican").split())
    assert "±" in text
    assert "quantised - float on the same jets: accuracy" in text
    assert "of the constituents that the model reads" in text


def test_compare_prints_values_and_differences() -> None:
    text = invoke("compare", "npelican", "npelican-n8-c2", "--folds", "5")
    assert "npelican-n16-c2 - npelican-n8-c2, float" in " ".join(text.replace("│", " ").split())
    assert "differ" in text
    report = json.loads(invoke("compare", "npelican", "npelican-n8-c2", "--folds", "5", "--json"))
    assert [group["precision"] for group in report["groups"]] == ["float"] * 2 + ["quantised"] * 2
    assert report["differences"][0]["metrics"]["auc"]["verdict"] == "differ"


def with_cross_sections(path: Path) -> Path:
    """The first shipped jets with made-up cross sections."""
    jets = read_jets(SAMPLE, max_jets=1500)
    write_jets(path, replace(jets, cross_section=np.full(len(jets), 300.0, np.float32)))
    return path


def test_rates_need_cross_sections() -> None:
    arguments = ["eval", "npelican", "--data", str(SAMPLE), "--max-jets", "500"]
    result = CliRunner().invoke(app, [*arguments, "--rate"])
    assert isinstance(result.exception, BadInput)
    assert "jets without cross sections" in str(result.exception)
    result = CliRunner().invoke(app, [*arguments, "--jet-pt-min", "9"])
    assert "give --rate too" in str(result.exception)


def test_rates_and_the_threshold_of_a_wanted_one(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    jets, figure = with_cross_sections(tmp_path / "jets.h5"), tmp_path / "rates.png"
    arguments = ["eval", "npelican", "--data", str(jets), "--rate-khz", "0.001", "--luminosity", "5e34"]
    result = CliRunner().invoke(app, [*arguments, "--rate-plot", str(figure), "--json"])
    assert result.exit_code == 0, result.output
    rate = json.loads(result.stdout)["rate"]
    assert rate["rate_before_khz"] == pytest.approx(5e34 * 1e-36 * 300 / 1000)
    wanted = rate["wanted"]
    assert wanted["rate_khz"] <= 0.001 < wanted["next_looser"]["rate_khz"]
    # The integer is that of the firmware: scores of ap_fixed<16,4> have 12 bits after the point.
    assert rate["score_type"].startswith("ap_fixed<16,4")
    assert wanted["threshold"] == round(wanted["score"] * 2**12)
    assert any("pTHat = 500 GeV, too close" in warning for warning in rate["warnings"])
    assert figure.read_bytes().startswith(b"\x89PNG")
    text = " ".join(CliRunner().invoke(app, arguments).stdout.split())
    assert f"threshold {wanted['threshold']} for 0.001 kHz" in text
    assert "background jets have exactly this score" in text
