"""A run that is killed, or stopped after a stage, ends with the same bytes."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint
from quant.models.families import FAMILIES
from quant.training.run import prepare, train
from quant.training.stages import Until
from tests.quant.training.small_run import SMALL, run


def test_killed_three_times_a_run_ends_with_the_same_weights(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    checkpoint, seconds = undisturbed
    out, chance = tmp_path / "killed", random.Random(15)
    kills = 0
    for _ in range(30):
        if kills == 3:
            break
        child = os.fork()
        if child == 0:
            run(data, out, resume=True)
            os._exit(0)
        time.sleep(chance.uniform(0.1, 0.6) * seconds)
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        kills += os.WIFSIGNALED(status)  # it was at work, and had not ended before
    assert kills == 3
    resumed = run(data, out, resume=True)
    for name in ("weights.safetensors", "model.json"):
        assert (resumed.path / name).read_bytes() == (checkpoint.path / name).read_bytes(), name
    history = [json.loads((c.path / "history.json").read_text()) for c in (checkpoint, resumed)]
    assert history[0] == history[1]


@pytest.mark.parametrize("start", [Until.FLOAT, Until.CALIBRATION])
def test_killed_in_one_stage_it_ends_with_the_same_weights(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path, start: Until
) -> None:
    """In calibration and what follows, and in quantised fine-tuning alone; a run that had ended begins again."""
    begun, out, chance = tmp_path / "begun", tmp_path / "killed", random.Random(f"15 {start}")
    prepare(begun, SMALL, resume=False)
    train(SMALL, data, begun, lambda *_: None, name="small", command=["fpgajet", "train"], until=start)
    moment = time.monotonic()
    shutil.copytree(begun, tmp_path / "timed")
    run(data, tmp_path / "timed", resume=True)
    seconds, kills = time.monotonic() - moment, 0
    for _ in range(40):
        if kills == 3:
            break
        if not out.exists():
            shutil.copytree(begun, out)
        child = os.fork()
        if child == 0:
            run(data, out, resume=True)
            os._exit(0)
        time.sleep(chance.random() * seconds)
        os.kill(child, signal.SIGKILL)
        if os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            kills += 1
        else:
            shutil.rmtree(out)
    assert kills == 3
    resumed = run(data, out, resume=True) if out.exists() else run(data, begun, resume=True)
    for name in ("weights.safetensors", "model.json"):
        assert (resumed.path / name).read_bytes() == (undisturbed[0].path / name).read_bytes(), name


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


LATER = {"quantised_epochs": 1, "quantised_rate": 0.001, "scale_rounds": 1}


def test_settings_of_stages_that_have_not_begun_may_change(data: Path, tmp_path: Path) -> None:
    """After the float stage those of calibration and fine-tuning, after calibration the latter; the end is the same."""
    wanted = SMALL.model_copy(
        update={**LATER, "bits": replace(SMALL.bits, weight=4), "calibration_jets": 150}
    )
    out = tmp_path / "changed"
    prepare(out, SMALL, resume=False)
    train(SMALL, data, out, lambda *_: None, name="small", until=Until.FLOAT)
    with pytest.raises(
        BadInput, match=r"other settings \(float_epochs\).* May still change: bits, .*scale_rounds"
    ):
        prepare(out, wanted.model_copy(update={"float_epochs": 9}), resume=True)
    before = wanted.model_copy(update={"quantised_epochs": 7})
    prepare(out, before, resume=True)
    train(before, data, out, lambda *_: None, name="small", until=Until.CALIBRATION)
    with pytest.raises(
        BadInput,
        match=r"other settings \(calibration_jets, bits.weight\).* May still change: quantised_epochs, ",
    ):
        prepare(out, SMALL, resume=True)
    finished, direct = run(data, out, wanted, resume=True), run(data, tmp_path / "direct", wanted)
    for name in ("weights.safetensors", "model.json"):
        assert (finished.path / name).read_bytes() == (direct.path / name).read_bytes(), name
    with pytest.raises(BadInput, match=r"other settings \(quantised_rate\): give those\.$"):
        prepare(out, wanted.model_copy(update={"quantised_rate": 0.5}), resume=True)


def test_widths_that_the_float_model_reads_may_not_change(tmp_path: Path) -> None:
    """Message families train with the rounded front of the network."""
    settings = FAMILIES["vecnet"].settings(model="vecnet")
    prepare(tmp_path, settings, resume=False)
    bits = settings.model_dump()["bits"]
    changed = settings.model_copy(update={"bits": replace(settings.bits, **{next(iter(bits)): 3})})
    with pytest.raises(BadInput, match=r"other settings \(bits\."):
        prepare(tmp_path, changed, resume=True)
    prepare(tmp_path, settings.model_copy(update={"calibration_sweeps": 2}), resume=True)


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
