"""One training of the transfer study and its row."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quant.checkpoint import MODEL, Checkpoint, open_checkpoint
from quant.models.training_settings import TrainingSettings
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from quant.training.transfer import with_transfer
from studies.transfer.events import data_directory
from studies.transfer.grid import PAIRS, Training

#: by target events: batch, float epochs and epochs of fine-tuning; 400 to 756 steps. None: of the source
SCHEDULES = {125: (16, 50, 4), 500: (64, 50, 4), 2000: (128, 40, 2), 8000: (128, 12, 1), None: (128, 20, 2)}
OBJECTS, WIDTH, BLOCKS = 6, 8, 2


@dataclass(frozen=True)
class Places:
    """Directories: events of the source with train, val and test; events by process; trainings."""

    source: Path
    pool: Path
    runs: Path


def settings_of(model: str, bits: int, seed: int, events: int | None) -> TrainingSettings:
    """Of a target with so many events; of the source where it is None."""
    batch, epochs, quantised = SCHEDULES[events]
    values = {
        "constituents": OBJECTS, "width": WIDTH, "blocks": BLOCKS, "seed": seed, "batch": batch, "screen_epochs": 0,
        "float_epochs": epochs, "quantised_epochs": quantised, "calibration_jets": 1000,
        "bits": {"weight": bits, "activation": bits, "pool": bits + 2},
    }  # fmt: skip
    settings: TrainingSettings = read_settings(None, [], model=model, **values)
    return settings


def row(training: Training, places: Places) -> dict[str, Any]:
    """Train one network and measure it on the test events of its target, float and quantised."""
    pair = PAIRS[training.pair]
    data = places.runs / "data" / f"{pair.name}-{training.events}-s{training.seed}"
    data_directory(places.pool, pair.background, pair.signal, training.events, training.seed, data)
    settings = settings_of(training.model, training.bits, training.seed, training.events)
    source = None
    if training.variant != "none":
        source = _source(training, places)
        settings = with_transfer(settings, source, "features" if training.variant == "fixed" else "none")
    checkpoint = _run(settings, data, places.runs / training.name, source)
    metrics = checkpoint.config.metrics
    shutil.rmtree(checkpoint.path)
    found: dict[str, Any] = dict(vars(training)) | {"background": pair.background, "signal": pair.signal}
    for name, measured in (("float", metrics.float_), ("quantised", metrics.quantised)):
        for key in ("accuracy", "auc"):
            value = measured[key]
            assert value is not None
            found[f"{key}_{name}"] = round(value, 5)
    return found


def _source(training: Training, places: Places) -> Checkpoint:
    model, bits, seed = training.source
    out = places.runs / f"source-{model}-b{bits}-s{seed}"
    if (out / MODEL).is_file():
        return open_checkpoint(out)
    return _run(settings_of(model, bits, seed, None), places.source, out, None)


def _run(settings: TrainingSettings, data: Path, out: Path, source: Checkpoint | None) -> Checkpoint:
    shutil.rmtree(out, ignore_errors=True)  # of a training that was stopped: it takes seconds
    prepare(out, settings, resume=False)
    checkpoint = train(settings, data, out, lambda *_: None, name=out.name, source=source)
    assert checkpoint is not None
    return checkpoint
