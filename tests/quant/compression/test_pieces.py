"""What is pruned: the smallest weights and the least harmful pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from quant.compression.magnitude import pruned, smallest
from quant.compression.pieces import is_gone, least_harmful, masks, without, zeros_of
from quant.models.families import FAMILIES
from quant.models.loss import logit_loss
from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.structure import Structure
from quant.training.data import load_sample
from quant.training.fit import evaluate
from quant.training.float_phase import new_model
from quant.training.sparsity import Sparsity
from tests.quant.compression.small_compression import NPELICAN, SMALL
from tests.quant.jets import (
    random_float,
    random_jets,
    random_quantised,
)


@pytest.mark.parametrize("alpha", [False, True])
def test_a_removed_channel_is_a_channel_of_zeros(alpha: bool) -> None:
    sizes = Architecture(5, 3, alpha=alpha)
    chosen = SMALL.model_copy(update={"hidden": 3, "alpha": alpha, "nbar": NBAR})
    model = random_float(sizes)
    jets = torch.from_numpy(random_jets(200, 5))
    pieces = NPELICAN.removable(chosen, Structure.CHANNELS)
    assert [piece.name for piece in pieces] == ["channel 0", "channel 1", "channel 2"]
    smaller, fewer = without(model, pieces[1], chosen)
    assert fewer.hidden == 2  # type: ignore[attr-defined]
    Sparsity(masks(pieces[1])).apply(model)
    with torch.no_grad():
        assert torch.allclose(smaller.eval()(jets), model(jets), rtol=1e-6, atol=1e-6)
    assert float(model(jets).detach().std()) > 0


def test_the_least_harmful_piece_is_found(data: Path) -> None:
    model = random_float(Architecture(5, 3))
    with torch.no_grad():
        model.score_weight[2] *= 1e-6
    chosen, sample = SMALL.model_copy(update={"hidden": 3, "nbar": NBAR}), load_sample(data / "val.h5", 5)
    pieces, names = NPELICAN.removable(chosen, Structure.CHANNELS), ("weight", "score_weight")
    before = float(logit_loss(evaluate(model, sample.momenta), sample.label))
    losses = {}
    for piece in pieces:
        smaller, _ = without(model, piece, chosen)
        losses[piece.name] = float(logit_loss(evaluate(smaller, sample.momenta), sample.label))
    assert losses["channel 2"] == pytest.approx(before, abs=1e-5)
    found = least_harmful(model, pieces, sample, names)
    assert losses[found.name] == min(losses.values())
    Sparsity(masks(found)).apply(model)
    assert is_gone(model, found)
    assert least_harmful(model, pieces, sample, names) is not found, "it is gone already"
    for piece in pieces:
        Sparsity(masks(piece)).apply(model)
    with pytest.raises(BadInput, match="nothing is left"):
        least_harmful(model, pieces, sample, names)


def test_the_smallest_weights_go_first_and_tied_ones_together() -> None:
    model = random_quantised(Architecture(5, 2))
    labels = NPELICAN.prunable(SMALL)
    with torch.no_grad():
        model.weight.copy_(torch.arange(1, 13).reshape(2, 6) / 20)
        model.score_weight.copy_(torch.tensor([[0.9, -0.001], [0.8, 0.95]]))
    found = smallest(model, labels, 4 / 16)
    assert np.argwhere(found["weight"]).tolist() == [[0, 0], [0, 1], [0, 2]]
    assert np.argwhere(found["score_weight"]).tolist() == [[0, 1]]
    everything = smallest(model, labels, 0.999)
    assert sum(int((~mask).sum()) for mask in everything.values()) == 2, "the largest of each tensor stays"
    tied = NPELICAN.prunable(SMALL.model_copy(update={"symmetric": True, "unit_pair_weight": True}))
    assert (tied["weight"][:, 0] == 0).all()
    found = smallest(model, tied, 2 / 13)
    assert (found["weight"][:, 2] == found["weight"][:, 3]).all()
    assert not found["weight"][:, 0].any()
    assert pruned(model, labels) == 1, "0.001 rounds to zero"


def test_pieces_of_other_networks() -> None:
    vecnet, lorentz = FAMILIES["vecnet"], FAMILIES["lorentznet"]
    settings = vecnet.settings(constituents=4, scalar=2, vector=1, hidden=2)
    labels = vecnet.prunable(settings)
    numbers = np.concatenate([label.ravel() for label in labels.values()])
    assert len(np.unique(numbers)) == len(numbers)
    assert numbers.min() == 1
    model = new_model(settings, 0)
    piece = next(p for p in vecnet.removable(settings, Structure.CHANNELS) if p.name == "s1_edge1 channel 1")
    smaller, same = without(model, piece, settings)
    assert same is settings
    assert is_gone(smaller, piece)
    held = zeros_of(settings, smaller)
    assert all(bool(held[name][zero].all()) for name, zero in masks(piece).items())
    assert not held["s1_edge1_bias"][0], "a bias that no piece owns may move, though it starts at zero"
    names = [p.name for p in lorentz.removable(lorentz.settings(hidden=3), Structure.CHANNELS)]
    assert {"e1 channel 0", "h2 channel 2", "d1 channel 1"} <= set(names)
    assert not any(name.startswith(("gate_raw", "score")) for name in names), (
        "0 before a sigmoid is 1/2 behind it"
    )
    with pytest.raises(BadInput, match="one aggregator"):
        vecnet.removable(settings, Structure.AGGREGATORS)
    with pytest.raises(BadInput, match="of one channel"):
        NPELICAN.removable(SMALL.model_copy(update={"hidden": 1}), Structure.CHANNELS)
    with pytest.raises(BadInput, match="has no channels"):
        FAMILIES["lorentznet-published"].removable(None, Structure.CHANNELS)


def test_s_i_and_s_j_are_one_aggregator_of_a_symmetric_model() -> None:
    names = [p.name for p in NPELICAN.removable(SMALL, Structure.AGGREGATORS)]
    assert len(names) == 8
    tied = SMALL.model_copy(update={"symmetric": True, "unit_pair_weight": True})
    fewer = {p.name: p for p in NPELICAN.removable(tied, Structure.AGGREGATORS)}
    assert len(fewer) == 6
    assert np.flatnonzero(fewer["S_i and S_j"].zero["weight"][0]).tolist() == [2, 3]
