"""The study of mixtures trains every one on raw and on aligned momenta."""

from __future__ import annotations

import csv
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from quant.data import Jets, write_jets
from tests.quant.jets import labelled_jets

SCRIPT = Path(__file__).parents[2] / "scripts" / "study_semi_equivariance.py"
QUICK = {"float_epochs": 1, "screen_epochs": 0, "quantised_epochs": 0, "calibration_sweeps": 0, "batch": 64}


def test_raw_and_aligned_inputs_stand_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, (part, jets) in enumerate({"train": 400, "val": 200, "test": 200}.items()):
        p4, label = labelled_jets(jets, 4, seed)
        write_jets(
            tmp_path / f"{part}.h5",
            Jets(p4, np.full(jets, 4, np.int16), label, p4.sum(1), ("qcd", "top"), {}),
        )
    result = tmp_path / "table.csv"
    command = ["study", "--data", str(tmp_path), "--out", str(tmp_path / "runs"), "--result", str(result)]
    command += ["--constituents", "4", "--seeds", "1", "--mixtures", "0/0/3", "2/0/2"]
    monkeypatch.setattr(
        sys, "argv", [*command, *(w for k, v in QUICK.items() for w in ("--set", f"{k}={v}"))]
    )
    runpy.run_path(str(SCRIPT), run_name="__main__")
    rows = list(csv.DictReader(line for line in result.read_text().splitlines() if not line.startswith("#")))
    assert [(r["input"], r["scalar"], r["hidden"]) for r in rows] == [
        ("aligned", "0", "3"), ("aligned", "2", "2"), ("raw", "0", "3"), ("raw", "2", "2"),
    ]  # fmt: skip
    assert rows[0]["float_auc"] != rows[2]["float_auc"]
    forms = {path.parent.name: path.read_text() for path in (tmp_path / "runs").glob("*/settings.json")}
    assert all(
        ('"momenta"' in text.split('"form"')[1][:20]) == ("-raw-" in name) for name, text in forms.items()
    )
    assert "raw momenta" in result.with_suffix(".svg").read_text()
