"""Trackers: what they are given, that they stay local, and what happens without their packages."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fpgajet.errors import MissingTool
from quant.training.tracking import Tracking, check_tracker, start_tracker

RECORDS = [{"epoch": epoch, "loss": 1.0 / (1 + epoch), "auc": 0.5 + 0.1 * epoch} for epoch in range(3)]


def track(kind: Tracking, out: Path) -> None:
    tracker = start_tracker(kind, out, "mine", {"hidden": 2, "bits": {"weight": 6}})
    for record in RECORDS:
        tracker.log("float", record)
    tracker.finish()


def test_tensorboard_holds_every_epoch_once(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for _ in range(2):  # a resumed run writes its history again
        track(Tracking.TENSORBOARD, tmp_path)
    found = EventAccumulator(str(tmp_path / "tensorboard"))
    found.Reload()
    assert [(event.step, round(event.value, 6)) for event in found.Scalars("float/auc")] == [
        (0, 0.5), (1, 0.6), (2, 0.7),
    ]  # fmt: skip


class Recorder(ModuleType):
    """A module that writes down every call of any of its functions."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*given: Any, **named: Any) -> Recorder:
            self.calls.append((name, given, named))
            return self

        return call


def test_wandb_is_offline_in_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = Recorder("wandb")
    monkeypatch.setitem(sys.modules, "wandb", fake)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    track(Tracking.WANDB, tmp_path)
    name, _, named = fake.calls[0]
    assert (name, named["mode"], named["dir"], named["name"]) == ("init", "offline", str(tmp_path), "mine")
    assert named["config"]["hidden"] == 2
    assert [call[1][0] for call in fake.calls if call[0] == "log"] == [
        {"float/loss": r["loss"], "float/auc": r["auc"], "float/epoch": r["epoch"]} for r in RECORDS
    ]
    assert fake.calls[-1][0] == "finish"


def test_mlflow_stores_in_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = Recorder("mlflow")
    monkeypatch.setitem(sys.modules, "mlflow", fake)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    track(Tracking.MLFLOW, tmp_path)
    calls = {name: (given, named) for name, given, named in fake.calls}
    assert calls["set_tracking_uri"][0] == ((tmp_path / "mlruns").resolve().as_uri(),)
    assert calls["log_params"][0] == ({"hidden": "2", "bits": "{'weight': 6}"},)
    steps = [
        (given[0]["float/auc"], named["step"]) for name, given, named in fake.calls if name == "log_metrics"
    ]
    assert steps == [(r["auc"], r["epoch"]) for r in RECORDS]
    assert fake.calls[-1][0] == "end_run"


@pytest.mark.parametrize("kind", Tracking)
def test_a_missing_package_is_named(kind: Tracking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, kind.value, None)
    with pytest.raises(MissingTool, match=rf"pip install {kind.value}.*fpgajet\[track\]"):
        check_tracker(kind)
