"""``fpgajet compress`` as a user sees it: steps, table, files, resuming, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from fpgajet.cli import _register, app
from fpgajet.cli.training_progress import TrainingProgress
from fpgajet.errors import BadInput
from quant.checkpoint import open_checkpoint
from quant.data import Jets, write_jets
from tests.quant.jets import labelled_jets

_register()
TRAINING = {
    "constituents": 4, "hidden": 2, "restarts": 1, "screen_epochs": 1, "float_epochs": 1, "quantised_epochs": 0,
    "calibration_jets": 100, "calibration_starts": 1, "calibration_searches": 1, "calibration_sweeps": 0,
}  # fmt: skip
SHORT = ["--bits", "5", "--prune", "0.3", "--set", "float_epochs=1"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with jets and a trained run."""
    folder = tmp_path_factory.mktemp("compress")
    for seed, part in enumerate(("train", "val", "test")):
        p4, label = labelled_jets(400, 4, seed)
        jets = Jets(p4, np.full(400, 4, np.int16), label, np.zeros((400, 4), np.float32), ("qcd", "top"), {})
        write_jets(folder / "jets" / f"{part}.h5", jets)
    settings = [f"--set={key}={value}" for key, value in TRAINING.items()]
    command = ["train", "--data", str(folder / "jets"), "--out", str(folder / "run"), *settings]
    assert CliRunner().invoke(app, command).exit_code == 0
    return folder


def invoke(place: Path, out: Path, *options: str, model: str = "") -> Result:
    command = ["compress", model or str(place / "run"), "--data", str(place / "jets"), "--out", str(out)]
    return CliRunner().invoke(app, [*command, *options])


def test_steps_table_files_and_resuming(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "small"
    first = invoke(place, out, *SHORT)
    assert first.exit_code == 0, first.output
    assert "30% zero" in first.stdout
    assert (out / "compress.svg").read_text().count("<svg") == 1
    lines = (out / "compress.csv").read_text().splitlines()
    assert lines[0].startswith("# fpgajet")
    rows = list(csv.DictReader(lines[1:]))
    assert [row["step"] for row in rows] == ["given", "step-ptq-5", "step-magnitude-0.3"]
    for row in rows[1:]:
        checkpoint = open_checkpoint(out / row["step"])
        assert checkpoint.config.name == f"run-{row['step'].removeprefix('step-')}"
        assert float(row["lut_low"]) < float(row["lut"]) < float(row["lut_high"])
    assert "begin step-magnitude-0.3" in (out / "compress.log").read_text()

    again = invoke(place, out, *SHORT)
    assert isinstance(again.exception, BadInput)
    assert "--resume" in str(again.exception)
    changed = invoke(place, out, *SHORT, "--l1", "0.1", "--resume")
    assert isinstance(changed.exception, BadInput)
    assert "other settings (l1)" in str(changed.exception)
    before = (out / "step-ptq-5" / "model.json").stat().st_mtime_ns
    resumed = invoke(place, out, *SHORT, "--resume", "--json", "--part", "xcku115", "--clock-mhz", "200")
    found = json.loads(resumed.stdout)
    assert found["clock_mhz"] == 200
    assert found["part"].startswith("xcku115")
    assert [row["step"] for row in found["rows"]] == [row["step"] for row in rows]
    assert (out / "step-ptq-5" / "model.json").stat().st_mtime_ns == before, "made once"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--bits", "six"], "--bits 'six'"),
        (["--bits", "1"], "2 to 16 bits"),
        (["--prune", "0.5,0.2"], "rise"),
        (["--structured", "layers"], "--structured"),
        (["--bits", "none", "--prune", "none"], "nothing to do"),
        (["--set", "hidden=3"], "another model"),
        (["--part", "xc0"], "xc0"),
    ],
)
def test_bad_options_are_named_before_any_work(
    options: list[str], message: str, place: Path, tmp_path: Path
) -> None:
    result = invoke(place, tmp_path / "out", *options)
    assert isinstance(result.exception, BadInput)
    assert message in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_none(place: Path, tmp_path: Path) -> None:
    result = invoke(place, tmp_path / "out", model="nothing")
    assert isinstance(result.exception, BadInput)
    assert result.exception.exit_code == 2


def test_each_step_begins_its_own_bars(tmp_path: Path) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
    with TrainingProgress(terminal, tmp_path / "log", {"steps": 3, "float": 2}) as progress:
        progress.begin("steps", "step-ptq-6")
        progress.report("float", {"epoch": 1, "loss": 0.25, "validation_loss": 0.3, "auc": 0.9})
        progress.advance("steps")
        progress.begin("steps", "step-magnitude-0.5")
        (task,) = progress.bars.tasks
        assert (task.description, task.completed, task.fields["numbers"]) == (
            "steps",
            1,
            "step-magnitude-0.5",
        )
        progress.report("float", {"epoch": 1, "loss": 0.25, "validation_loss": 0.3, "auc": 0.9})
        assert progress.bars.tasks[-1].completed == 1
