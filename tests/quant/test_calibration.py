"""Calibration: placements hold what they are meant to hold, and the search only ever helps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from quant.models.npelican.calibration import calibrate
from quant.models.npelican.config import Architecture, Bits
from quant.models.npelican.folding import Folded, fold
from quant.models.npelican.placement import Observed
from quant.models.npelican.quantised import QuantisedNPelican
from tests.quant.jets import random_float, random_jets

SIZES = Architecture(6, 2)


@pytest.fixture(scope="module")
def jets() -> torch.Tensor:
    return torch.from_numpy(random_jets(800, 6))


def start(folded: Folded, bits: Bits, jets: torch.Tensor) -> QuantisedNPelican:
    observed = Observed(folded, SIZES, jets)
    return observed.build(observed.start(), bits, "x")


def test_first_placement_saturates_almost_nothing(jets: torch.Tensor) -> None:
    folded = fold(random_float(SIZES))
    model = start(folded, Bits(), jets)
    stages = model.stages(jets.numpy())
    assert np.mean(stages["dots"] == model.types.dots.highest * model.types.dots.lsb) < 0.001
    for name, kind in (("dots", model.types.dots), ("pairs", model.types.activation)):
        top = kind.highest * kind.lsb
        assert stages[name].max() > top / 4, f"{name} wastes more than two bits"


def test_search_lowers_the_loss_to_a_minimum(jets: torch.Tensor) -> None:
    model = random_float(SIZES)
    folded = fold(model)
    with torch.no_grad():
        wanted = model(jets)

    def loss(candidate: QuantisedNPelican) -> float:
        with torch.no_grad():
            return float(((candidate(jets) - wanted) ** 2).mean())

    bits = Bits(weight=5, activation=5)
    first = start(folded, bits, jets)
    found = calibrate(folded, SIZES, bits, jets, loss, "x")
    assert loss(found) < 0.7 * loss(first)
    assert found.types.weight.bits == found.types.activation.bits == 5


def test_a_dead_channel_does_not_stop_calibration(jets: torch.Tensor) -> None:
    model = random_float(SIZES)
    with torch.no_grad():
        model.weight[1] = 0
        model.bias[1] = model.diagonal_bias[1] = -1
    folded = fold(model)
    quantised = start(folded, Bits(), jets)
    assert np.isfinite(quantised.scores(jets.numpy())).all()
