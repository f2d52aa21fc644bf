"""Taggers that are trained again: splits without leaks, errors of their means, and the command."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from fpgajet.cli import _register, app
from fpgajet.errors import BadInput
from quant.checkpoint import open_checkpoint
from quant.comparison.retrained import _judged, _mean, claim, summary, taggers_of
from quant.comparison.splits import fold_splits, size_splits, stratified_subset
from quant.data import read_jets
from quant.zoo import HERE
from tests.quant.jets import write_labelled_jets

if not app.registered_commands:
    _register()  # all: other tests of this process look for the others
#: seconds of training at most
TINY = (
    "restarts=1", "screen_epochs=0", "float_epochs=1", "quantised_epochs=0", "calibration_jets=50",
    "calibration_starts=1", "calibration_searches=1", "calibration_sweeps=0", "constituents=3",
)  # fmt: skip


@pytest.fixture(scope="module")
def jets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retrained") / "jets"
    write_labelled_jets(folder, 120, 60, 60)
    return folder


def rows_of(path: Path) -> set[bytes]:
    return {momenta.tobytes() for momenta in read_jets(path, constituents=3).constituents}


def test_folds_share_no_test_jets_and_train_on_the_rest(jets: Path, tmp_path: Path) -> None:
    splits = fold_splits(jets, tmp_path, 4, 3, None, 1)
    assert [split.repeat for split in splits] == [1, 2, 3, 4]
    tested = [rows_of(split.data / "test.h5") for split in splits]
    everything = rows_of(jets / "train.h5")
    assert set().union(*tested) == everything
    assert sum(map(len, tested)) == len(everything)
    for split, own in zip(splits, tested, strict=True):
        assert rows_of(split.data / "train.h5") == everything - own
        assert rows_of(split.data / "val.h5") == rows_of(jets / "val.h5")
        assert split.training_jets + split.test_jets == 120
    assert not everything & rows_of(jets / "test.h5"), "the test jets stay unseen"


@given(st.integers(10, 90), st.integers(10, 90), st.integers(4, 20), st.integers(0, 3))
def test_subsets_are_stratified_and_disjoint(first: int, second: int, size: int, seed: int) -> None:
    label = np.repeat([0, 1], [first, second]).astype(np.uint8)
    share = size * second / len(label)
    if size > len(label) or min(share, size - share) < 2:
        return
    count = len(label) // size
    subsets = [stratified_subset(label, size, repeat, seed) for repeat in range(count)]
    assert len(set(np.concatenate(subsets).tolist())) == count * size
    for rows in subsets:
        assert abs(int(label[rows].sum()) - share) <= 1.5


def test_a_subset_has_every_class(jets: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="do not hold every class"):
        stratified_subset(np.array([0] * 50 + [1], np.uint8), 5, 0, 1)
    with pytest.raises(BadInput, match="121 training jets are asked for"):
        size_splits(jets, tmp_path, [121], 1, 3, 0)


def test_the_error_of_folds_is_larger_than_that_of_independent_runs() -> None:
    values = [0.9, 0.91, 0.93, 0.92, 0.9]
    spread = float(np.std(values, ddof=1))
    assert _mean(values, folds=False)["error"] == pytest.approx(spread / math.sqrt(5))
    assert _mean(values, folds=True)["error"] == pytest.approx(spread * math.sqrt(1 / 5 + 1 / 4))
    assert _mean([0.9, None], folds=True)["value"] is None
    assert _mean([0.9], folds=False) == {"value": 0.9, "spread": None, "error": None}


def test_few_runs_need_a_larger_difference() -> None:
    """Student's t: the same ratio of difference and error says more with more runs."""
    three, many = ([0.01 + 0.002 * k for k in (-1, 0, 1)], [0.01 + 0.002 * k for k in (-1, 0, 1) * 4])
    few, more = _judged(three, folds=False), _judged(many, folds=False)
    assert few["value"] == pytest.approx(more["value"])
    assert few["probability"] == pytest.approx(0.0132, abs=2e-4)  # t = 8.66 with two degrees of freedom
    assert (few["verdict"], more["verdict"]) == ("perhaps", "differ")
    assert _judged([0.0, 0.0], folds=True)["verdict"] == "noise"


