"""VecNet as published: the compact computation against the formula written out, its symmetries, options, counts."""

from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError

from fpgajet.errors import BadInput
from quant.models.families import FAMILIES
from quant.models.vecnet_published import PublishedVecNetSettings
from quant.models.vecnet_published.floating import VecNet
from quant.models.vecnet_published.graphs import nearest
from quant.models.vecnet_published.hyperparameters import PublishedVecNetHyperparameters
from quant.models.vecnet_published.layers import count_parameters
from quant.training.read_settings import read_settings
from tests.quant.jets import random_jets
from tests.quant.models.vecnet_formula import interval, score_of_one_jet

SMALL = {"scalar": 3, "vector": 2, "hidden": 4, "iterations": 3}
OPTIONS = [
    {},
    {"hidden": 0},
    {"scalar": 0, "vector": 0},
    {"vector": 0},
    {"shortcut": "skip", "node_layers": 2},
    {"shortcut": "concat", "node_layers": 0},
    {"aggregation": "sum", "batch_norm": False},
    {"aggregation": "max", "activation": "silu"},
    {"layer_norm": True, "activation": "tanh"},
    {"psi_layers": 3, "psi_end": "none", "edge_layers": 3},
    {"scalar_inputs": "jet", "hidden_messages": "scalars", "shortcut": "concat"},
    {"graph": "static", "neighbours": 3, "final_layers": 0},
    {"graph": "dynamic", "neighbours": 3, "final_layers": 2},
]


def model_of(**options: object) -> VecNet:
    """A model with random batch statistics, in evaluation mode."""
    torch.manual_seed(0)
    model = VecNet(PublishedVecNetHyperparameters.model_validate(SMALL | options))
    for number in range(3):
        model(torch.from_numpy(random_jets(60, 6, number)))
    return model.eval()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_scores_equal_the_formula_written_out(options: dict[str, object]) -> None:
    model = model_of(**options)
    jets = torch.from_numpy(random_jets(8, 6, 77))
    jets = jets[jets[:, :, 0].any(1)]
    with torch.no_grad():
        scores = model(jets)
        slow = torch.tensor([score_of_one_jet(model, jet) for jet in jets], dtype=torch.float64)
    assert scores.std() > 1e-4
    torch.testing.assert_close(scores, slow, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_padding_and_order_change_nothing_and_every_parameter_gets_a_gradient(
    options: dict[str, object],
) -> None:
    model, p = model_of(**options), torch.from_numpy(random_jets(30, 6))
    padded = torch.cat([p, torch.zeros(30, 2, 4)], 1)
    torch.testing.assert_close(model(p), model(padded), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model(p), model(padded.flip(1)), rtol=1e-3, atol=1e-4)
    torch.autograd.backward((model.train()(p) ** 2).sum())
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


@pytest.mark.parametrize("graph", ["full", "static", "dynamic"])
def test_without_hidden_channels_scores_are_lorentz_invariant(graph: str) -> None:
    model = model_of(hidden=0, graph=graph, neighbours=3, scalar_inputs="jet")
    p = torch.from_numpy(random_jets(30, 6)).double()
    gamma, beta = 1.25, 0.6
    boosted = p.clone()
    boosted[..., 0] = gamma * (p[..., 0] + beta * p[..., 1])
    boosted[..., 1] = gamma * (p[..., 1] + beta * p[..., 0])
    turned = boosted[..., [0, 2, 3, 1]]
    torch.testing.assert_close(model(p), model(turned), rtol=1e-4, atol=1e-5)
    assert float((model_of(graph=graph)(p) - model_of(graph=graph)(turned)).abs().max().detach()) > 1e-4


def test_the_nearest_are_nearest_in_the_spacetime_interval() -> None:
    p = torch.from_numpy(random_jets(20, 8)).double()
    real = p[:, :, 0] != 0
    found = nearest(p[:, :, None], real, 3)
    for jet in range(len(p)):
        for i in range(8):
            others = [j for j in range(8) if j != i and real[jet, i] and real[jet, j]]
            others.sort(key=lambda j: abs(interval(p[jet, i], p[jet, j])))
            assert found[jet, i].nonzero()[:, 0].tolist() == sorted(others[:3])


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_parameters_are_counted_as_they_are(options: dict[str, object]) -> None:
    model = model_of(**options)
    assert count_parameters(model.sizes) == sum(p.numel() for p in model.parameters())
    linear = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    assert count_parameters(model.sizes, norms=False) == sum(
        p.numel() for m in linear for p in m.parameters()
    )


def test_the_papers_networks_are_presets_of_vecnet() -> None:
    """Table 2 has 15k and 633k parameters; the text leaves open what would make them as many."""
    counts = {}
    for preset in ("paper-efficient", "paper-best"):
        settings = read_settings(None, ["model=vecnet", f"preset={preset}"])
        assert isinstance(settings, PublishedVecNetSettings)
        assert settings == read_settings(None, ["model=vecnet-published", f"preset={preset}"])
        counts[preset] = count_parameters(settings, norms=False)
    assert counts == {"paper-efficient": 2041, "paper-best": 432071}
    assert read_settings(None, ["model=vecnet", "preset=paper-best", "dropout=0.2"]).dropout == 0.2


def test_dropout_is_in_the_final_layers_in_training_only() -> None:
    settings = read_settings(None, ["model=vecnet-published", "dropout=0.5", "batch_norm=false"])
    torch.manual_seed(0)
    model, p = FAMILIES["vecnet-published"].new_float(settings), torch.from_numpy(random_jets(50, 5))
    assert not torch.equal(model(p), model(p))
    model.eval()
    assert torch.equal(model(p), model(p))


def test_hardware_is_refused() -> None:
    with pytest.raises(BadInput, match="no quantised form: train it with --until float, or train vecnet"):
        FAMILIES["vecnet-published"].network(None, {}, "x")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"scalar": 0, "hidden": 0, "vector": 0}, "needs scalar or hidden"),
        ({"scalar": 0}, "needs scalar > 0"),
        ({"iterations": 1}, "vectors of the last iteration"),
        ({"graph": "dynamic", "vector": 0}, "graph=static"),
        ({"neighbours": 2}, "greater than or equal to 3"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        PublishedVecNetHyperparameters.model_validate(given)


def test_a_constituent_alone_has_a_score() -> None:
    p = torch.zeros(3, 4, 4)
    p[:, 0, 0] = p[:, 0, 3] = 10.0
    for options in OPTIONS:
        assert all(math.isfinite(x) for x in model_of(**options)(p).tolist())
