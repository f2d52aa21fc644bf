"""The compiled loop over pairs is the plain formula, with the same entries dropped."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
import torch
from torch import Tensor

from fpgajet.errors import BadInput, MissingTool
from quant.models.npelican import compiled
from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.npelican.compiled import CompiledScores, compiled_scores, library
from quant.models.npelican.new_model import new_model
from quant.models.npelican.plain import plain_scores
from quant.training.read_settings import read_settings
from tests.quant.jets import random_float, random_jets

JETS, SEED = 40, 77


def kept(seed: int, dropout: float, jets: int, layer: int, n: int) -> Tensor:
    """Which entries of a layer the loop keeps, [jets, n, n]."""
    found = np.zeros((jets, n, n), np.uint8)
    for jet in range(jets):
        numbers = (ctypes.c_int64(value) for value in (jet, layer, n))
        at = ctypes.c_void_p(found[jet].ctypes.data)
        library().npelican_kept(ctypes.c_uint64(seed), ctypes.c_double(dropout), *numbers, at)
    return torch.from_numpy(found).double()


@pytest.mark.parametrize("dropout", [0.0, 0.2])
@pytest.mark.parametrize(
    "sizes", [Architecture(20, 2), Architecture(15, 3, beams=1, alpha=True, jet=True)], ids=str
)
def test_scores_gradients_and_statistics_are_those_of_the_plain_formula(
    sizes: Architecture, dropout: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = [kept(SEED, dropout, JETS, k, sizes.slots) / (1 - dropout) for k in range(sizes.hidden + 1)]
    masks = [layers[0][..., None], torch.stack(layers[1:], -1)]
    monkeypatch.setattr("quant.models.npelican.plain.functional.dropout", lambda x, *_: x * masks.pop(0))
    plain, loop = (random_float(sizes).train() for _ in range(2))
    p = torch.from_numpy(random_jets(JETS, sizes.constituents))
    expected, found = plain_scores(plain, p.double(), dropout), compiled_scores(loop, p, dropout, SEED)
    assert len(masks) == (0 if dropout else 2)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    for scores in (expected, found):
        torch.autograd.backward(torch.sigmoid(scores).square().sum())
    largest = max(float(q.grad.abs().max()) for q in plain.parameters() if q.grad is not None)
    for (name, one), two in zip(plain.named_parameters(), loop.parameters(), strict=True):
        assert one.grad is not None, name
        assert two.grad is not None, name
        torch.testing.assert_close(two.grad, one.grad, rtol=1e-4, atol=1e-6 * largest)
    for one, two in zip(plain.buffers(), loop.buffers(), strict=True):
        torch.testing.assert_close(two, one, rtol=1e-5, atol=1e-6)


def test_as_many_entries_are_dropped_as_asked_for_and_independently() -> None:
    dropout, jets, n = 0.1, 200, 20
    dropped = 1 - torch.stack([kept(SEED, dropout, jets, layer, n) for layer in range(3)]).flatten(1)
    count = dropped.shape[1]
    error = (dropout * (1 - dropout) / count) ** 0.5
    assert ((dropped.mean(1) - dropout).abs() < 5 * error).all()
    other = 1 - kept(SEED + 1, dropout, jets, 0, n).flatten()
    by_pair = dropped[0].reshape(jets, n * n)
    pairs = [(dropped[0], dropped[1]), (dropped[1], dropped[2]), (dropped[0], other)]
    pairs += [
        (by_pair[:-1].flatten(), by_pair[1:].flatten()),
        (by_pair[:, :-1].flatten(), by_pair[:, 1:].flatten()),
    ]
    for one, two in pairs:
        both, expected = float((one * two).mean()), dropout**2
        assert abs(both - expected) < 5 * (expected / len(one)) ** 0.5


def test_dropout_acts_in_training_only_and_follows_torchs_generator() -> None:
    model = new_model(Architecture(6, 2, alpha=True), NBAR, dropout=0.2, compiled=True)
    p = torch.from_numpy(random_jets(100, 6))
    found = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        found.append(model.train()(p).detach())
    assert torch.equal(found[0], found[1])
    assert (found[0] - found[2]).abs().max() > 1e-3
    model.eval()
    assert torch.equal(model(p), model(p))
    model.all_scores = None
    torch.testing.assert_close(model(p), CompiledScores(model)(p), rtol=1e-5, atol=1e-6)


def test_empty_jets_and_other_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    model = new_model(Architecture(6, 1), NBAR, compiled=True).eval()
    p = torch.from_numpy(random_jets(3, 6))
    p[1] = 0
    assert model(p)[1].isfinite()
    torch.testing.assert_close(model(p)[::2], model(p[::2]))
    with pytest.raises(BadInput, match="CPU"):
        model(p.to("meta"))
    library.cache_clear()
    monkeypatch.setattr(compiled, "COMPILER", "no-such-compiler")
    with pytest.raises(MissingTool, match="compiled=true"):
        new_model(Architecture(6, 1), NBAR, compiled=True)


def test_the_setting_reaches_the_model() -> None:
    from quant.training.float_phase import new_model as of_settings

    for value in (False, True):
        settings = read_settings(None, ["preset=paper", f"compiled={str(value).lower()}", "constituents=6"])
        assert (of_settings(settings, 0).all_scores is not None) == value
