"""AUC that a step has lost: on the same jets as the given model, with the error of the paired difference."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fpgajet.cli.compress_table import lines_of_losses, within
from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint, load_model, open_checkpoint
from quant.compression.losses import LOST, Losses, Lost, lost
from quant.compression.steps import Step
from quant.data import read_jets
from quant.metrics import auc
from quant.training.data import TrainingJets
from tests.quant.compression.small_compression import SMALL

Steps = tuple[list[tuple[Step, Checkpoint]], float]


def test_the_error_is_that_of_a_paired_bootstrap() -> None:
    """Each replica draws jets, and scores both models on the same ones; 300 replicas scatter by 4 %."""
    rng = np.random.default_rng(5)
    label = np.repeat([0, 1], [2500, 1500])
    given = rng.normal(2.0 * label, 1.0)
    score = np.round(given + rng.normal(0, 0.3, len(label)), 1)  # a coarser model, with ties
    found, replicas = lost(label, given, score), []
    for _ in range(300):
        rows = np.concatenate([rng.choice(np.flatnonzero(label == v), (label == v).sum()) for v in (0, 1)])
        replicas.append(auc(label[rows], given[rows]) - auc(label[rows], score[rows]))
    assert found.value == pytest.approx(auc(label, given) - auc(label, score), abs=1e-12)
    assert found.value > 0
    assert found.error == pytest.approx(np.std(replicas), rel=0.15)


def test_losses_are_those_of_the_checkpoints(
    undisturbed: Steps, source: Checkpoint, data: Path, tmp_path: Path
) -> None:
    """On both parts, kept beside the step, and 0 for the given model."""
    (name, made), losses = undisturbed[0][2], Losses(source, TrainingJets(data, 5, SMALL.form))
    assert name.name == "step-ptq-3"
    step = open_checkpoint(shutil.copytree(made.path, tmp_path / "step"))
    (step.path / LOST).unlink(missing_ok=True)
    found = losses.of(step)
    for part, file in (("validation", "val"), ("test", "test")):
        jets = read_jets(data / f"{file}.h5")
        given, after = (load_model(one).scores(jets.constituents) for one in (source, step))
        assert found[part].value == pytest.approx(auc(jets.label, given) - auc(jets.label, after), abs=1e-12)
        assert 0 < (found[part].error or 0) < 0.05
    assert losses.of(source) == dict.fromkeys(("validation", "test"), Lost(0.0, 0.0))
    kept = json.loads((step.path / LOST).read_text())
    kept["test"]["value"] = 0.125
    (step.path / LOST).write_text(json.dumps(kept))
    assert losses.of(step)["test"].value == 0.125, "not computed again"
    (step.path / LOST).write_text("{}")
    with pytest.raises(BadInput, match="is damaged"):
        losses.of(step)


def test_the_last_step_within_the_wish_is_named() -> None:
    steps = {
        "given": {"validation": Lost(0.0, 0.0), "test": Lost(0.0, 0.0)},
        "step-narrow-900": {"validation": Lost(0.0004, 0.0002), "test": Lost(0.0006, 0.0001)},
        "step-narrow-800": {"validation": Lost(0.0012, 0.0003), "test": Lost(0.0013, 0.0002)},
    }
    assert lines_of_losses(steps)[1] == (
        "step-narrow-800: AUC lost 0.0013 ± 0.0002 on test jets, 0.0012 ± 0.0003 on validation jets"
    )
    assert len(lines_of_losses(steps)) == 2
    said = within(steps, 0.001)
    assert said.startswith("step-narrow-900 is the last step that lost at most 0.001")
    assert "0.0004 ± 0.0002, and 0.0006 ± 0.0001 on the test jets" in said
    assert "So few" not in said
    said = within(steps, 0.0002)
    assert said.startswith("given is")
    assert "losses apart by 0.0003 only, which is more than 0.0002" in said
