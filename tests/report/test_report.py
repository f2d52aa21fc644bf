"""The report model, its JSON and schema, and the Markdown against a golden file."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from fpgajet.errors import BadInput
from fpgajet.report import Report, markdown, read_report, write_json
from fpgajet.report.accuracy import estimate_errors
from fpgajet.report.hls4ml import hls4ml_report
from fpgajet.report.schema import json_schema
from fpgajet.report.tables import physics_table
from fpgajet.report.words import measured, number, quantity

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def test_round_trip(report: Report, tmp_path: Path) -> None:
    write_json(report, tmp_path / "report.json")
    assert read_report(tmp_path) == read_report(tmp_path / "report.json") == report


def test_published_keys(report: Report, tmp_path: Path) -> None:
    """Scripts rely on these."""
    write_json(report, tmp_path / "report.json")
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["schema_version"] == "1"
    for name in ("float", "quantised", "csim"):
        assert content["physics"][name].keys() >= {
            "accuracy", "auc", "inverse_background_efficiency_30", "inverse_background_efficiency_50", "tied_scores",
        }  # fmt: skip
    assert {"level", "latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram"} <= content["hardware"][
        0
    ].keys()
    assert content["verdict"]["status"] in ("pass", "marginal", "fail")
    assert content["certificate"].keys() >= {
        "implementations",
        "total_events",
        "total_differences",
        "distinct_scores",
    }


def test_infinite_rejection_is_null(report: Report) -> None:
    assert report.physics.csim is not None
    assert report.physics.csim.inverse_background_efficiency_30 is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("model", "name"), None, "model.name"),
        (("model", "nmae"), "x", "model.nmae"),
        (("verdict", "status"), "maybe", "verdict.status"),
        (("schema_version",), "2", "schema_version"),
    ],
)
def test_wrong_reports_are_refused(
    values: dict[str, Any], path: tuple[str, ...], value: object, message: str
) -> None:
    target = values
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(BadInput, match=re.escape(message)):
        Report.build(values)


def test_files_that_are_no_reports(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{")
    with pytest.raises(BadInput, match="truncated"):
        read_report(tmp_path)
    (tmp_path / "report.json").write_text("[]")
    with pytest.raises(BadInput, match="not a report"):
        read_report(tmp_path)


def test_schema_is_published() -> None:
    published = json.loads((ROOT / "docs" / "report.schema.json").read_text())
    assert published == json_schema(), "run scripts/write_report_schema.py"
    assert "float" in published["$defs"]["Physics"]["properties"]


def test_markdown(report: Report) -> None:
    """Golden file; FPGAJET_UPDATE_GOLDEN=1 writes it anew, and the difference is then to be looked at."""
    golden, text = HERE / "golden" / "report.md", markdown(report)
    if os.environ.get("FPGAJET_UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_markdown_without_results(values: dict[str, Any]) -> None:
    least = {key: values[key] for key in ("model", "reproducibility")}
    text = markdown(Report.build(least))
    assert "## Verdict" not in text
    assert "## Types" in text


def test_errors_of_the_estimate(report: Report) -> None:
    estimate, csynth, measured = report.hardware
    assert estimate_errors(report, estimate) == estimate_errors(report, csynth) == {}
    errors = estimate_errors(report, measured)
    assert errors["lut"] == pytest.approx((csynth.lut or 0) / 50_000 - 1)
    assert "bram" not in errors
    measured.clock_mhz = 100.0
    assert estimate_errors(report, measured) == {}, "made for another clock"


def test_hls4ml_keys(report: Report) -> None:
    content = hls4ml_report(report)
    assert content.keys() == {"FpgajetModel", "FpgajetCSynthesisModel", "CSynthesisReport"}
    measured = content["CSynthesisReport"]
    assert measured == {
        "TargetClockPeriod": "2.77778", "BestLatency": "15", "WorstLatency": "15", "IntervalMin": "1",
        "IntervalMax": "1", "BRAM_18K": "0", "DSP": "144", "FF": "20000", "LUT": "50000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0, "0"),
        (12345.6, "12,346"),
        (0.95123, "0.9512"),
        (3, "3"),
        (1.5, "1.500"),
        (1e6, "1,000,000"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.94852, 0.00479, "0.9485 ± 0.0048"),
        (161.2, 66.1, "161 ± 66"),
        (53.61, 9.93, "53.6 ± 9.9"),
        (1234.6, 250.0, "1,235 ± 250"),
        (0.5, None, "0.5000"),
        (0.5, 0.0, "0.5000"),
        (None, 0.1, "-"),
    ],
)
def test_values_with_errors(value: float | None, error: float | None, text: str) -> None:
    assert measured(value, error) == text


def test_differences_have_a_sign() -> None:
    assert measured(0.0012, 0.0004, sign=True) == "+0.00120 ± 0.00040"
    assert measured(-0.0012, 0.0004, sign=True) == "-0.00120 ± 0.00040"
    assert measured(0.0, 0.0012, sign=True) == "0.0000 ± 0.0012"
    assert measured(-1e-9, 0.0012, sign=True) == "0.0000 ± 0.0012"


def test_physics_table_has_errors_and_the_paired_difference(report: Report) -> None:
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in physics_table(report).rows}
    assert rows["float"][1] == "0.9560 ± 0.0031"
    assert rows["mass window"][0] == "-"
    assert rows["quantised - float, same jets"] == [
        "0.0000 ± 0.0012",
        "-0.00500 ± 0.00040",
        "-",
        "+2.3 ± 1.4",
        "",
    ]


def test_quantities() -> None:
    assert quantity(0.123, "share") == "12.3 %"
    assert quantity(130.55, "ns") == "130.6 ns" or quantity(130.55, "ns") == "130.5 ns"