def test_differences_are_paired_by_split() -> None:
    def row(model: str, repeat: int, auc: float) -> dict[str, object]:
        found = dict.fromkeys(
            ("accuracy", "inverse_background_efficiency_30", "inverse_background_efficiency_50"), 0.5
        )
        about = {"model": model, "repeat": repeat, "precision": "float", "training_jets": 10}
        return {**about, **found, "auc": auc, "ant_factor": None}

    shared = [0.8, 0.9, 0.7]  # what the splits do to both
    runs = [row("a", k, shared[k]) for k in range(3)] + [row("b", k, shared[k] - 0.01 * k) for k in (2, 1, 0)]
    (difference,) = summary(runs, folds=False)["differences"]
    assert difference["metrics"]["auc"]["value"] == pytest.approx(0.01)
    assert difference["metrics"]["auc"]["error"] == pytest.approx(0.01 / math.sqrt(3))
    assert difference["metrics"]["ant_factor"]["value"] is None


def test_a_study_is_of_the_same_settings(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(HERE / "npelican-n8-c2")
    (one,) = taggers_of([checkpoint], TINY)
    claim(tmp_path, [one], {"folds": 4})
    claim(tmp_path, [one], {"folds": 4})
    with pytest.raises(BadInput, match="another study \\(folds\\)"):
        claim(tmp_path, [one], {"folds": 5})
    with pytest.raises(BadInput, match="another study \\(npelican-n8-c2\\)"):
        claim(tmp_path, taggers_of([checkpoint], [*TINY, "batch=77"]), {"folds": 4})
    with pytest.raises(BadInput, match="give each once"):
        taggers_of([checkpoint, checkpoint], TINY)


def test_the_command_trains_once_and_goes_on(jets: Path, tmp_path: Path) -> None:
    out = tmp_path / "study"
    words = ["compare", "npelican-n8-c2", "--data", str(jets), "--out", str(out), "--json"]
    words += [word for setting in TINY for word in ("--set", setting)]
    found = CliRunner().invoke(app, [*words, "--retrain", "--folds", "2"], catch_exceptions=False)
    report = json.loads(found.stdout)
    assert report == json.loads((out / "compare.json").read_text())
    assert [row["runs"] for row in report["taggers"]] == [2, 2]
    assert len((out / "compare.csv").read_text().splitlines()) == 2 + 4
    run = out / "runs" / "npelican-n8-c2" / "fold-1" / "model.json"
    before = run.stat().st_mtime_ns
    again = json.loads(CliRunner().invoke(app, [*words, "--retrain", "--folds", "2"]).stdout)
    assert (again["runs"], run.stat().st_mtime_ns) == (report["runs"], before)
    few = [*words, "--data-efficiency", "40,80", "--repeats", "1", "--plot", str(tmp_path / "few.svg")]
    few[few.index(str(out))] = str(tmp_path / "few")
    report = json.loads(CliRunner().invoke(app, few, catch_exceptions=False).stdout)
    assert [row["training_jets"] for row in report["taggers"] if row["precision"] == "float"] == [40, 80]
    assert "training jets" in (tmp_path / "few.svg").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--retrain"], "--out is needed"),
        (["--set", "a=1"], "add --retrain"),
        (["--data-efficiency", "many", "--out", "x"], "give numbers of jets"),
        (["--data-efficiency", "10", "--retrain", "--out", "x"], "give one of them"),
        (["--retrain", "--out", "x", "--plot", "a.svg"], "folds have none"),
    ],
)
def test_options_that_do_not_fit(options: list[str], message: str, jets: Path) -> None:
    found = CliRunner().invoke(app, ["compare", "npelican-n8-c2", "--data", str(jets), *options])
    assert isinstance(found.exception, BadInput), found.output
    assert message in str(found.exception)
