"""``fpgajet check``: what counts as a regression, thresholds, comment, exit code."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from fpgajet.report import Report, write_json
from fpgajet.report.comment import comment
from fpgajet.report.compare import Thresholds, compare, conditions, regressions
from tests.conftest import Run

Values = dict[str, Any]


def judge(values: Values, path: tuple[Any, ...], new: Any, **allowed: Any) -> dict[str, str]:
    """Judgements other than "same" after changing one value."""
    after = deepcopy(values)
    target: Any = after
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    found = compare(Report.build(after), Report.build(values), Thresholds(**allowed))
    return {d.quantity: d.judgement for d in found if d.judgement != "same"}


def test_nothing_changed(report: Report) -> None:
    found = compare(report, report)
    assert {d.judgement for d in found} == {"same"}
    assert len(found) > 15


@pytest.mark.parametrize(
    ("path", "new", "quantity", "judgement"),
    [
        (("physics", "csim", "auc"), 0.951 - 0.003, "AUC, C simulation", "regression"),
        (("physics", "csim", "auc"), 0.951 - 0.001, "AUC, C simulation", "worse"),
        (("physics", "csim", "auc"), 0.96, "AUC, C simulation", "better"),
        (
            ("physics", "float", "inverse_background_efficiency_30"),
            100,
            "1/eps_B at 0.3, float",
            "regression",
        ),
        (("physics", "float", "inverse_background_efficiency_30"), 115, "1/eps_B at 0.3, float", "worse"),
        (("hardware", 2, "latency_cycles"), 16, "latency_cycles, HLS report", "regression"),
        (("hardware", 2, "latency_cycles"), 14, "latency_cycles, HLS report", "better"),
        (("hardware", 2, "lut"), 51_500, "lut, HLS report", "regression"),
        (("hardware", 2, "lut"), 50_500, "lut, HLS report", "worse"),
        (("hardware", 2, "bram"), 1, "bram, HLS report", "regression"),
        (("certificate", "total_differences"), 1, "differing values", "regression"),
        (("certificate", "implementations"), ["csim"], "implementations", "regression"),
        (("certificate",), None, "differing values", "regression"),
        (("verdict", "status"), "fail", "verdict", "regression"),
        (("model", "types", "dots"), "ap_fixed<9,9>", "type of dots", "regression"),
        (("physics", "csim"), None, "AUC, C simulation", "regression"),
    ],
)
def test_one_change(values: Values, path: tuple[Any, ...], new: Any, quantity: str, judgement: str) -> None:
    assert judge(values, path, new)[quantity] == judgement


def test_thresholds(values: Values) -> None:
    assert judge(values, ("hardware", 2, "lut"), 51_500, resources=5)["lut, HLS report"] == "worse"
    assert (
        judge(values, ("hardware", 2, "latency_cycles"), 16, cycles=1)["latency_cycles, HLS report"]
        == "worse"
    )
    assert judge(values, ("model", "types", "dots"), "ap_fixed<9,9>", types=True)["type of dots"] == "worse"
    assert judge(values, ("physics", "csim", "auc"), 0.9, auc=0.1)["AUC, C simulation"] == "worse"


def test_a_tool_that_did_not_run_is_no_regression(values: Values) -> None:
    after = deepcopy(values)
    del after["hardware"][2]
    assert regressions(compare(Report.build(after), Report.build(values))) == []


def test_comment(values: Values) -> None:
    after = deepcopy(values)
    after["physics"]["csim"]["auc"] = 0.9
    after["hardware"][2]["lut"] = 50_100
    text = comment(compare(Report.build(after), Report.build(values)), "new", "old")
    assert "1 regression" in text
    lines = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    assert "**regression**" in lines[2]
    assert "worse, allowed" in lines[3]
    assert len(lines) == 4
    assert "no regression" in comment(compare(Report.build(values), Report.build(values)), "new", "old")


def test_command(fpgajet: Run, values: Values, tmp_path: Path) -> None:
    worse = deepcopy(values)
    worse["hardware"][2]["dsp"] = 200
    for name, content in (("old", values), ("new", worse)):
        (tmp_path / name).mkdir()
        write_json(Report.build(content), tmp_path / name / "report.json")
    same = fpgajet("check", "old", "--baseline", "old", "--json")
    assert (same.returncode, json.loads(same.stdout)["regressions"]) == (0, 0)
    done = fpgajet("check", "new", "--baseline", "old", "--markdown", "comment.md")
    assert done.returncode == 8
    assert (
        "dsp, HLS report (144.00 -> 200.00)" in done.stderr or "dsp, HLS report (144 -> 200)" in done.stderr
    )
    assert "**regression**" in (tmp_path / "comment.md").read_text()
    assert fpgajet("check", "new", "--baseline", "old", "--resources", 50).returncode == 0
    assert fpgajet("check", "new", "--baseline", "nowhere").returncode == 2


@pytest.mark.parametrize(
    ("path", "new", "name"),
    [
        (("physics", "jets"), 3999, "number of jets"),
        (("hardware", 0, "part"), "xcku115-flvb2104-2-i", "part"),
        (("hardware", 0, "clock_mhz"), 200.0, "clock in MHz"),
        (("budget", "latency_ns"), 500.0, "budget"),
        (("reproducibility", "hashes", "jets"), "ef" * 32, "jets"),
    ],
)
def test_other_conditions_are_found(values: Values, path: tuple[Any, ...], new: Any, name: str) -> None:
    values["reproducibility"]["hashes"]["jets"] = "cd" * 32
    other = deepcopy(values)
    target: Any = other
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    assert conditions(Report.build(other), Report.build(values)) == [name]


def test_the_command_refuses_or_names_other_conditions(fpgajet: Run, values: Values, tmp_path: Path) -> None:
    other, name = deepcopy(values), "clock in MHz"
    other["hardware"][0]["clock_mhz"] = 200.0
    for folder, content in (("old", values), ("new", other)):
        (tmp_path / folder).mkdir()
        write_json(Report.build(content), tmp_path / folder / "report.json")
    refused = fpgajet("check", "new", "--baseline", "old")
    assert refused.returncode == 2
    assert f"differ in {name}" in " ".join(refused.stderr.split())
    allowed = fpgajet("check", "new", "--baseline", "old", "--allow-different", "--json")
    assert json.loads(allowed.stdout)["different"] == [name]


def test_independent_jets_are_allowed_their_errors(values: Values) -> None:
    values["physics"]["csim"]["auc_error"] = 0.002
    assert judge(values, ("physics", "csim", "auc"), 0.951 - 0.006)["AUC, C simulation"] == "regression"
    values["reproducibility"]["hashes"]["jets"] = "cd" * 32
    other = deepcopy(values)
    other["reproducibility"]["hashes"]["jets"] = "ef" * 32
    other["physics"]["csim"]["auc"] = 0.951 - 0.006
    found = {d.quantity: d.judgement for d in compare(Report.build(other), Report.build(values))}
    assert found["AUC, C simulation"] == "worse", "2 x 0.0028 and 0.002"
