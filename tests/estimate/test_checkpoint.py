"""A checkpoint is estimated without torch, from the very network that torch would build."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate import estimate
from quant.checkpoint import load_model, open_checkpoint, save_checkpoint
from quant.checkpoint_network import network_of
from quant.models.npelican.architecture import Architecture
from tests.quant.jets import random_float, random_quantised


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    sizes = Architecture(6, 2, 1)
    model, quantised = random_float(sizes), random_quantised(sizes)
    numbers = {"auc": 0.9}
    description = {
        "name": "small", "architecture": "npelican",
        "model": {
            "constituents": 6, "hidden": 2, "beams": 1, "nbar": 49.0,
            "types": quantised.types.to_json(), "exponents": vars(quantised.exponents),
        },
        "parameters": sizes.parameters, "parameters_absorbed": sizes.parameters_absorbed,
        "training": {"command": "fpgajet train", "seed": 1, "settings": {}, "versions": {}, "data": {}},
        "metrics": {"sample": "test", "float": numbers, "quantised": numbers, "mass_cut": numbers},
    }  # fmt: skip
    tensors = {f"float.{k}": t for k, t in model.state_dict().items()}
    tensors |= {f"quantised.{k}": t for k, t in quantised.state_dict().items()}
    return save_checkpoint(tmp_path / "small", description, tensors).path


def test_same_network(checkpoint: Path) -> None:
    opened = open_checkpoint(checkpoint)
    light, full = network_of(opened), load_model(opened).network()
    assert (light.name, light.input_shape, light.types()) == (full.name, full.input_shape, full.types())
    for ours, theirs in zip(light.nodes, full.nodes, strict=True):
        assert (ours.name, ours.operator, ours.inputs) == (theirs.name, theirs.operator, theirs.inputs)
        assert ours.tensors.keys() == theirs.tensors.keys()
        for name, tensor in ours.tensors.items():
            assert tensor.type == theirs.tensors[name].type
            assert np.array_equal(tensor.values.raw, theirs.tensors[name].values.raw)
    xcvu9p = part("xcvu9p")
    assert estimate(light, xcvu9p, 200) == estimate(full, xcvu9p, 200)


def test_damage(checkpoint: Path) -> None:
    opened = open_checkpoint(checkpoint)
    (checkpoint / "weights.safetensors").write_bytes(b"no")
    with pytest.raises(BadInput, match="truncated"):
        network_of(opened)
