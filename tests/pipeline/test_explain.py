"""``fpgajet explain``: page, figures and JSON; what cannot be explained is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.pipeline.explain_flow import FIGURES, JSON, MARKDOWN, explain
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.report.explanation import latex
from quant.data import read_jets, write_jets


def test_a_page_with_figures(tmp_path: Path) -> None:
    found = explain(["npelican-n16-c2"], None, 600, tmp_path / "page")
    assert {p.name for p in (tmp_path / "page").iterdir()} == {MARKDOWN, JSON, *FIGURES}
    assert json.loads((tmp_path / "page" / JSON).read_text()) == found
    counts = found["counts"]
    assert (counts["published"], counts["published_absorbed"]) == (21, 22)
    for row in found["examples"]:
        total = sum(map(sum, row["pairs"])) + row["bias"] + row["rounding"]
        assert total == row["score"], "floats hold these sums exactly"
    page = (tmp_path / "page" / MARKDOWN).read_text()
    for name in FIGURES:
        assert f"({name})" in page
    for line in re.findall(r"^\|.*$", page, re.M):
        assert line.endswith("|")
    explain(["npelican-n16-c2"], None, 100, tmp_path / "page")  # its own work may be replaced
    assert json.loads((tmp_path / "page" / JSON).read_text())["jets"] == 100


def test_several_trainings_are_compared(tmp_path: Path) -> None:
    same = explain(["npelican-n16-c2", "npelican-n16-c2"], None, 100, tmp_path / "two")
    assert same["trainings"] == 2
    assert [basin["members"] for basin in same["basins"]] == [["npelican-n16-c2"] * 2]
    assert "## Stability over trainings" in (tmp_path / "two" / MARKDOWN).read_text()


def test_the_channels_of_a_vecnet_are_taken_away(tmp_path: Path) -> None:
    found = explain(["vecnet-n8-s8v2h4"], None, 600, tmp_path / "page")
    assert json.loads((tmp_path / "page" / JSON).read_text()) == found
    left = {kind: row["auc"] for kind, row in found["ablation"].items()}
    assert list(left) == ["none", "scalar", "vector", "hidden"]
    assert left["none"] > 0.93
    assert left["none"] - left["scalar"] > 0.1
    assert left["none"] > max(left["vector"], left["hidden"])
    assert f"| none | {left['none']:.4f}" in (tmp_path / "page" / MARKDOWN).read_text()


def test_what_cannot_be_explained(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no nanoPELICAN"):
        explain(["lorentznet-n16"], None, 100)
    with pytest.raises(BadInput, match="only models of one size"):
        explain(["npelican-n16-c2", "npelican-n8-c2"], None, 100)
    jets = read_jets(shipped_sample(), constituents=16, max_jets=200)
    write_jets(tmp_path / "sorted.h5", jets[np.argsort(jets.label, kind="stable")])
    with pytest.raises(BadInput, match="all of one class"):
        explain(["npelican-n16-c2"], tmp_path / "sorted.h5", 50)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(BadInput, match="something other than an explanation"):
        explain(["npelican-n16-c2"], None, 100, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


def test_the_formula_in_latex() -> None:
    numbers = {
        "a1 d_ij": -1.0, "a1 delta p_i.J": 0.0, "a1 p_j.J": 0.25, "a1 p_i.J": -0.5, "a1 m_J^2": 2e-5,
        "a1 delta m_J^2": 0.0, "b1": 1234.5, "b'1": -3.0, "v1 sum": 0.5, "v1 trace": -0.125, "b": -1.0,
    }  # fmt: skip
    assert latex(numbers) == (
        "\\begin{aligned}\n"
        r"w &= -1 +0.5000\sum_{ij} y_{ij1} -0.1250\sum_i y_{ii1} \\" "\n"
        r"y_{ij1} &= \mathrm{ReLU}\bigl(-1\,d_{ij}-0.5000\,p_i\!\cdot\!J+0.2500\,p_j\!\cdot\!J+2\cdot 10^{-5}\,m_J^2"
        r"+1{,}234-3\,\delta_{ij}\bigr)" "\n"
        "\\end{aligned}"
    )  # fmt: skip
