"""``fpgajet csim``: a regression test that can fail."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from fpgajet.pipeline.jets import labelled_jets, shipped_sample
from fpgajet.pipeline.record import path_digest
from tests.conftest import Run


def test_clean_build_passes_and_nothing_changes(small: Path, fpgajet: Run) -> None:
    before = path_digest(small)
    done = fpgajet("csim", small, "--edge-vectors", 2000, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["total_differences"] == 0
    assert document["total_events"] >= 3_500
    assert document["distinct_scores"] >= 50
    assert path_digest(small) == before


@pytest.mark.parametrize(("tensor", "stage"), [("weight", "pairs"), ("bias", "score")])
def test_corrupted_weight_fails_and_names_the_stage(
    build_copy: Path, fpgajet: Run, tensor: str, stage: str
) -> None:
    headers = sorted((build_copy / "hls/firmware/weights").glob(f"{tensor}[0-9]*.h"))
    header = headers[0] if stage == "pairs" else headers[-1]
    text = header.read_text()
    values = re.search(r"\{([^}]*)\}", text)
    numbers = [float(v) for v in values[1].split(",")]
    smallest = min(abs(v) for v in numbers if v)
    for index in range(len(numbers)):
        numbers[index] += smallest
    header.write_text(text.replace(values[1], ", ".join(repr(v) for v in numbers)))
    done = fpgajet("csim", build_copy, "--edge-vectors", 300)
    assert done.returncode == 3
    assert f"the first is stage '{stage}'" in done.stderr
    assert "csim differs from the integer reference" in done.stderr
    assert "torch differs" not in done.stderr


def test_own_events(small: Path, fpgajet: Run, tmp_path: Path) -> None:
    jets = labelled_jets(shipped_sample(), 10, 300).constituents
    np.save(tmp_path / "events.npy", jets)
    done = fpgajet("csim", small, "--events", "events.npy", "--edge-vectors", 100, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"]["real jets"] == 300


def bad_events(jets: np.ndarray) -> dict[str, tuple[np.ndarray, str]]:
    nan, heavy, negative = jets.copy(), jets.copy(), jets.copy()
    nan[3, 0, 1] = np.nan
    heavy[5, 0, 0] *= 0.5
    negative[7, 0, 0] *= -1
    return {
        "nan": (nan, r"NaN.*row 3"),
        "below mass shell": (heavy, r"row 5"),
        "negative energy": (negative, r"negative.*row 7"),
        "MeV": (jets * 1000, r"MeV"),
        "too many": (np.pad(jets, ((0, 0), (0, 20), (0, 0))), r"more than the 16"),
        "two axes": (jets[:, 0], r"events are floating point"),
        "integers": (jets.astype(int), r"events are floating point"),
        "none": (jets[:0], r"no events"),
    }


@pytest.mark.parametrize("case", list(bad_events(np.zeros((10, 16, 4)))))
def test_bad_events_are_named(small: Path, fpgajet: Run, tmp_path: Path, case: str) -> None:
    events, message = bad_events(labelled_jets(shipped_sample(), 16, 10).constituents)[case]
    np.save(tmp_path / "events.npy", events)
    done = fpgajet("csim", small, "--events", "events.npy")
    assert done.returncode == 2, done.stderr
    assert re.search(message, done.stderr)
    assert "Traceback" not in done.stderr


def test_truncated_and_missing_events(small: Path, fpgajet: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "events.npy", np.zeros((10, 16, 4), np.float32))
    content = (tmp_path / "events.npy").read_bytes()
    (tmp_path / "events.npy").write_bytes(content[:200])
    done = fpgajet("csim", small, "--events", "events.npy")
    assert (done.returncode, "truncated" in done.stderr) == (2, True)
    done = fpgajet("csim", small, "--events", "nowhere.npy")
    assert (done.returncode, "does not exist" in done.stderr) == (2, True)


def test_not_a_build(fpgajet: Run, tmp_path: Path) -> None:
    done = fpgajet("csim", tmp_path)
    assert done.returncode == 2
    assert "not a build directory" in done.stderr
