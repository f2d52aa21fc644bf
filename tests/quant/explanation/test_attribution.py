"""What pairs add to a score sums up to it, exactly, in the integers of the hardware."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.fixed import from_real
from fpgajet.ops.forms import Log, Trigger
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from quant.explanation.attribution import attribute
from quant.explanation.formula import formula_of
from quant.models.npelican.architecture import Architecture
from tests.quant.jets import random_jets, random_quantised

SIZES = [
    Architecture(6, 2),
    Architecture(5, 3, alpha=True),
    Architecture(6, 2, beams=1),
    Architecture(6, 2, symmetric=True),
    Architecture(6, 2, row_sums="momenta"),
    Architecture(6, 2, form=Log()),
    Architecture(6, 2, form=Trigger()),
]


def stages_of(network: Network, jets: int = 200) -> dict[str, FixedArray]:
    features = network.form.features(random_jets(jets, network.input_shape[0]))
    return network.reference(FixedArray(from_real(features, network.input_type), network.input_type.fraction))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_pairs_bias_and_rounding_are_the_score(sizes: Architecture) -> None:
    network = random_quantised(sizes).network()
    stages = stages_of(network)
    found = attribute(network, stages)
    score = stages[network.output.name].real[:, 0]
    total = found.pairs.sum((1, 2)) + found.bias + found.rounding
    assert np.array_equal(total, found.score)
    assert np.array_equal(found.score * found.unit, score)
    assert np.array_equal(found.channels.sum(1), found.pairs.sum((1, 2)))
    assert found.pairs.any()
    output = network.output.operator.output
    inside = np.abs(score) < output.highest * output.lsb  # not saturated
    assert inside.any()
    assert np.abs(found.rounding[inside] * found.unit).max() < output.lsb


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_formula_is_the_hardware_but_for_its_roundings(sizes: Architecture) -> None:
    network = random_quantised(sizes).network()
    stages = stages_of(network)
    pairs = network.nodes[-2]
    d, n = stages[pairs.inputs[0]].real, stages[pairs.inputs[1]].raw.sum(-1)
    score = stages[network.output.name].real[:, 0]
    apart = formula_of(network).scores(d, n) - score
    assert np.median(np.abs(apart)) < 0.5 * score.std()
    assert np.corrcoef(apart + score, score)[0, 1] > 0.8
