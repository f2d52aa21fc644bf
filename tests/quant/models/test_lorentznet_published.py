"""LorentzNet: the compact computation against the formula written out, its count of parameters, its symmetries."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from fpgajet.errors import BadInput
from quant.models.families import FAMILIES
from quant.models.lorentznet_published.description import count_parameters
from quant.models.lorentznet_published.floating import BEAMS, METRIC, LorentzNet
from quant.models.lorentznet_published.hyperparameters import PublishedLorentzNetSettings
from quant.training.read_settings import read_settings
from quant.training.run import train
from tests.quant.jets import random_jets


def trained(hidden: int = 3) -> LorentzNet:
    """A model with random batch statistics, in evaluation mode."""
    torch.manual_seed(0)
    model = LorentzNet(hidden)
    for number in range(20):
        model(torch.from_numpy(random_jets(100, 6, number)))
    return model.eval()


def slowly(model: LorentzNet, jet: Tensor, nodes: int | None = None) -> float:
    """One jet [N, 4], one pair after the other, in evaluation mode; mean over ``nodes``, or over the real ones."""
    q = [*BEAMS, *(p.double() for p in jet if p[0] != 0)]
    dot = [[float((a * METRIC * b).sum()) for b in q] for a in q]

    def psi(z: float) -> float:
        return float(torch.sign(torch.tensor(z)) * torch.log(torch.tensor(abs(z) + 1)))

    mass = [abs(dot[i][i]) ** 0.5 for i in range(len(q))]
    s = torch.tensor([[0.0, m] if i < 2 else [m, 0.0] for i, m in enumerate(mass)])
    h = model.embedding(s)
    after = []
    for i in range(len(q)):
        total = torch.zeros_like(h[0])
        for j in range(len(q)):
            if i == j:
                continue
            apart = float(((q[i] - q[j]) ** 2 * METRIC).sum())
            edge = torch.cat([h[i], h[j], torch.tensor([psi(apart), psi(dot[i][j])])])
            e = torch.relu(model.edge_norm(model.edge_in(edge)[None]))
            e = torch.relu(model.edge_out(e))[0]
            total = total + e * torch.sigmoid(model.gate(e))
        after.append(h[i] + model.node(torch.cat([h[i], total, s[i]])[None])[0])
    logits = model.decoder(torch.stack(after).sum(0) / (nodes or len(after)))
    return float(logits[1] - logits[0]) / 2


def test_scores_equal_the_formula_written_out() -> None:
    model = trained()
    jets = torch.from_numpy(random_jets(12, 6))
    with torch.no_grad():
        scores = model(jets)
        slow = torch.tensor([slowly(model, jet) for jet in jets], dtype=torch.float64)
    assert scores.std() > 1e-3
    torch.testing.assert_close(scores, slow, rtol=1e-4, atol=1e-5)


def test_the_published_mean_is_over_padded_nodes_too() -> None:
    model, jets = trained(), torch.from_numpy(random_jets(12, 6))
    real = model(jets).detach()
    model.pool = "padded"
    with torch.no_grad():
        scores = model(jets)
        slow = torch.tensor([slowly(model, jet, nodes=8) for jet in jets], dtype=torch.float64)
    torch.testing.assert_close(scores, slow, rtol=1e-4, atol=1e-5)
    full = (jets[:, :, 0] != 0).all(1)
    torch.testing.assert_close(scores[full], real[full], rtol=1e-6, atol=1e-7)
    assert float((scores - real)[~full].abs().max()) > 1e-3
    settings = read_settings(None, ["model=lorentznet-published", "preset=paper-network"])
    assert FAMILIES["lorentznet-published"].new_float(settings).pool == "padded"


def test_hardware_does_not_average_over_padded_nodes() -> None:
    with pytest.raises(BadInput, match="contains the two beams"):
        read_settings(None, ["model=lorentznet", "pool=padded"])


def test_padding_and_order_change_nothing() -> None:
    model = trained()
    p = torch.from_numpy(random_jets(40, 6))
    padded = torch.cat([p, torch.zeros(40, 3, 4)], 1)
    torch.testing.assert_close(model(p), model(padded), rtol=1e-5, atol=1e-6)
    full = p[(p[:, :, 0] != 0).all(1)]
    torch.testing.assert_close(model(full), model(full.flip(1)), rtol=1e-4, atol=1e-5)


def test_scores_are_invariant_under_rotations_around_the_beams() -> None:
    model = trained()
    p = torch.from_numpy(random_jets(40, 6)).double()
    turned = p.clone()
    turned[..., 1], turned[..., 2] = -p[..., 2], p[..., 1]
    torch.testing.assert_close(model(p), model(turned), rtol=1e-4, atol=1e-5)


def test_120_parameters() -> None:
    for hidden, count in [(3, 120), (5, 268)]:
        assert count_parameters(hidden) == sum(p.numel() for p in LorentzNet(hidden).parameters()) == count


def test_every_parameter_gets_a_gradient() -> None:
    torch.manual_seed(0)
    model = LorentzNet(4)
    torch.autograd.backward((model(torch.from_numpy(random_jets(100, 6))) ** 2).sum())
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


def test_quantised_training_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--until float"):
        train(PublishedLorentzNetSettings(), tmp_path, tmp_path / "run", lambda *_: None, name="x")


def test_dropout_of_the_decoder_acts_in_training_only() -> None:
    settings = read_settings(None, ["model=lorentznet-published", "preset=paper-dropout", "hidden=8"])
    assert settings.decoder_dropout == 0.2
    torch.manual_seed(0)
    model, p = FAMILIES["lorentznet-published"].new_float(settings), torch.from_numpy(random_jets(50, 5))
    model(p)
    model.eval()
    assert torch.equal(model(p), model(p))
    model.decoder.train()
    assert torch.equal(model(p), model(p)), "the switch is that of the whole model"
    model.training = True  # norms stay in evaluation mode, so that nothing but dropout differs
    assert not torch.equal(model(p), model(p))
