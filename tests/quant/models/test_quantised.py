"""The quantised model in torch equals the integer reference, bit for bit, at every stage."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgajet.fixed import FixedType, Overflow, Rounding, from_real
from fpgajet.ops.forms import InputForm, Log, Trigger
from fpgajet.ops.integers import FixedArray
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.bits import Bits
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.models.npelican.quantised import QuantisedNPelican
from quant.models.npelican.wiring import powers_of_two
from quant.models.scoring import FloatModel
from quant.models.wiring import full_scale
from tests.quant.jets import random_float, random_jets, random_quantised

TRIGGER = Trigger(pt_lsb=0.5, pt_bits=9, angle_steps=100, angle_bits=7)
LOG = Log(pt_lsb=0.25, pt_bits=6, steps=5, angle_steps=100, angle_bits=7)
CASES = [
    (Architecture(16, 2), Bits()),
    (Architecture(7, 1, beams=1), Bits(inner=Rounding.HALF_EVEN)),
    (Architecture(9, 2, alpha=True), Bits()),
    (Architecture(7, 2, scores=3), Bits()),
    (Architecture(6, 2, alpha=True, scores=4), Bits()),
    (Architecture(5, 3), Bits(weight=4, activation=4, dots=10, inner=Rounding.HALF_UP)),
    (Architecture(8, 2, form=TRIGGER, symmetric=True), Bits(address=6, table=9)),
    (Architecture(6, 2, beams=1, row_sums="momenta"), Bits(momenta=12, momenta_lsb=0.5)),
    (Architecture(8, 3, form=LOG, symmetric=True, unit_pair_weight=True), Bits()),
    (Architecture(8, 3, form=LOG, symmetric=True, pairs_below=11), Bits(term=7)),
    (Architecture(6, 2, beams=1), Bits(term=8, inner=Rounding.HALF_EVEN)),
]


@pytest.mark.parametrize(("sizes", "bits"), CASES, ids=lambda value: type(value).__name__)
def test_every_stage_equals_the_integer_reference(sizes: Architecture, bits: Bits) -> None:
    model = random_quantised(sizes, bits)
    network = model.network()
    x = np.concatenate([random_jets(600, sizes.constituents), 1e4 * random_jets(50, sizes.constituents, 7)])
    features = network.form.features(x)
    stages = model.stages(features)
    raw = from_real(features, network.input_type)
    reference = network.reference(FixedArray(raw, network.input_type.fraction))
    assert list(stages) == list(reference)
    for name, values in stages.items():
        assert np.array_equal(values, reference[name].real), name
        assert np.unique(values).size > (1 if name == "mask" else 8), f"{name} hardly varies"
    scores = stages["score"]
    assert np.array_equal(model.scores(x), scores if sizes.scores > 1 else scores[:, 0])


def test_every_stage_fits_24_bits() -> None:
    network = random_quantised(Architecture(16, 2)).network()
    assert {name: kind for name, kind in network.types().items() if kind.bits > 24} == {}
    network.widths()  # raises if an intermediate could exceed what float64 holds


def test_quantised_follows_the_float_model() -> None:
    sizes = Architecture(10, 2)
    fine = Bits(momenta=24, momenta_lsb=2.0**-10, dots=24, row_sum=24, total=24, weight=20, bias=24,
                activation=20, score_weight=20, score_bias=24, score=24)  # fmt: skip
    p = torch.from_numpy(random_jets(300, 10))
    expected = random_float(sizes)(p).detach().numpy()
    found = random_quantised(sizes, fine).scores(p.numpy())
    # What is left is the saturation of the few jets beyond the calibrated ranges.
    assert np.median(np.abs(found - expected)) < 1e-3 * np.std(expected)


@pytest.mark.parametrize("form", [Trigger(angle_bits=10), Log(steps=32, pt_bits=10, angle_bits=10)])
def test_quantised_follows_the_float_model_in_every_form(form: InputForm) -> None:
    fine = Bits(dots=24, row_sum=24, total=24, weight=20, bias=24, activation=20, score_weight=20,
                score_bias=24, score=24, address=8, table=18 if isinstance(form, Trigger) else None)  # fmt: skip
    sizes = Architecture(8, 2, form=form)
    p = random_jets(300, 8)
    expected = FloatModel(random_float(sizes), form).scores(p)
    found = random_quantised(sizes, fine).scores(p)
    # A logarithm in steps of 1/32 is good to a per cent.
    assert np.median(np.abs(found - expected)) < 0.05 * np.std(expected)


def test_symmetric_weights_and_weights_of_one() -> None:
    model = random_quantised(Architecture(8, 3, symmetric=True, unit_pair_weight=True))
    nodes = {node.name: node for node in model.network().nodes}
    weight = nodes["pairs"].tensors["weight"]
    raw = weight.values.raw
    assert nodes["pairs"].operator.symmetric == 1
    np.testing.assert_array_equal(raw[:, 2], raw[:, 3])
    assert all(abs(int(w)).bit_count() == 1 for w in raw[:, 0])
    # The frozen weights are those of the float model: only channels were scaled.
    shadow = model.get_parameter("weight")[:, 0].detach().numpy() * full_scale(weight.type)
    assert shadow == pytest.approx(raw[:, 0] * weight.type.lsb)
    torch.autograd.backward((model(torch.from_numpy(random_jets(200, 8))) ** 2).sum())
    gradient = model.get_parameter("weight").grad
    assert gradient is not None
    assert (gradient[:, 0] == 0).all()
    assert torch.equal(gradient[:, 2], gradient[:, 3])


def test_powers_of_two_stay_in_their_type() -> None:
    kind = FixedType(True, 6, 3, overflow=Overflow.SAT_SYM)
    found = powers_of_two(np.array([0.0, 0.01, -0.6, 1.5, 100.0, -100.0]), kind)
    assert found.tolist() == [0.125, 0.125, -0.5, 2.0, 2.0, -2.0]
    assert (from_real(found, kind) * kind.lsb == found).all()


def test_what_no_operator_leaves_out_or_rounds_is_refused() -> None:
    with pytest.raises(
        ValueError, match="pairs_below is 0 or at least 2 and needs the input form log or puppi"
    ):
        Architecture(8, 2, form=TRIGGER, pairs_below=9)
    with pytest.raises(ValueError, match="pairs_below is 0 or at least 2"):
        Architecture(8, 2, form=LOG, pairs_below=1)
    for sizes in ({"alpha": True}, {"row_sums": "momenta"}):
        with pytest.raises(ValueError, match=r"bits\.term.* needs row_sums=dots and no alpha"):
            NPelicanSettings(bits=Bits(term=8), constituents=6, **sizes)


def test_beams_and_row_sums_of_momenta_need_momenta() -> None:
    with pytest.raises(ValueError, match="beams need the input form momenta"):
        Architecture(8, 2, 1, TRIGGER)
    with pytest.raises(ValueError, match=r"p_i \. J need the input form momenta"):
        Architecture(8, 2, 0, LOG, row_sums="momenta")


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
