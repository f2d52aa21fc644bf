"""``scripts/records.py``: rows are named, made one by one, and replace only their own."""

from __future__ import annotations

import csv
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.rtl import RtlOptions
from studies.rtl import rows
from studies.variants.networks import zoo_checkpoint
from tests.quant.jets import write_labelled_jets

SCRIPT = Path(__file__).parents[2] / "scripts" / "records.py"
MODEL = "npelican-n8-c2"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_a_row_says_model_interval_and_clock(script: dict[str, Any]) -> None:
    record_of = script["record_of"]
    assert record_of("npelican:3:320") == ("npelican", "npelican", None, 3, 320.0)
    assert record_of("runs/mine@32:1:240.5") == ("mine@32", "runs/mine", 32, 1, 240.5)
    assert record_of("5 bits=runs/mine:1:240") == ("5 bits", "runs/mine", None, 1, 240.0)
    for wrong in ("npelican", "npelican:1", "npelican:one:240", "npelican@x:1:240"):
        with pytest.raises(BadInput, match="not of the form MODEL:II:CLOCK"):
            record_of(wrong)


def test_the_table_grows_row_by_row(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = tmp_path / "records.csv"
    sizes = iter(range(100))

    def row_of(record: Any, *_: object) -> dict[str, Any]:
        return {
            "point": record.title,
            "clock_mhz": f"{record.clock_mhz:g}",
            "ii": record.ii,
            "lut": next(sizes),
        }

    main = script["main"]
    monkeypatch.setitem(main.__globals__, "row_of", row_of)

    def run(*given: str) -> tuple[str, list[list[str]]]:
        words = ["records.py", "--data", "jets", "--result", str(result), *given]
        monkeypatch.setattr(sys, "argv", words)
        main()
        first, *lines = result.read_text().splitlines()
        return first, [list(row.values()) for row in csv.DictReader(lines)]

    first, table = run("npelican-n16-c2-shifts:1:240", "a=runs/a:1:240")
    named = " ".join(script["RECORDS"])
    assert first == f"# {script['COMMAND']} {named} a=runs/a:1:240"
    assert table == [["npelican-n16-c2-shifts", "240", "1", "0"], ["a", "240", "1", "1"]]
    first, table = run("npelican-n16-c2-shifts:3:240", "npelican-n16-c2-shifts:1:240", "b=runs/b:1:240")
    assert (
        first == f"# {script['COMMAND']} {named} a=runs/a:1:240 npelican-n16-c2-shifts:3:240 b=runs/b:1:240"
    )
    assert [row[3] for row in table] == ["3", "1", "2", "4"]


def test_a_design_is_not_built_again_while_its_verilog_is_the_same(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And the row has the AUC of the test jets, of which the model has seen none."""
    built = []

    def emit(network: Any, folder: Path, *_: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "top.v").write_text("module top;")

    def build(network: Any, folder: Path, *_: object, options: RtlOptions, jets: Any) -> Any:
        emit(network, folder)
        built.append(options.ii)
        found = dict.fromkeys(("latency_cycles", "lut", "ff", "dsp"), 7) | {
            "intervals": {"latency_ns": (1, 2)}
        }
        hardware = SimpleNamespace(as_dict=lambda: dict(found))
        return SimpleNamespace(compared=len(jets), differences=0, hardware=hardware)

    monkeypatch.setattr(rows, "emit", emit)
    monkeypatch.setattr(rows, "build", build)
    data = write_labelled_jets(tmp_path / "jets", train=20, val=20, test=60)
    record = script["record_of"](f"{MODEL}:3:320")
    found = [script["row_of"](record, data, tmp_path / "work", 12) for _ in range(2)]
    assert built == [3]
    assert found[0] == found[1]
    assert 0 < found[0]["auc_test"] <= 1
    known = {"latency_ns_low": 1, "latency_ns_high": 2, "jets": 12, "clock_mhz": "320", "activation bits": 6}
    assert found[0].items() >= known.items()
    (tmp_path / "work" / f"{MODEL}-3-320" / "row.json").unlink()
    script["row_of"](record, data, tmp_path / "work", 12)
    assert built == [3, 3]


def test_jets_that_were_seen_are_refused(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = write_labelled_jets(tmp_path, train=20, val=20, test=60)
    globals_ = script["test_auc"].__globals__
    unseen = globals_["identity"](data / "test.h5")
    monkeypatch.setattr("quant.seen_jets.seen_by", lambda _: np.sort(unseen.hashes))
    with pytest.raises(BadInput, match="were seen by the model"):
        script["test_auc"](zoo_checkpoint(MODEL), data)
