"""The section of the report on what a nanoPELICAN computes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fpgajet.report import Report, html
from fpgajet.report.explained_pictures import formula_lines

NUMBERS = {
    "a1 d_ij": -1.0, "a1 delta p_i.J": 0.0, "a1 p_j.J": 0.25, "a1 p_i.J": -0.5, "a1 m_J^2": 2e-5,
    "a1 delta m_J^2": 0.0, "b1": 1234.5, "b'1": -3.0, "v1 sum": 0.5, "v1 trace": -0.125, "b": -1.0,
}  # fmt: skip


@pytest.fixture
def explained(values: dict[str, Any]) -> Report:
    jet = {
        "what": "typical top jet", "score": 1.5, "pairs": -2.25, "bias": 3.5, "rounding": 0.25,
        "eta": [0.0, 0.3], "phi": [0.1, -0.2], "share": [0.75, 0.25], "strongest": [[0, 1, -0.5]],
    }  # fmt: skip
    threshold = {"above": False, "multiplicity": 8, "jet_mass": [50, 100, 150], "pair_mass": [9.0, 5.0, None]}
    values["explanation"] = {
        "jets": 100, "formula": NUMBERS, "thresholds": [threshold],
        "passing": [{"background": 0.81, "signal": 0.33}], "examples": [jet],
    }  # fmt: skip
    return Report.build(values)


def test_the_formula_as_html() -> None:
    score, channel = (line.replace("\N{MINUS SIGN}", "-") for line in formula_lines(NUMBERS))
    assert score == "w = -1 +0.5000 Σ<sub>ij</sub> y<sub>ij1</sub> -0.1250 Σ<sub>i</sub> y<sub>ii1</sub>"
    assert channel == (
        "y<sub>ij1</sub> = ReLU(-1 d<sub>ij</sub> -0.5000 p<sub>i</sub>·J +0.2500 p<sub>j</sub>·J "
        "+2·10<sup>-5</sup> m<sub>J</sub><sup>2</sup> +1,234 -3 δ<sub>ij</sub>)"
    )


def test_the_section(explained: Report) -> None:
    page = html(explained)
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles.index("What it computes") == titles.index("Physics") + 1
    for words in (
        "81.0 %",
        "33.0 %",
        "-2.25000",
        '<figure id="thresholds">',
        '<figure id="jet0">',
        "pair down s4",
    ):
        assert words in page
    assert "channel 1 passes pairs below its line" in page


def test_other_families_have_none(report: Report) -> None:
    assert "What it computes" not in html(report)
