"""Two outputs, and powers per channel in the last layer, as published."""

from __future__ import annotations

import copy

import pytest
import torch

from fpgajet.errors import BadInput
from quant.models.families import FAMILIES
from quant.models.loss import logit_loss
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.outputs import with_one_output, with_two_outputs
from quant.models.npelican.scaled import ChannelScaledNPelican, ScaledNPelican
from quant.training.read_settings import read_settings
from tests.quant.jets import random_float, random_jets
from tests.quant.models.test_npelican import assert_equals_plain_formula


@pytest.mark.parametrize(("hidden", "count"), [(1, 14), (2, 26), (3, 38), (10, 122)])
def test_two_outputs_have_12_c_plus_2_parameters(hidden: int, count: int) -> None:
    model = FAMILIES["npelican"].new_float(read_settings(None, ["outputs=2", f"hidden={hidden}"]))
    own = {name: p.numel() for name, p in model.named_parameters() if not name.startswith("norm")}
    assert sum(own.values()) == count


def test_two_outputs_are_trained_apart_and_kept_as_one() -> None:
    torch.manual_seed(3)
    model, p = random_float(Architecture(6, 2)), torch.from_numpy(random_jets(100, 6))
    before = model(p)
    two = with_two_outputs(copy.deepcopy(model))
    torch.testing.assert_close(two(p), before, rtol=1e-12, atol=1e-12)
    torch.autograd.backward(logit_loss(two(p), torch.arange(100.0).remainder(2).double()))
    both = dict(two.named_parameters())["parametrizations.score_weight.original"]
    assert both.shape == (2, 2, 2)
    assert both.grad is not None
    assert both.grad.abs().min() > 0
    with torch.no_grad():
        both += torch.randn_like(both)
    after = two(p)
    one = with_one_output(two)
    assert {name for name, _ in one.named_parameters()} == {name for name, _ in model.named_parameters()}
    torch.testing.assert_close(one(p), after, rtol=1e-12, atol=1e-12)
    assert (after - before).abs().max() > 1e-3


def channel_scaled() -> ChannelScaledNPelican:
    torch.manual_seed(0)
    model = ChannelScaledNPelican(Architecture(8, 3, alpha=True))
    for number in range(5):
        model(torch.from_numpy(random_jets(100, 8, number)))
    return model


def test_powers_per_channel_are_those_of_the_plain_formula() -> None:
    assert_equals_plain_formula(channel_scaled().train(), 8)


def test_equal_powers_are_the_shared_ones() -> None:
    channels = channel_scaled().eval()
    shared = ScaledNPelican(channels.architecture).eval()
    with torch.no_grad():
        channels.score_alpha.copy_(torch.tensor([[0.3], [0.7]]))
    shared.load_state_dict(channels.state_dict() | {"score_alpha": torch.tensor([0.3, 0.7])})
    p = torch.from_numpy(random_jets(50, 8))
    torch.testing.assert_close(channels(p), shared(p), rtol=1e-9, atol=1e-9)


def test_powers_per_channel_are_an_option_of_npelican_n_in_float() -> None:
    settings = read_settings(None, ["alpha=true", "alpha_channels=true", "hidden=3", "alpha_start=means"])
    model = FAMILIES["npelican"].new_float(settings)
    assert isinstance(model, ChannelScaledNPelican)
    assert model.score_alpha.shape == (2, 3)
    assert bool((model.score_alpha[0] < -1).all())
    assert bool((model.score_alpha[1] < 0).all())
    assert settings.only_float is not None
    assert "--until float" in settings.only_float
    with pytest.raises(BadInput, match="needs alpha=true"):
        read_settings(None, ["alpha_channels=true"])
