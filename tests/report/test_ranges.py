"""Reports with impossible values are refused where they are read, by key."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from fpgajet.errors import BadInput
from fpgajet.report import read_report

GOOD = json.loads((Path(__file__).parents[2] / "studies" / "fuzzing" / "report.json").read_text())


def change(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value replaced; numbers in the path are indices."""
    document = copy.deepcopy(document)
    *way, last = [int(word) if word.isdigit() else word for word in path.split("/")]
    inner: Any = document
    for key in way:
        inner = inner[key]
    inner[last] = value
    return document


def read(folder: Path, document: dict[str, Any]) -> None:
    (folder / "report.json").write_text(json.dumps(document))
    read_report(folder)


def test_the_good_one_is_read(tmp_path: Path) -> None:
    read(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("physics/quantised/auc", 9.0), ("physics/quantised/auc", -0.1), ("physics/float/accuracy", 1.01),
        ("physics/csim/auc", 2.0), ("physics/quantised/auc_error", -1.0), ("physics/jet_mass/auc", "x"),
        ("physics/quantised/inverse_background_efficiency_30", -5.0), ("physics/jets", -1),
        ("hardware/0/lut", -5), ("hardware/0/dsp", -1), ("hardware/0/latency_cycles", -1.5), ("hardware/0/ii", "one"),
        ("certificate/total_differences", -1), ("certificate/total_events", -1), ("model/constituents", 0),
        ("model/parameters", -1),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_named(tmp_path: Path, path: str, value: object) -> None:
    with pytest.raises(BadInput, match=path.replace("/", r"\.")) as caught:
        read(tmp_path, change(GOOD, path, value))
    assert str(tmp_path / "report.json") in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("path", ["physics/quantised/auc", "hardware/0/lut"])
def test_what_is_no_number_is_not_unmeasured(tmp_path: Path, path: str, value: float) -> None:
    with pytest.raises(BadInput, match="not valid JSON"):
        read(tmp_path, change(GOOD, path, value))


def test_a_report_without_hardware_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no row in its hardware table"):
        read(tmp_path, change(GOOD, "hardware", []))
