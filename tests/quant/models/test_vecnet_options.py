"""VecNet as published where the default is another: the largest message, dropout."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from quant.models.families import FAMILIES
from quant.models.messages.floating import largest
from quant.training.read_settings import read_settings
from quant.training.run import train
from tests.quant.models.test_messages import SMALL, random_float, sample


def test_the_largest_message_is_of_neighbours_and_refused_for_hardware(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x, edges = (
        torch.from_numpy(rng.normal(size=(4, 3, 3, 2))),
        torch.from_numpy(rng.integers(0, 2, (4, 3, 3))),
    )
    edges[0, 0] = 0
    found = largest(x, edges)
    for jet, i, f in itertools.product(range(4), range(3), range(2)):
        sent = [float(x[jet, i, j, f]) for j in range(3) if edges[jet, i, j]]
        assert float(found[jet, i, f]) == max(sent, default=0.0)
    settings = read_settings(None, ["model=vecnet", "aggregation=max", *SMALL])
    model, jets = random_float(settings), sample(5)
    assert float(model(jets.momenta).detach().std()) > 0.01
    same = FAMILIES["vecnet"].new_float(read_settings(None, ["model=vecnet", *SMALL])).eval()
    same.load_state_dict(model.state_dict())
    assert not torch.allclose(same(jets.momenta), model(jets.momenta))
    with pytest.raises(BadInput, match="no operator of the hardware compares messages"):
        FAMILIES["vecnet"].calibrate(model, settings, jets, "small")
    with pytest.raises(BadInput, match="--until float"):
        train(settings, tmp_path, tmp_path / "run", lambda *_: None, name="x")


def test_dropout_is_behind_hidden_layers_in_training_only() -> None:
    given = [
        "model=vecnet",
        "hidden=3",
        "scalar=3",
        "vector=0",
        "iterations=1",
        "final_layers=1",
        "batch_norm=false",
    ]
    settings = read_settings(None, [*given, "dropout=0.5", *SMALL])
    model, p = random_float(settings), sample(5).momenta
    assert model.plan.layers == {"s1_edge1", "s1_node1", "h1_edge1", "h1_node1", "final1"}
    assert torch.equal(model(p), model(p))
    model.train()
    assert not torch.equal(model(p), model(p))
    stages = model.run(p)
    assert all(float((stages[name] == 0).double().mean()) > 0.45 for name in model.plan.layers)
    assert float((stages["score"] == 0).double().mean()) < 0.3, "the score is not dropped"
    with pytest.raises(BadInput, match="Extra inputs"):
        read_settings(None, ["model=lorentznet", "dropout=0.1"])
