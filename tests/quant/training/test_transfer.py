"""``--from``: features of another run, kept bit for bit or trained on, and a classifier from scratch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from fpgajet import api
from fpgajet.errors import BadInput
from fpgajet.pipeline.jets import shipped_sample
from quant.checkpoint import Checkpoint, open_checkpoint
from quant.data import read_jets, write_jets

SIZES = {"width": 4, "blocks": 1, "constituents": 5}
SHORT = {"float_epochs": 2, "quantised_epochs": 1, "screen_epochs": 0, "calibration_sweeps": 0, "batch": 32}
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
    assert found.config.model.types == source.config.model.types  # type: ignore[attr-defined]
    recorded = found.config.training.settings["transfer"]
    assert recorded == {
        "name": "toy", "weights_sha256": source.config.weights_sha256, "freeze": "features"
    }  # fmt: skip


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
        ({"freeze": "some"}, "choose one of features, none"),
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
