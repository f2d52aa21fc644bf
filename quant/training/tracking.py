"""Experiment trackers, all optional and all local unless their own environment variables say otherwise.

A resumed run reports its earlier epochs again, so every process writes the whole history of the run.
"""

from __future__ import annotations

import importlib
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from fpgajet.errors import MissingTool


class Tracking(StrEnum):
    """Trackers to choose from."""

    TENSORBOARD = "tensorboard"
    WANDB = "wandb"
    MLFLOW = "mlflow"


class Tracker(ABC):
    """Takes the records of :meth:`quant.training.fit.Fit.run`."""

    @abstractmethod
    def log(self, fit: str, record: Mapping[str, Any]) -> None:
        """One epoch of a fit: its numbers but ``epoch``, which is the step."""

    @abstractmethod
    def finish(self) -> None:
        """No more records."""


class TensorBoard(Tracker):
    """Event files in ``RUN/tensorboard``."""

    def __init__(self, out: Path, name: str, settings: Mapping[str, Any]) -> None:
        _module("tensorboard")
        from torch.utils.tensorboard import SummaryWriter

        folder = out / "tensorboard"
        shutil.rmtree(folder, ignore_errors=True)
        self.writer: Any = SummaryWriter(str(folder))
        self.writer.add_text("settings", "\n".join(f"    {key}: {value}" for key, value in settings.items()))

    def log(self, fit: str, record: Mapping[str, Any]) -> None:
        for key, value in _numbers(record).items():
            self.writer.add_scalar(f"{fit}/{key}", value, record["epoch"])
        self.writer.flush()

    def finish(self) -> None:
        self.writer.close()


class Wandb(Tracker):
    """Weights & Biases; offline in ``RUN/wandb`` unless WANDB_MODE is set."""

    def __init__(self, out: Path, name: str, settings: Mapping[str, Any]) -> None:
        wandb = _module("wandb")
        mode = os.environ.get("WANDB_MODE", "offline")
        self.run = wandb.init(project="fpgajet", name=name, dir=str(out), mode=mode, config=dict(settings))

    def log(self, fit: str, record: Mapping[str, Any]) -> None:
        # Several fits have an epoch 1, so the epoch is a value beside the others instead of W&B's own step.
        self.run.log(
            {f"{fit}/{key}": value for key, value in {**_numbers(record), "epoch": record["epoch"]}.items()}
        )

    def finish(self) -> None:
        self.run.finish()


class MLflow(Tracker):
    """MLflow; a file store in ``RUN/mlruns`` unless MLFLOW_TRACKING_URI is set."""

    def __init__(self, out: Path, name: str, settings: Mapping[str, Any]) -> None:
        self.mlflow = _module("mlflow")
        local = (out / "mlruns").resolve().as_uri()
        self.mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", local))
        self.mlflow.set_experiment("fpgajet")
        self.mlflow.start_run(run_name=name)
        self.mlflow.log_params({key: str(value) for key, value in settings.items()})

    def log(self, fit: str, record: Mapping[str, Any]) -> None:
        values = {f"{fit}/{key}": value for key, value in _numbers(record).items()}
        self.mlflow.log_metrics(values, step=record["epoch"])

    def finish(self) -> None:
        self.mlflow.end_run()


TRACKERS: dict[Tracking, type[Any]] = {
    Tracking.TENSORBOARD: TensorBoard,
    Tracking.WANDB: Wandb,
    Tracking.MLFLOW: MLflow,
}


def start_tracker(kind: Tracking, out: Path, name: str, settings: Mapping[str, Any]) -> Tracker:
    """Begin to track a run.

    Raises:
        MissingTool: the tracker's package is not installed.
    """
    tracker: Tracker = TRACKERS[kind](out, name, settings)
    return tracker


def check_tracker(kind: Tracking) -> None:
    """Raise before anything is trained; see :func:`start_tracker`."""
    _module(kind.value)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingTool(
            f"--track {name} needs the package {name}: `pip install {name}`, or all trackers with "
            "`pip install 'fpgajet[track]'`."
        ) from error


def _numbers(record: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in record.items() if key != "epoch"}
