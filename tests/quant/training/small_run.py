"""A training run that takes seconds."""

from __future__ import annotations

from pathlib import Path

from quant.checkpoint import Checkpoint
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.training.run import prepare, train

SMALL = NPelicanSettings(
    constituents=5, hidden=1, restarts=2, screen_epochs=2, screen_jets=800, float_epochs=4,
    quantised_epochs=2, calibration_jets=200, batch=64,
)  # fmt: skip
#: a shorter one, through fpgajet.train
SHORT = {
    "constituents": 5, "hidden": 1, "restarts": 1, "screen_epochs": 0, "float_epochs": 1, "quantised_epochs": 1,
    "calibration_jets": 200, "calibration_starts": 1, "calibration_searches": 1, "calibration_sweeps": 0, "batch": 64,
}  # fmt: skip


def run(data: Path, out: Path, settings: NPelicanSettings = SMALL, resume: bool = False) -> Checkpoint:
    prepare(out, settings, resume)
    checkpoint = train(settings, data, out, lambda *_: None, name="small", command=["fpgajet", "train"])
    assert checkpoint is not None
    return checkpoint
