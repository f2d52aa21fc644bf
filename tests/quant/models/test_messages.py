"""All families with a plan: one plan for float, quantised and exported network; exact in every mixture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fpgajet.fixed import FixedType, from_real
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from quant.models.families import FAMILIES
from quant.models.messages.floating import FloatMessages, mitchell, softmax_mean
from quant.models.messages.plan import Unrounded
from quant.models.scoring import seen_momenta
from tests.quant.jets import as_read, random_jets
from tests.quant.models.mixtures import MIXTURES, random_float, sample, settings_of


@pytest.mark.parametrize("mixture", MIXTURES)
def test_every_stage_is_exact_and_close_to_float(mixture: str) -> None:
    settings = settings_of(mixture)
    family, model, jets = (
        FAMILIES[settings.model],
        random_float(settings),
        sample(settings.constituents, settings.form),
    )
    if settings.class_names:
        jets = replace(jets, label=torch.arange(len(jets)).double() % 3)
    quantised = family.calibrate(model, settings, jets, "small")
    features = settings.form.features(
        np.concatenate([
            jets.momenta[:300].numpy(), as_read(settings.form, random_jets(100, settings.constituents))
        ])
    )  # fmt: skip
    network = quantised.network()
    kind = network.input_type
    reference = network.reference(FixedArray(from_real(features, kind), kind.fraction))
    for stage, values in quantised.stages(features).items():
        assert np.array_equal(values, reference[stage].real), stage
    scores = quantised.scores(jets.momenta.numpy())
    assert len(np.unique(scores, axis=0)) > 50
    floating = model(torch.from_numpy(seen_momenta(settings.form, jets.momenta.numpy()))).detach().numpy()
    assert scores.shape == ((1500, 3) if settings.class_names else (1500,))
    assert np.corrcoef(floating.ravel(), scores.ravel())[0, 1] > 0.97
    assert max(t.bits for t in network.types().values()) <= 24

    description = family.describe(settings, quantised)
    tensors = {name: t.detach().numpy() for name, t in quantised.state_dict().items()}
    light = family.network(description, tensors, "small")
    assert light.types() == network.types()
    again = light.reference(FixedArray(from_real(features, kind), kind.fraction))
    assert np.array_equal(again["score"].raw, reference["score"].raw)
    rebuilt = family.quantised_model(description, "small")
    rebuilt.load_state_dict(quantised.state_dict())
    assert np.array_equal(rebuilt.scores(jets.momenta.numpy()), scores)


@pytest.mark.parametrize("mixture", ["semi-equivariant", "lorentznet"])
def test_norms_fold_without_a_change(mixture: str) -> None:
    settings = settings_of(mixture)
    model = random_float(settings)
    plain = FloatMessages(settings.plan(Unrounded(settings.bits.front())), batch_norm=False).eval()
    with torch.no_grad():
        for name, values in model.folded().items():
            plain.get_parameter(name).copy_(torch.from_numpy(values))
    x = torch.from_numpy(seen_momenta(settings.form, random_jets(200, settings.constituents)))
    first, second = model(x).detach(), plain(x).detach()
    assert float(first.std()) > 0.01
    assert torch.allclose(first, second, rtol=1e-4, atol=1e-4)


def test_mitchell_is_the_operators() -> None:
    from fpgajet.ops import SignedLog

    argument = FixedType.from_ap_fixed("ap_ufixed<14,12,AP_TRN,AP_SAT>")
    fine = FixedType.from_ap_fixed("ap_fixed<24,6,AP_TRN,AP_SAT>")
    raw = np.arange(0, 1 << 14, 7)
    given = FixedArray(raw.reshape(-1, 1), 2)
    exact = SignedLog(fine, argument, -2).forward(IntegerArithmetic(), [given], {}).real[:, 0]
    found = mitchell(torch.from_numpy(raw.astype(np.float64))).numpy()
    assert np.abs(exact - found).max() < 2e-5
    assert len(np.unique(exact)) > 1000


def test_lorentznet_counts_as_published() -> None:
    settings = settings_of("lorentznet")
    family = FAMILIES["lorentznet"]
    description = family.describe(
        settings, family.calibrate(random_float(settings), settings, sample(5), "small")
    )
    assert description.parameters == 62
    assert description.parameters_absorbed == 38
    assert description.parameters_published == 120


def test_tables_of_a_softmax_are_close_to_it() -> None:
    """The quantised attention against the float one, on the float model's own numbers: a few percent of the largest."""
    settings = settings_of("event-gat")
    plan = settings.plan(Unrounded(settings.bits.front(settings.form)))
    node = next(node for node in plan.wiring().nodes if node.name == "attention2")
    rng = np.random.default_rng(1)
    fine = FixedType.from_ap_fixed("ap_fixed<20,8,AP_TRN,AP_SAT>")
    n, (z, e) = 200, (rng.normal(0, 1, (200, 5, 6)), rng.normal(0, 2, (200, 5, 5, 2)))
    mask = (np.arange(5) < rng.integers(1, 6, (n, 1))).astype(np.int64)
    tables = {key: plan.wiring().tables[f"softmax_{key}"] for key in ("exponential", "reciprocal")}
    types = {key: plan.wiring().types[f"softmax_{key}"] for key in tables}
    operator = replace(node.operator, output=fine)
    exact = operator.forward(
        IntegerArithmetic(),
        [*(FixedArray(from_real(x, fine), fine.fraction) for x in (z, e)), FixedArray(mask, 0)],
        {key: FixedArray(from_real(table, types[key]), types[key].fraction) for key, table in tables.items()},
    ).real
    wanted = softmax_mean(node.operator, *(torch.from_numpy(x) for x in (z, e, mask))).numpy()
    assert np.abs(exact - wanted).max() < 0.2
    assert np.abs(exact - wanted).mean() < 0.03
