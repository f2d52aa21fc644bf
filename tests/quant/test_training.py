"""Training: deterministic, resumable at any moment, and able to learn."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from fpgajet.fixed import Rounding, from_real
from fpgajet.ops.integers import FixedArray
from quant.checkpoint import Checkpoint, load_float_model, load_model, open_checkpoint
from quant.checkpoint_network import network_of
from quant.data.layout import Jets, read_jets, write_jets
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.training.data import load_sample, part_of
from quant.training.device import Device, pick_device
from quant.training.fit import Fit
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from quant.training.stages import Until
from tests.quant.jets import labelled_jets, write_labelled_jets

SMALL = NPelicanSettings(
    constituents=5, hidden=1, restarts=2, screen_epochs=2, screen_jets=800, float_epochs=4,
    quantised_epochs=2, calibration_jets=200, batch=64,
)  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_labelled_jets(tmp_path_factory.mktemp("jets"), train=1500, val=600, test=600)


def run(data: Path, out: Path, settings: NPelicanSettings = SMALL, resume: bool = False) -> Checkpoint:
    prepare(out, settings, resume)
    checkpoint = train(settings, data, out, lambda *_: None, name="small", command=["fpgajet", "train"])
    assert checkpoint is not None
    return checkpoint


@pytest.fixture(scope="module")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkpoint, float]:
    start = time.monotonic()
    checkpoint = run(data, tmp_path_factory.mktemp("run") / "undisturbed")
    return checkpoint, time.monotonic() - start


def test_a_run_learns_and_its_checkpoint_is_exact(undisturbed: tuple[Checkpoint, float], data: Path) -> None:
    checkpoint = open_checkpoint(undisturbed[0].path)
    metrics = checkpoint.config.metrics
    assert metrics.float_["auc"] is not None
    assert metrics.quantised["auc"] is not None
    assert metrics.float_["auc"] > 0.8
    assert metrics.quantised["auc"] > metrics.float_["auc"] - 0.02
    model = load_model(checkpoint)
    x = read_jets(data / "test.h5").constituents
    network = model.network()
    raw = FixedArray(from_real(x, network.input_type), network.input_type.fraction)
    scores = network.reference(raw)["score"].real
    assert np.array_equal(model.stages(x)["score"], scores)
    assert np.unique(scores).size == metrics.quantised["distinct_scores"] > 50
    assert np.corrcoef(load_float_model(checkpoint).scores(x), scores[:, 0])[0, 1] > 0.95


def test_a_run_of_the_scaled_model(data: Path, tmp_path: Path) -> None:
    settings = SMALL.model_copy(update={"alpha": True, "restarts": 1, "quantised_epochs": 1})
    checkpoint = open_checkpoint(run(data, tmp_path / "run", settings).path)
    assert (checkpoint.config.parameters, checkpoint.config.parameters_absorbed) == (18, None)
    assert checkpoint.config.model.channels == "C 1, N^alpha"
    model = load_model(checkpoint)
    light, full = network_of(checkpoint), model.network()
    for one, other in zip(light.nodes, full.nodes, strict=True):
        assert one.operator == other.operator
        for name, tensor in one.tensors.items():
            assert np.array_equal(tensor.values.raw, other.tensors[name].values.raw), name
    table = full.nodes[2].tensors["weight"].values.raw
    assert table.shape == (6, 1, 6)
    assert (table[0] != table[-1]).any()
    x = read_jets(data / "test.h5").constituents
    assert np.corrcoef(load_float_model(checkpoint).scores(x), model.scores(x))[0, 1] > 0.9


@pytest.mark.parametrize("form", ["trigger", "log"])
def test_a_run_on_another_input_form(form: str, data: Path, tmp_path: Path) -> None:
    common = {"symmetric": True, "unit_pair_weight": True, "restarts": 1, "calibration_starts": 4}
    given = {"input": {"form": form, "pt_bits": 8, "angle_bits": 7, "angle_steps": 120}}
    settings = NPelicanSettings.model_validate(SMALL.model_dump() | common | given)
    checkpoint = open_checkpoint(run(data, tmp_path / "run", settings).path)
    assert checkpoint.config.metrics.quantised["auc"] is not None
    assert checkpoint.config.metrics.quantised["auc"] > 0.75
    assert NPelicanSettings.model_validate(checkpoint.config.training.settings) == settings
    model, x = load_model(checkpoint), read_jets(data / "test.h5").constituents
    light, full = network_of(checkpoint), model.network()
    assert light.form == full.form == settings.form
    raw = FixedArray(from_real(full.form.features(x), full.input_type), full.input_type.fraction)
    scores = light.reference(raw)["score"].real[:, 0]
    assert np.array_equal(model.scores(x), scores)
    assert np.unique(scores).size == checkpoint.config.metrics.quantised["distinct_scores"]
    assert np.corrcoef(load_float_model(checkpoint).scores(x), scores)[0, 1] > 0.9


def test_the_record_says_how_to_make_it_again(undisturbed: tuple[Checkpoint, float]) -> None:
    training = undisturbed[0].config.training
    assert training.command == "fpgajet train"
    assert NPelicanSettings.model_validate(training.settings) == SMALL
    assert training.versions["torch"] == torch.__version__
    assert {role: files[0].jets for role, files in training.data.items()} == {
        "train": 1500, "validation": 600, "test": 600,
    }  # fmt: skip


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


def test_cuda_without_a_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadInput, match="--device cuda"):
        pick_device(Device.CUDA)
    assert pick_device(Device.AUTO) == pick_device(Device.CPU) == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [pick_device(device) for device in Device] == ["cpu", "cuda", "cuda"]


def test_another_seed_gives_other_weights(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    short = SMALL.model_copy(update={"float_epochs": 1, "restarts": 1, "quantised_epochs": 0, "seed": 2})
    other = run(data, tmp_path / "other", short)
    assert other.config.weights_sha256 != undisturbed[0].config.weights_sha256


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


def test_divergence_is_an_error(data: Path, tmp_path: Path) -> None:
    wild = SMALL.model_copy(update={"float_rate": 1e300})
    with pytest.raises(BadInput, match="diverged"):
        run(data, tmp_path / "wild", wild)


def test_missing_parts_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither train/ nor train"):
        part_of(tmp_path, "train")


def test_one_class_is_refused(tmp_path: Path) -> None:
    p4, label = labelled_jets(20, 3)
    write_jets(
        tmp_path / "a.h5",
        Jets(p4, np.full(20, 3, np.int16), 0 * label, np.zeros((20, 4), np.float32), ("qcd", "top"), {}),
    )
    with pytest.raises(BadInput, match="two classes"):
        load_sample(tmp_path / "a.h5", 3)


def test_learning_rate_warms_up_and_falls_to_zero() -> None:
    fit = Fit("f", epochs=10, rate=0.1, batch=4, warm_up=0.1, seed=0)
    rates = [fit.learning_rate(step, 100) for step in range(100)]
    assert rates[:10] == pytest.approx(np.linspace(0.01, 0.1, 10))
    assert rates[10] == pytest.approx(0.1)
    assert all(a > b for a, b in itertools.pairwise(rates[10:]))
    assert rates[-1] < 1e-4


def test_every_jet_comes_once_an_epoch(data: Path) -> None:
    sample = load_sample(data / "train.h5", 5)
    fit = Fit("f", epochs=2, rate=0.1, batch=64, warm_up=0.1, seed=0)
    first, second = (torch.cat(fit.order(sample, epoch)) for epoch in (0, 1))
    assert torch.equal(first.sort().values, torch.arange(1500))
    assert not torch.equal(first, second)
    assert torch.equal(first, torch.cat(fit.order(sample, 0)))


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_settings_from_file_and_assignments(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"settings.{suffix}"
    text = {"json": '{"hidden": 3, "bits": {"dots": 10}}', "toml": "hidden = 3\n[bits]\ndots = 10\n"}
    file.write_text(text[suffix])
    found = read_settings(file, ["bits.weight=4", "bits.inner=HALF_EVEN", "nbar=20"], model=None)
    assert (found.hidden, found.bits.dots, found.bits.weight, found.nbar) == (3, 10, 4, 20.0)
    assert found.bits.inner is Rounding.HALF_EVEN
    assert found.bits.activation == NPelicanSettings().bits.activation


BAD: dict[str, tuple[list[str], str]] = {
    "unknown": (["hiden=3"], "setting hiden"),
    "unknown inside": (["bits.wieght=3"], r"setting bits\.wieght"),
    "no value": (["hidden"], "not of the form key=value"),
    "wrong kind": (["hidden=many"], "setting hidden"),
    "too small": (["batch=1"], "setting batch"),
    "inside a number": (["hidden.x=1"], "setting hidden"),
    "unknown form": (["input.form=polar"], "not an input form; there are momenta, "),
    "unknown number of a form": (["input.form=log", "input.pt=3"], "the input form log has no pt"),
    "number of another form": (["input.pt_bits=9"], "the input form momenta has no pt_bits"),
    "beams without momenta": (["input.form=trigger", "beams=1"], "beams need the input form momenta"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings_are_named(case: str) -> None:
    assignments, message = BAD[case]
    with pytest.raises(BadInput, match=message):
        read_settings(None, assignments)


@pytest.mark.parametrize("content", ["[1]", "{", None])
def test_bad_settings_files_are_named(content: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadInput, match=r"settings\.json"):
        read_settings(file, [])
