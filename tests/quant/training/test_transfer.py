"""``--from``: features of another run, kept bit for bit or trained on, and a classifier from scratch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from fpgajet import api
from fpgajet.errors import BadInput
from fpgajet.graph.classifiers import with_classifiers
from fpgajet.ops.integers import FixedArray
from fpgajet.pipeline.jets import shipped_sample
from quant.checkpoint import Checkpoint, load_float_model, load_model, open_checkpoint
from quant.checkpoint_network import built_network
from quant.data import read_jets, write_jets
from quant.models.messages.quantised import QuantisedMessages
from quant.models.sample import Sample
from quant.training.data import TrainingJets
from quant.training.read_settings import read_settings
from quant.training.transfer import quantised_of, with_transfer

SIZES = {"width": 4, "blocks": 1, "constituents": 5}
SHORT = {"float_epochs": 2, "quantised_epochs": 1, "screen_epochs": 0, "calibration_sweeps": 0, "batch": 32}
#: keys of the types of the last layer
OWN = {"score", "score_weight", "score_bias"}
Train = Callable[..., Checkpoint]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("events")
    events = read_jets(shipped_sample(objects=True), objects=True)
    for number, part in enumerate(("train", "val", "test")):
        write_jets(directory / f"{part}.h5", events[200 * number : 200 * (number + 1)])
    return directory


@pytest.fixture(scope="module")
def train(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Train:
    def run(name: str, **given: object) -> Checkpoint:
        out = tmp_path_factory.mktemp(name) / "run"
        settings = SIZES | SHORT | given.pop("settings", {})  # type: ignore[operator]
        model = given.pop("model", "event-gnn")
        api.train(data, out, model=model, settings=settings, name="toy", **given)  # type: ignore[arg-type]
        return open_checkpoint(out)

    return run


@pytest.fixture(scope="module")
def source(train: Train) -> Checkpoint:
    return train("source")


@pytest.fixture(scope="module")
def sample(data: Path) -> Sample:
    settings = read_settings(None, [], model="event-gnn", **SIZES | SHORT)
    return TrainingJets(data, settings.constituents, settings.form, None, (), ()).train


def types_of(checkpoint: Checkpoint) -> dict[str, object]:
    found: dict[str, object] = checkpoint.config.model.types  # type: ignore[attr-defined]
    return found


def tensors(checkpoint: Checkpoint, prefix: str) -> dict[str, np.ndarray]:
    found = load_file(checkpoint.path / "weights.safetensors")
    return {name: values for name, values in found.items() if name.startswith(prefix)}


def test_frozen_features_are_those_of_the_source_bit_for_bit(source: Checkpoint, train: Train) -> None:
    found = train("frozen", source=source.path, settings={"seed": 2})
    for prefix in ("float.", "quantised."):
        before, after = tensors(source, prefix), tensors(found, prefix)
        assert before.keys() == after.keys()
        changed = {name for name in before if not np.array_equal(before[name], after[name])}
        assert changed == {f"{prefix}score_weight", f"{prefix}score_bias"}
    types, theirs = types_of(found), types_of(source)
    assert {key: kind for key, kind in types.items() if key not in OWN} == {
        key: kind for key, kind in theirs.items() if key not in OWN
    }
    recorded = found.config.training.settings["transfer"]
    assert recorded == {
        "name": "toy", "weights_sha256": source.config.weights_sha256, "freeze": "features"
    }  # fmt: skip


def test_a_classifier_has_types_that_hold_it(source: Checkpoint, sample: Sample) -> None:
    """Weights 16 times as large as the source's saturate in its types, and not in their own."""
    floating = load_float_model(source).model
    with torch.no_grad():
        floating.get_parameter("score_weight").mul_(16.0)
        floating.get_parameter("score_bias").fill_(-5.0)
    wanted = floating.get_parameter("score_weight").detach().double()
    found = {}
    for freeze in ("features", "types"):
        settings = with_transfer(read_settings(None, [], model="event-gnn", **SIZES | SHORT), source, freeze)
        make = quantised_of(settings, source)
        assert make is not None
        model = found[freeze] = make(floating, sample, "x")
        assert isinstance(model, QuantisedMessages)
        features = model.precisions.keys() - OWN
        given = load_model(source)
        assert isinstance(given, QuantisedMessages)
        assert all(model.precisions[key] == given.precisions[key] for key in features)
        for key, parameter in model.named_parameters():
            assert key in model.classifier or torch.equal(parameter, given.get_parameter(key))
        same = all(model.precisions[key] == given.precisions[key] for key in OWN)
        assert same == (freeze == "types")
    error = {
        freeze: np.abs(model.network().output.tensors["weight"].values.real - wanted.numpy()).max()
        for freeze, model in found.items()
    }
    largest = float(wanted.abs().max())
    assert error["features"] < largest / 100 < largest / 4 < error["types"]
    bias = {
        freeze: float(model.network().output.tensors["bias"].values.real[0])
        for freeze, model in found.items()
    }
    assert bias["features"] < -3 < bias["types"]


