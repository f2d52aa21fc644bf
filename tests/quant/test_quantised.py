"""The quantised model in torch equals the integer reference, bit for bit, at every stage."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgajet.fixed import Rounding, from_real
from fpgajet.ops.integers import FixedArray
from quant.models.npelican.config import Architecture, Bits
from quant.models.npelican.quantised import QuantisedNPelican
from tests.quant.jets import random_jets, random_quantised

CASES = [
    (Architecture(16, 2), Bits()),
    (Architecture(7, 1, beams=1), Bits(inner=Rounding.HALF_EVEN)),
    (Architecture(5, 3), Bits(weight=4, activation=4, dots=10, inner=Rounding.HALF_UP)),
]


@pytest.mark.parametrize(("sizes", "bits"), CASES, ids=lambda value: type(value).__name__)
def test_every_stage_equals_the_integer_reference(sizes: Architecture, bits: Bits) -> None:
    model = random_quantised(sizes, bits)
    network = model.network()
    x = np.concatenate([random_jets(600, sizes.constituents), 1e4 * random_jets(50, sizes.constituents, 7)])
    stages = model.stages(x)
    reference = network.reference(FixedArray(from_real(x, network.input_type), network.input_type.fraction))
    assert list(stages) == list(reference)
    for name, values in stages.items():
        assert np.array_equal(values, reference[name].real), name
        assert np.unique(values).size > (1 if name == "mask" else 8), f"{name} hardly varies"
    assert np.array_equal(model.scores(x), stages["score"][:, 0])


def test_every_stage_fits_24_bits() -> None:
    network = random_quantised(Architecture(16, 2)).network()
    assert {name: kind for name, kind in network.types().items() if kind.bits > 24} == {}
    network.widths()  # raises if an intermediate could exceed what float64 holds


def test_quantised_follows_the_float_model() -> None:
    sizes = Architecture(10, 2)
    fine = Bits(momenta=24, momenta_lsb=2.0**-10, dots=24, row_sum=24, total=24, weight=20, bias=24,
                activation=20, score_weight=20, score_bias=24, score=24)  # fmt: skip
    from tests.quant.jets import random_float

    p = torch.from_numpy(random_jets(300, 10))
    expected = random_float(sizes)(p).detach().numpy()
    found = random_quantised(sizes, fine).scores(p.numpy())
    # What is left is the saturation of the few jets beyond the calibrated ranges.
    assert np.median(np.abs(found - expected)) < 1e-3 * np.std(expected)


def test_every_parameter_gets_a_gradient() -> None:
    model = random_quantised(Architecture(8, 2))
    torch.autograd.backward((model(torch.from_numpy(random_jets(200, 8))) ** 2).sum())
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_tables_follow_the_number_of_constituents() -> None:
    model = random_quantised(Architecture(8, 2))
    table = model.network().nodes[2].tensors["bias"]
    assert table.values.raw.shape == (9, 2)
    assert np.unique(table.values.raw[:, 0]).size > 2


def test_a_new_model_is_refused_nothing_and_scores_zero() -> None:
    trained = random_quantised(Architecture(6, 1))
    fresh = QuantisedNPelican(trained.architecture, trained.types, trained.exponents)
    assert not fresh.scores(random_jets(10, 6)).any()
