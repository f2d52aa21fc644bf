"""``fpgajet eval`` and ``compare`` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fpgajet.cli import _register, app

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
