"""A run that is killed, or stopped after a stage, ends with the same bytes."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint
from quant.training.run import prepare, train
from quant.training.stages import Until
from tests.quant.training.small_run import SMALL, run


def test_killed_three_times_a_run_ends_with_the_same_weights(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    checkpoint, seconds = undisturbed
    out, chance = tmp_path / "killed", random.Random()
    kills = 0
    while kills < 3:
        child = os.fork()
        if child == 0:
            run(data, out, resume=True)
            os._exit(0)
        time.sleep(chance.uniform(0.1, 0.6) * seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
        for stray in out.glob("**/.*.tmp"):
            stray.unlink()  # what a killed writer leaves is never read; unlinking it must not matter
    resumed = run(data, out, resume=True)
    for name in ("weights.safetensors", "model.json"):
        assert (resumed.path / name).read_bytes() == (checkpoint.path / name).read_bytes(), name
    history = [json.loads((c.path / "history.json").read_text()) for c in (checkpoint, resumed)]
    assert history[0] == history[1]


def test_in_stages_a_run_ends_with_the_same_weights(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "stages"
    prepare(out, SMALL, resume=False)
    for until in (Until.FLOAT, Until.CALIBRATION):
        assert train(SMALL, data, out, lambda *_: None, name="small", until=until) is None
        assert not (out / "model.json").exists()
        assert (out / "state" / "calibration.json").exists() == (until is Until.CALIBRATION)
    finished = run(data, out, resume=True)
    for name in ("weights.safetensors", "model.json"):
        assert (finished.path / name).read_bytes() == (undisturbed[0].path / name).read_bytes(), name


def test_damaged_calibration_is_named(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    state = tmp_path / "run" / "state"
    shutil.copytree(undisturbed[0].path / "state", state)
    (state / "calibration.safetensors").write_bytes(b"short")
    with pytest.raises(BadInput, match="cannot be resumed from"):
        run(data, tmp_path / "run")


def test_a_directory_is_not_trained_over(undisturbed: tuple[Checkpoint, float]) -> None:
    out = undisturbed[0].path
    with pytest.raises(BadInput, match="already holds a run"):
        prepare(out, SMALL, resume=False)
    with pytest.raises(BadInput, match=r"other settings \(seed\)"):
        prepare(out, SMALL.model_copy(update={"seed": 9}), resume=True)


def test_a_run_from_before_a_setting_existed_goes_on_with_its_default(tmp_path: Path) -> None:
    prepare(tmp_path / "run", SMALL, resume=False)
    path = tmp_path / "run" / "settings.json"
    older = json.loads(path.read_text())
    del older["symmetric"]
    path.write_text(json.dumps(older))
    with pytest.raises(BadInput, match=r"other settings \(symmetric\)"):
        prepare(tmp_path / "run", SMALL.model_copy(update={"symmetric": True}), resume=True)
    prepare(tmp_path / "run", SMALL, resume=True)
    assert json.loads(path.read_text())["symmetric"] is False


def test_damaged_state_is_named(undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path) -> None:
    state = tmp_path / "run" / "state" / "screen-0.safetensors"
    state.parent.mkdir(parents=True)
    whole = (undisturbed[0].path / "state" / "screen-0.safetensors").read_bytes()
    state.write_bytes(whole[:-10])
    with pytest.raises(BadInput, match="cannot be resumed from"):
        run(data, tmp_path / "run")
