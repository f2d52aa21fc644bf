"""The scripts of the published tables: they run on any jets, skip finished rows, and write CSV and picture."""

from __future__ import annotations

import csv
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from quant.data import Jets, write_jets
from tests.quant.jets import labelled_jets

SCRIPTS = Path(__file__).parents[2] / "scripts"
QUICK = {"restarts": 1, "screen_epochs": 1, "screen_jets": 400, "float_epochs": 1, "batch": 64}
FEW_BITS = {
    "quantised_epochs": 0,
    "calibration_starts": 2,
    "calibration_searches": 1,
    "calibration_sweeps": 0,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("jets")
    for seed, (part, jets) in enumerate({"train": 600, "val": 300, "test": 300}.items()):
        p4, label = labelled_jets(jets, 5, seed)
        content = Jets(
            p4, np.full(jets, 5, np.int16), label, np.zeros((jets, 4), np.float32), ("QCD", "top"), {}
        )
        write_jets(directory / f"{part}.h5", content)
    return directory


def run(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(SCRIPTS / name), run_name="__main__")


def rows_of(path: Path) -> list[dict[str, str]]:
    lines = path.read_text().splitlines()
    assert lines[0].startswith("# python scripts/table_")
    return list(csv.DictReader(lines[1:]))


def sets(settings: dict[str, int]) -> list[str]:
    return [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]


def test_float_table(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = tmp_path / "table.csv"
    where = ["--data", data, "--out", tmp_path / "runs", "--result", result, *sets(QUICK)]
    run("table_float_n80.py", monkeypatch, *where, "--hidden", 1, "--seeds", 1)
    rows = rows_of(result)
    assert [row["parameters"] for row in rows] == ["11", "18"]
    assert all(0.5 < float(row["auc"]) <= 1 for row in rows)
    assert "<svg" in result.with_suffix(".svg").read_text()

    finished = tmp_path / "runs" / "c1-seed1" / "row.json"
    before = finished.stat().st_mtime_ns
    run("table_float_n80.py", monkeypatch, *where, "--hidden", 1, "--seeds", 1)
    assert finished.stat().st_mtime_ns == before
    assert rows_of(result) == rows


def test_a_row_of_the_papers_regime_is_one_seed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = tmp_path / "table.csv"
    regime = ["preset=paper", "compiled=true", "warm_up_epochs=0", "decay_epochs=0", "float_epochs=1"]
    where = ["--data", data, "--out", tmp_path / "runs", "--result", result, "--hidden", 1, "--alpha", 1]
    run(
        "table_float_n80.py", monkeypatch, *where, "--seeds", 3, 4, *(w for r in regime for w in ("--set", r))
    )
    rows = rows_of(result)
    assert [(row["seed"], row["constituents"], row["epochs"]) for row in rows] == [
        ("3", "80", "1"),
        ("4", "80", "1"),
    ]
    assert rows[0]["validation_loss"] != rows[1]["validation_loss"]
    kept = [
        json.loads((tmp_path / "runs" / f"c1-alpha-seed{k}" / "settings.json").read_text()) for k in (3, 4)
    ]
    assert [(own["seeds"], own["restarts"], own["dropout"], own["batch"]) for own in kept] == [
        (1, 1, 0.01, 512)
    ] * 2


def test_table_of_vecnets(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = tmp_path / "table.csv"
    where = ["--data", data, "--out", tmp_path / "runs", "--result", result, "--seeds", 1, "--test-jets", 100]
    quick = sets({"constituents": 5, "float_epochs": 1, "max_jets": 100, "batch": 50})
    run("table_vecnet.py", monkeypatch, *where, "--presets", "paper-efficient", *quick)
    (first,) = rows_of(result)
    assert (first["parameters"], first["test_jets"], first["published_auc"]) == ("2041", "100", "0.981")
    quick += ["--set", "scalar=2", "--set", "hidden=2"]
    run("table_vecnet.py", monkeypatch, *where, "--presets", "paper-best", *quick)
    rows = rows_of(result)
    assert [row["preset"] for row in rows] == ["paper-efficient", "paper-best"]
    assert rows[0] == first, "rows of other presets stay, with their command"


def test_table_of_references(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = tmp_path / "table.csv"
    where = ["--data", data, "--out", tmp_path / "runs", "--result", result, *sets(QUICK)]
    run("table_references.py", monkeypatch, *where, "--constituents", 5, "--seeds", 1)
    cut, lorentznet = rows_of(result)
    assert (cut["model"], lorentznet["parameters"]) == ("jet-mass cut", "120")
    assert 0 < float(lorentznet["auc"]) <= 1


def test_table_of_few_bits(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = tmp_path / "table.csv"
    where = ["--data", data, "--out", tmp_path / "runs", "--result", result, *sets(QUICK | FEW_BITS)]
    run("table_few_bits.py", monkeypatch, *where, "--constituents", 5, "--hidden", 1, "--seeds", 1)
    (row,) = rows_of(result)
    assert float(row["float_auc"]) > 0.5
    assert int(row["quantised_distinct_scores"]) > 1
