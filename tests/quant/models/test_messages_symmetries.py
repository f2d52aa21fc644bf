"""Symmetries of all families with a plan: order of constituents, empty slots, rotations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgajet.fixed import from_real
from fpgajet.ops.forms import Aligned
from fpgajet.ops.integers import FixedArray
from quant.models.families import FAMILIES
from quant.models.scoring import seen_momenta
from quant.training.read_settings import read_settings
from tests.quant.jets import as_read, random_jets
from tests.quant.models.mixtures import MIXTURES, SMALL, random_float, sample, settings_of


def test_empty_slots_change_nothing() -> None:
    settings = settings_of("semi-equivariant")
    model = random_float(settings)
    longer = read_settings(None, [*MIXTURES["semi-equivariant"], "constituents=8"])
    wide = FAMILIES["vecnet"].new_float(longer).eval()
    wide.load_state_dict(model.state_dict())
    x = seen_momenta(settings.form, random_jets(200, 5))
    padded = np.concatenate([x, np.zeros((200, 3, 4), np.float32)], 1)
    difference = (model(torch.from_numpy(x)) - wide(torch.from_numpy(padded))).abs().max()
    assert float(difference.detach()) < 1e-5


@pytest.mark.parametrize(
    "given",
    [
        MIXTURES["equivariant"],
        [*MIXTURES["equivariant"], 'features=["z0"]'],
        [*MIXTURES["lorentznet"], 'features=["z0","charge"]'],
    ],
    ids=["vecnet", "vecnet with features", "lorentznet with features"],
)
def test_scores_of_scalars_alone_do_not_turn_with_the_jet(given: list[str]) -> None:
    """Momenta as they come, no hidden features: rotations about the beam leave scores as they are."""
    settings = read_settings(None, [*given, *SMALL, "input.form=momenta"])
    model = random_float(settings)
    x = as_read(settings.form, random_jets(200, 5))
    angle = 0.7
    turned = x.copy()
    turned[..., 1] = np.cos(angle) * x[..., 1] - np.sin(angle) * x[..., 2]
    turned[..., 2] = np.sin(angle) * x[..., 1] + np.cos(angle) * x[..., 2]
    first, second = (model(torch.from_numpy(p)).detach() for p in (x, turned))
    assert float((first - second).abs().median()) < 0.02 * float(first.std())
    if settings.form.feature_names:
        other = np.concatenate([x[..., :4], -x[..., 4:]], -1)
        changed = model(torch.from_numpy(other)).detach()
        assert float((first - changed).abs().median()) > 0.1 * float(first.std())


def test_aligned_momenta_keep_their_products() -> None:
    x = random_jets(100, 6)
    turned = Aligned().features(x).astype(np.float64)
    metric = np.array([1.0, -1.0, -1.0, -1.0])
    before, after = (np.einsum("bim,bjm->bij", p * metric, p) for p in (x.astype(np.float64), turned))
    assert np.allclose(before, after, rtol=1e-4, atol=0.2)
    axis = turned.sum(1)
    assert np.abs(axis[:, 2]).max() < 1e-2
    assert np.abs(axis[:, 2:]).mean() < np.abs(x.sum(1)[:, 2:]).mean()
    assert (turned[x[..., 0] == 0] == 0).all()


@pytest.mark.parametrize(
    "mixture",
    [
        "deep sets",
        "deep sets, largest",
        "interaction",
        "jedi-linear",
        "jedi-linear, merged",
        "event-gnn",
        "event-gat",
    ],
)
def test_the_order_of_constituents_changes_nothing(mixture: str) -> None:
    """Bit for bit: sums of integers do not depend on their order, and empty slots may be anywhere."""
    settings = settings_of(mixture)
    model, jets = random_float(settings), sample(settings.constituents, settings.form)
    network = FAMILIES[settings.model].calibrate(model, settings, jets, "small").network()
    features = network.form.features(as_read(settings.form, random_jets(300, settings.constituents)))
    order = np.argsort(np.random.default_rng(1).random(features.shape[:2]), 1)
    mixed = np.take_along_axis(features, order[..., None], 1)
    kind = network.input_type
    first, second = (
        network.reference(FixedArray(from_real(x, kind), kind.fraction)) for x in (features, mixed)
    )
    assert np.array_equal(first["score"].raw, second["score"].raw)
    assert len(np.unique(first["score"].raw)) > 50


@pytest.mark.parametrize("mixture", ["event-gnn", "event-gat"])
def test_empty_objects_contribute_nothing(mixture: str) -> None:
    """Whatever the numbers in an empty slot are beside log pT: the score is that of the event without the slot."""
    settings = settings_of(mixture)
    jets = sample(settings.constituents, settings.form)
    network = FAMILIES[settings.model].calibrate(random_float(settings), settings, jets, "small").network()
    features = network.form.features(as_read(settings.form, random_jets(300, settings.constituents)))
    noise = np.random.default_rng(5).integers(-100, 100, features.shape)
    empty = features[..., 0] == 0
    other = np.where(empty[..., None] & (np.arange(features.shape[-1]) > 0), noise, features)
    assert (other != features).any()
    kind = network.input_type
    first, second = (
        network.reference(FixedArray(from_real(x, kind), kind.fraction))["score"].raw
        for x in (features, other)
    )
    some = ~empty.all(1)
    assert np.array_equal(first[some], second[some])
    assert len(np.unique(first)) > 50
