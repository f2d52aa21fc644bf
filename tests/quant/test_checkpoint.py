"""Checkpoints: round trip, and one clear message for every kind of damage."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint, load_float_model, load_model, open_checkpoint, save_checkpoint
from quant.models.npelican.architecture import Architecture
from quant.zoo import describe, resolve
from tests.quant.jets import random_float, random_jets, random_quantised

SIZES = Architecture(6, 2)
NUMBERS = {"auc": 0.9, "accuracy": 0.8, "inverse_background_efficiency_30": None}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    model, quantised = random_float(SIZES), random_quantised(SIZES)
    description = {
        "name": "small", "architecture": "npelican",
        "model": {
            "constituents": 6, "hidden": 2, "beams": 0, "nbar": 49.0,
            "types": quantised.types.to_json(), "exponents": vars(quantised.exponents),
        },
        "parameters": 21, "parameters_absorbed": 22,
        "training": {"command": "fpgajet train", "seed": 1, "settings": {}, "versions": {}, "data": {}},
        "metrics": {"sample": "test", "float": NUMBERS, "quantised": NUMBERS, "mass_cut": {"auc": 0.8}},
    }  # fmt: skip
    tensors = {f"float.{k}": t for k, t in model.state_dict().items()}
    tensors |= {f"quantised.{k}": t for k, t in quantised.state_dict().items()}
    return save_checkpoint(tmp_path_factory.mktemp("checkpoints") / "small", description, tensors)


@pytest.fixture
def copy(saved: Checkpoint, tmp_path: Path) -> Path:
    shutil.copytree(saved.path, tmp_path / "copy")
    return tmp_path / "copy"


def test_round_trip(saved: Checkpoint) -> None:
    opened = open_checkpoint(saved.path)
    x = random_jets(100, 6)
    assert opened.config == saved.config
    assert np.array_equal(load_model(opened).scores(x), random_quantised(SIZES).scores(x))
    expected = random_float(SIZES)
    import torch

    assert np.array_equal(load_float_model(opened).scores(x), expected(torch.from_numpy(x)).detach().numpy())
    assert load_model(opened).network().name == "small"
    assert [node.name for node in load_model(opened).network().nodes] == ["mask", "dots", "pairs", "score"]


def test_hash_follows_both_files(saved: Checkpoint, copy: Path) -> None:
    assert open_checkpoint(copy).sha256() == saved.sha256()
    edit(copy, name="other")
    assert open_checkpoint(copy).sha256() != saved.sha256()


def test_opening_and_listing_import_no_torch(saved: Checkpoint) -> None:
    code = (
        "import sys; from quant.checkpoint import open_checkpoint; from quant import zoo; "
        f"open_checkpoint({str(saved.path)!r}); zoo.entries(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_run_directory_stands_where_a_zoo_name_does(saved: Checkpoint) -> None:
    assert resolve(saved.path) == saved.path
    entry = describe(saved.path)
    counts = [entry[key] for key in ("parameters", "parameters_absorbed", "parameters_published")]
    assert counts == [31, 29, 21], (
        "a checkpoint that states the published counts is read with those of this version"
    )
    with pytest.raises(BadInput, match=r"no model 'nonsense'.*npelican"):
        resolve("nonsense")
    with pytest.raises(BadInput, match="has not finished"):
        resolve(saved.path.parent)


def edit(path: Path, **changes: Any) -> None:
    content = json.loads((path / "model.json").read_text())
    (path / "model.json").write_text(json.dumps(content | changes))


def edit_model(path: Path, **changes: Any) -> None:
    content = json.loads((path / "model.json").read_text())
    edit(path, model=content["model"] | changes)


def other_hidden(path: Path) -> None:
    edit_model(path, hidden=3)
    edit(path, parameters=31, parameters_absorbed=31)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


DAMAGE = {
    "no description": (lambda p: (p / "model.json").unlink(), "not a checkpoint"),
    "truncated description": (lambda p: truncate(p / "model.json"), "not valid JSON"),
    "a list": (lambda p: (p / "model.json").write_text("[]"), "schema version None"),
    "later version": (lambda p: edit(p, schema_version=1), "schema version 1"),
    "unknown key": (lambda p: edit(p, dropout=0.1), "dropout"),
    "unknown key of the family": (lambda p: edit_model(p, width=3), "width"),
    "unknown architecture": (lambda p: edit(p, architecture="gnn"), "architecture"),
    "bad type": (lambda p: edit_model(p, types={"momenta": "ap_fixed<16>"}), "types must be exactly"),
    "wrong count": (lambda p: edit(p, parameters=7), "parameter counts"),
    "no weights": (lambda p: (p / "weights.safetensors").unlink(), "lacks weights.safetensors"),
    "truncated weights": (lambda p: truncate(p / "weights.safetensors"), "truncated"),
    "other hidden": (other_hidden, "has shape"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_gives_one_clear_message(case: str, copy: Path) -> None:
    damage, message = DAMAGE[case]
    damage(copy)
    with pytest.raises(BadInput, match=message):
        load_model(open_checkpoint(copy))


def test_missing_tensors_are_named(saved: Checkpoint, tmp_path: Path) -> None:
    description = saved.config.model_dump(by_alias=True)
    del description["schema_version"], description["weights_sha256"]
    tensors = {f"quantised.{k}": t for k, t in random_quantised(SIZES).state_dict().items()}
    tensors.pop("quantised.bias")
    checkpoint = save_checkpoint(tmp_path / "less", description, tensors)
    with pytest.raises(BadInput, match=r"tensor quantised\.bias has shape nothing"):
        load_model(checkpoint)
