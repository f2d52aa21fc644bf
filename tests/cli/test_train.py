"""``fpgajet train`` as a user sees it: stages, log, trackers, bars."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from rich.console import Console
from typer.testing import CliRunner

from fpgajet.cli import _register, app
from fpgajet.cli.training_progress import TrainingProgress
from quant.data import Jets, write_jets
from tests.quant.jets import labelled_jets

_register()
SMALL = {
    "constituents": 4, "hidden": 1, "restarts": 1, "screen_epochs": 1, "float_epochs": 2, "quantised_epochs": 1,
    "calibration_jets": 100, "calibration_starts": 1, "calibration_searches": 1, "calibration_sweeps": 0,
}  # fmt: skip


def test_stages_and_log(tmp_path: Path) -> None:
    for seed, part in enumerate(("train", "val", "test")):
        p4, label = labelled_jets(400, 4, seed)
        jets = Jets(p4, np.full(400, 4, np.int16), label, np.zeros((400, 4), np.float32), ("qcd", "top"), {})
        write_jets(tmp_path / "jets" / f"{part}.h5", jets)
    out = tmp_path / "run"
    settings = [f"--set={key}={value}" for key, value in SMALL.items()]
    command = ["train", "--data", str(tmp_path / "jets"), "--out", str(out), *settings]
    stopped = CliRunner().invoke(app, [*command, "--until", "float"])
    assert stopped.exit_code == 0, stopped.output
    assert "go on with --resume" in " ".join(stopped.stdout.split())
    finished = CliRunner().invoke(app, [*command, "--resume", "--json"])
    assert finished.exit_code == 0, finished.output
    assert json.loads(finished.stdout)["metrics"]["quantised"]["distinct_scores"] > 1
    log = (out / "train.log").read_text()
    assert [word in log for word in ("started:", "resumed:", "finished: float", "finished: quantised")] == [
        True
    ] * 4
    assert "quantised  epoch   1" in log


def test_bars_show_loss_auc_and_time_left(tmp_path: Path) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
    with TrainingProgress(terminal, tmp_path / "train.log", {"screen": 2, "float": 4}) as progress:
        progress.tick("float", 1, 50, 100, 0.5)
        progress.report("float", {"epoch": 1, "loss": 0.25, "validation_loss": 0.3, "auc": 0.9})
        (task,) = progress.bars.tasks
        assert (task.description, task.completed, task.total) == ("float", 1, 4)
        progress.tick("float", 2, 50, 100, 0.24)
        assert (task.completed, task.fields["numbers"]) == (1.5, "float: loss 0.2400 AUC 0.9000")
    assert "left" in terminal.file.getvalue()  # type: ignore[attr-defined]
