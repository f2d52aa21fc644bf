"""Training learns, and what it writes is exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from quant.checkpoint import Checkpoint, load_float_model, load_model, open_checkpoint
from quant.checkpoint_network import network_of
from quant.data import read_jets
from quant.models.npelican.hyperparameters import NPelicanSettings
from tests.quant.training.small_run import SMALL, run


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
    assert (checkpoint.config.parameters, checkpoint.config.parameters_absorbed) == (25, 24)
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


def test_another_seed_gives_other_weights(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    short = SMALL.model_copy(update={"float_epochs": 1, "restarts": 1, "quantised_epochs": 0, "seed": 2})
    other = run(data, tmp_path / "other", short)
    assert other.config.weights_sha256 != undisturbed[0].config.weights_sha256
