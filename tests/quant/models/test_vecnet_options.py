"""VecNet as published where the default is another: the largest in place of the mean, dropout."""

from __future__ import annotations

import pytest
import torch

from fpgajet.errors import BadInput
from fpgajet.ops import NeighbourMax
from quant.arithmetic import TorchArithmetic
from quant.models.families import FAMILIES
from quant.training.read_settings import read_settings
from tests.networks import t
from tests.quant.models.mixtures import SMALL, random_float, sample


def test_the_float_model_takes_the_largest_message_and_the_largest_constituent() -> None:
    settings = read_settings(None, ["model=vecnet", "aggregation=max", "pool=max", *SMALL])
    model, jets = random_float(settings), sample(5)
    stages = model.run(jets.momenta)
    for largest, source, bits in (("s1_mean", "s1_edge1", "edges"), ("pool", "joined", "mask")):
        real = stages[bits][..., None] > 0
        expected = stages[source].masked_fill(~real, -torch.inf).amax(-2)
        expected = torch.where(real.any(-2), expected, torch.zeros_like(expected))
        torch.testing.assert_close(stages[largest], expected, rtol=0, atol=0)
    same = FAMILIES["vecnet"].new_float(read_settings(None, ["model=vecnet", *SMALL])).eval()
    same.load_state_dict(model.state_dict())
    assert not torch.allclose(same(jets.momenta), model(jets.momenta))


def test_gradients_reach_the_largest_message_alone() -> None:
    operator = NeighbourMax(t("ap_fixed<10,5,AP_RND_CONV,AP_SAT>"), 3)
    x = torch.tensor(
        [[[[1.0], [4.0], [2.0]], [[3.0], [2.0], [9.0]], [[1.0], [1.0], [1.0]]]], dtype=torch.float64
    )
    edges = torch.tensor([[[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]], dtype=torch.float64)
    x.requires_grad_()
    y = operator.forward(TorchArithmetic(), [x, edges], {})
    assert y.flatten().tolist() == [4.0, 3.0, 0.0]
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.reshape(3, 3).tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


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
