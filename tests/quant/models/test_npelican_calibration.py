"""Calibration: placements hold what they are meant to hold, and the search only ever helps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from quant.models.npelican.architecture import Architecture
from quant.models.npelican.bits import Bits
from quant.models.npelican.calibration import calibrate
from quant.models.npelican.folding import Folded, fold
from quant.models.npelican.observed import Observed
from quant.models.npelican.quantised import QuantisedNPelican
from tests.quant.jets import labelled_jets, random_float, random_jets

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


def test_weights_of_rare_numbers_of_constituents_take_no_bits() -> None:
    """(n / M)^-3 makes weights of the one jet with two constituents 27 times as large as those of all others."""
    sizes = Architecture(6, 1, alpha=True)
    model = random_float(sizes)
    with torch.no_grad():
        model.get_parameter("alpha").fill_(-3.0)
        model.get_parameter("score_alpha").fill_(-3.0)
    jets = np.concatenate([labelled_jets(200, 6)[0], labelled_jets(1, 6, 7)[0]])
    jets[-1, 2:] = 0.0
    observed = Observed(fold(model), sizes, torch.from_numpy(jets))
    start = observed.start()
    kind, exponents = observed.build(start, Bits(), "x").types.weight, start.exponents
    usual = np.abs(observed.folded.table("weight")[6] * start.factors[0])
    usual *= 2.0 ** np.array([0, *[exponents.row] * 3, *[exponents.total] * 2])
    assert kind.highest * kind.lsb / 4 < usual.max() <= (kind.highest + 1) * kind.lsb
