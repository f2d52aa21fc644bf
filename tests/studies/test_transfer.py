"""The transfer study: its order, its events, its error reduction, and that it goes on where it stopped."""

from __future__ import annotations

import csv
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from quant.data import read_jets, shipped_sample, write_jets
from studies.transfer import events, rows
from studies.transfer.grid import PAIRS, SIZES, VARIANTS, Training, trainings
from studies.transfer.summary import Point, accuracies, error_reductions

SCRIPT = Path(__file__).parents[2] / "scripts" / "study_transfer.py"


def test_no_training_comes_twice_and_comparisons_are_whole() -> None:
    every = list(trainings())
    assert len(set(every)) == len(every)
    assert {t.pair for t in every} == set(PAIRS)
    for start in range(0, len(every), len(VARIANTS)):
        assert [t.variant for t in every[start : start + len(VARIANTS)]] == list(VARIANTS)
    assert rows.SCHEDULES.keys() == {*SIZES, None}


def test_error_reduction_is_taken_seed_by_seed() -> None:
    def row(seed: int, variant: str, accuracy: float) -> dict[str, str]:
        training = Training("event-gnn", 8, "mass", 500, seed, variant)
        values = {**vars(training), "accuracy_quantised": accuracy}
        return {key: str(value) for key, value in values.items()}

    given = [row(1, "none", 0.6), row(1, "tuned", 0.8), row(2, "none", 0.8), row(2, "tuned", 0.75)]
    given.append(row(3, "tuned", 0.9))
    point = Point("event-gnn", 8, "mass", "tuned", 500)
    found = error_reductions(given)
    assert list(found) == [point]
    assert found[point].value == pytest.approx((0.5 - 0.25) / 2), "the third seed has nothing to compare with"
    assert found[point].error == pytest.approx(0.75 / 2)
    assert accuracies(given)[point].seeds == 3


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """300 events of both processes of a pair, from the shipped ones."""
    shipped = read_jets(shipped_sample((), objects=True), objects=True)
    for label, name in enumerate(PAIRS["mass"].processes):
        (tmp_path / name).mkdir()
        write_jets(tmp_path / name / "jets.h5", shipped[np.flatnonzero(shipped.label == label)])
    for name, value in (("TRAIN", 160), ("VALIDATION", 60), ("TEST", 80)):
        monkeypatch.setattr(events, name, value)
    return tmp_path


def test_events_of_a_target_are_drawn_by_the_seed_and_held_out_ones_are_not(pool: Path) -> None:
    pair = PAIRS["mass"]
    assert events.are_there(pool, *pair.processes)
    assert not events.are_there(pool, "ttbar", "WH")
    made = [events.data_directory(pool, *pair.processes, 100, seed, pool / f"data{seed}") for seed in (1, 2)]
    first, second = (
        {part: read_jets(at / f"{part}.h5", objects=True) for part in ("train", "val", "test")} for at in made
    )
    assert {part: len(jets) for part, jets in first.items()} == {"train": 100, "val": 120, "test": 160}
    assert all(jets.label.mean() == 0.5 for jets in first.values())
    assert np.array_equal(first["test"].constituents, second["test"].constituents)
    assert not np.array_equal(first["train"].constituents, second["train"].constituents)
    seen = {jets.constituents.tobytes() for jets in first["train"]}
    assert len(seen) == 100
    assert not seen & {jets.constituents.tobytes() for part in ("val", "test") for jets in first[part]}


def test_a_stopped_study_goes_on_and_draws(pool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SCHEDULES", dict.fromkeys((*SIZES, None), (64, 1, 1)))
    source = events.data_directory(pool, *PAIRS["mass"].processes, 200, 9, pool / "source")
    result = pool / "result" / "transfer.csv"
    result.parent.mkdir()
    words = ["study", "--source", str(source), "--pool", str(pool), "--runs", str(pool / "runs")]
    for most in ("1", "2"):
        monkeypatch.setattr(sys, "argv", [*words, "--result", str(result), "--most", most])
        runpy.run_path(str(SCRIPT), run_name="__main__")
    found = list(csv.DictReader(result.read_text().splitlines()[1:]))
    assert [row["variant"] for row in found] == list(VARIANTS)
    assert {row["events"] for row in found} == {"125"}
    assert all(0.3 < float(row["accuracy_quantised"]) < 1 for row in found)
    assert {path.name for path in result.parent.iterdir()} == {
        "transfer.csv", "transfer-accuracy.svg", "transfer-error-reduction.svg",
    }  # fmt: skip
