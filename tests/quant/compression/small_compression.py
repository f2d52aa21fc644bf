"""A compression that takes seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quant.checkpoint import Checkpoint
from quant.compression.compress_settings import CompressSettings, compress_settings
from quant.compression.run import Compression
from quant.compression.steps import Step
from quant.models.families import FAMILIES
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.training.data import TrainingJets

SMALL = NPelicanSettings(
    constituents=5, hidden=2, restarts=1, screen_epochs=1, screen_jets=800, float_epochs=3, quantised_epochs=0,
    calibration_jets=200, calibration_starts=2, calibration_searches=1, calibration_sweeps=0, batch=64,
)  # fmt: skip


NPELICAN = FAMILIES["npelican"]


EVERYTHING: dict[str, Any] = {
    "bits": (8, 3), "prune": (0.25, 0.6), "structured": ("aggregators", "channels"), "removals": 1, "l1": 0.003,
}  # fmt: skip


def settings(source: Checkpoint, *assignments: str, **given: Any) -> CompressSettings:
    return compress_settings(source, ["float_epochs=2", *assignments], **given)


def steps(
    source: Checkpoint, data: Path, out: Path, chosen: CompressSettings
) -> list[tuple[Step, Checkpoint]]:
    jets = TrainingJets(data, 5, SMALL.form)
    return list(Compression(chosen, source, jets, out, ["fpgajet", "compress"], lambda *_: None).run())