def test_a_bias_that_moves_has_a_type_that_holds_it(source: Checkpoint, sample: Sample) -> None:
    """Calibration centres the scores, which moves a bias far beyond the range that its float value has."""
    floating = load_float_model(source).model
    with torch.no_grad():
        floating.get_parameter("score_weight").mul_(16.0)
        floating.get_parameter("score_bias").fill_(1e-3)
    settings = with_transfer(read_settings(None, [], model="event-gnn", **SIZES | SHORT), source, "features")
    make = quantised_of(settings, source)
    assert make is not None
    model = make(floating, sample, "x")
    assert isinstance(model, QuantisedMessages)
    moved = float(model.real("score_bias").detach())
    assert abs(moved) > 0.01
    assert float(model.network().output.tensors["bias"].values.real[0]) == pytest.approx(moved, rel=0.01)


def test_runs_with_types_of_their_own_share_features(source: Checkpoint, train: Train) -> None:
    found = train("shared", source=source.path, settings={"seed": 2, "bits": {"score": 12}})
    networks = {"a": built_network(source), "b": built_network(found)}
    assert networks["a"].output.operator.output != networks["b"].output.operator.output
    both = with_classifiers(networks)
    raw = np.random.default_rng(1).integers(0, 64, (20, *both.input_shape))
    stages = both.reference(FixedArray(raw, both.input_type.fraction))
    for run, network in networks.items():
        alone = network.reference(FixedArray(raw, network.input_type.fraction))["score"]
        np.testing.assert_array_equal(stages[f"score_{run}"].real, alone.real)
    kept = train("kept", source=source.path, freeze="types", settings={"seed": 2})
    assert types_of(kept) == types_of(source)


def test_features_that_are_not_frozen_start_there_and_move(source: Checkpoint, train: Train) -> None:
    found = train("moved", source=source.path, freeze="none", settings={"float_rate": 1e-3, "keep": "loss"})
    before, after = tensors(source, "float."), tensors(found, "float.")
    weights = [name for name in before if name.endswith("1_weight") and name != "float.h1_weight"]
    assert len(weights) == 2
    for name in weights:
        assert not np.array_equal(before[name], after[name])
        np.testing.assert_allclose(before[name], after[name], atol=0.05)
    assert np.abs(before["float.score_weight"] - after["float.score_weight"]).max() > 0.01, "from scratch"


def test_a_run_resumes_with_its_source_and_with_no_other(
    source: Checkpoint, train: Train, data: Path, tmp_path: Path
) -> None:
    whole = train("whole", source=source.path)
    given = {"model": "event-gnn", "settings": SIZES | SHORT, "name": "toy"}
    out = tmp_path / "parts"
    api.train(data, out, source=source.path, until="float", **given)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"other settings .*transfer"):
        api.train(data, out, resume=True, **given)  # type: ignore[arg-type]
    api.train(data, out, source=source.path, resume=True, **given)  # type: ignore[arg-type]
    assert (out / "weights.safetensors").read_bytes() == (whole.path / "weights.safetensors").read_bytes()
    told = json.loads((out / "settings.json").read_text())
    with pytest.raises(BadInput, match="give its directory with --from"):
        api.train(data, tmp_path / "told", settings=told, name="toy")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "event-gat", "settings": {"heads": 2}}, "of the family event-gnn"),
        ({"settings": {"width": 6}}, "other sizes: set width=4"),
        ({"settings": {"scale_rounds": 1}}, "leave it out"),
        ({"settings": {"width_per": "weight"}}, "leave width_per out"),
        ({"freeze": "some"}, "choose one of features, types, none"),
        ({"source": "nothing-of-this-name"}, "nothing-of-this-name"),
    ],
)
def test_what_cannot_be_transferred_is_refused(
    source: Checkpoint, train: Train, given: dict[str, object], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        train("refused", **{"source": source.path} | given)


def test_only_a_plan_has_a_classifier_of_its_own(source: Checkpoint, data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="npelican cannot start from another run"):
        api.train(data, tmp_path / "run", model="npelican", source=source.path)
