"""Widths of single weights and channels: gradients, cost, and a fixed model that has the same bits."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.ops import Rescale
from fpgajet.ops.integers import FixedArray
from quant.models.families import FAMILIES
from quant.models.layered.settings import LayeredSettings
from quant.models.loss import logit_loss
from quant.models.messages.quantised import QuantisedMessages
from quant.models.messages.widths import UNIT, LearnedWidths, learned_widths
from quant.training.fit import Fit, evaluate
from quant.training.read_settings import read_settings
from quant.training.schedule import Cosine
from quant.training.sparsity import BitsPenalty
from tests.quant.jets import as_read, random_jets
from tests.quant.models.mixtures import random_float, sample

N = 4
FAMILY = {
    "deepsets": ["phi=[5,4]", "rho=[3]"],
    "interaction": ["embedding=[3]", "relation=[4,3]", "object=[3]", "classifier=[4]"],
    "jedi-linear": ["embedding=[4]", "relation=3", "object=[4]", "classifier=[3]"],
    "jedi-linear, merged": ["embedding=[4]", "relation=0", "object=[4,3]", "classifier=[3]"],
    "mlp": ["hidden=[5,4]"],
    "vecnet": ["scalar=2", "vector=1", "hidden=2"],
}


def calibrated(model: str, per: str = "weight") -> tuple[LearnedWidths, QuantisedMessages]:
    common = [f"constituents={N}", "calibration_sweeps=0", f"width_per={per}", "bits_penalty=0.001"]
    settings = read_settings(None, [f"model={model.partition(',')[0]}", *FAMILY[model], *common])
    jets = sample(N, settings.form)
    start = FAMILIES[settings.model].calibrate(random_float(settings), settings, jets, "small")
    assert isinstance(start, QuantisedMessages)
    found = learned_widths(settings, start)
    assert found is not None
    return found, start


def narrowed(model: LearnedWidths, most: float = 1.0) -> LearnedWidths:
    """With widths drawn at random, up to the share ``most`` of what can be left out."""
    draw = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for key, bits in model.most.items():
            own = model.get_parameter(f"{key}_dropped")
            own.copy_(torch.rand(own.shape, generator=draw, dtype=torch.float64) * bits * most / UNIT)
    return model


def features(model: QuantisedMessages) -> np.ndarray:
    return model.wiring.form.features(as_read(model.wiring.form, random_jets(200, N)))


@pytest.mark.parametrize("model", FAMILY)
def test_it_starts_where_calibration_ended(model: str) -> None:
    widths, start = calibrated(model)
    x = torch.from_numpy(features(start))
    assert torch.equal(widths(x), start(x))
    assert len(torch.unique(start(x))) > 20


@pytest.mark.parametrize("per", ["weight", "channel"])
@pytest.mark.parametrize("model", FAMILY)
def test_the_fixed_model_has_the_same_bits(model: str, per: str) -> None:
    """Torch with learned widths, the fixed model, the integers and what a checkpoint holds are one function."""
    widths, start = calibrated(model, per)
    narrowed(widths, 0.4)
    fixed, x = widths.fixed(), features(start)
    scores = widths(torch.from_numpy(x)).detach().numpy()
    assert len(np.unique(scores)) > 20
    assert not np.array_equal(scores, start(torch.from_numpy(x)).detach().numpy())
    assert np.array_equal(fixed(torch.from_numpy(x)).detach().numpy(), scores)

    settings = widths.settings
    family = FAMILIES[settings.model]
    description = family.describe(settings, fixed)
    content = description.model_dump(mode="json")
    tensors = {key: tensor.numpy() for key, tensor in fixed.state_dict().items()}
    network = family.network(family.description.model_validate(content), tensors, "small")
    given = FixedArray(from_real(x, network.input_type), network.input_type.fraction)
    assert np.array_equal(network.reference(given)["score"].real[..., 0], scores)
    rebuilt = family.quantised_model(description, "small")
    rebuilt.load_state_dict(fixed.state_dict())
    assert np.array_equal(rebuilt(torch.from_numpy(x)).detach().numpy(), scores)

    for node in network.nodes:
        key = f"{node.name}_weight"
        if key in widths.products:
            raw = node.tensors["weight"].values.raw
            steps = 2 ** widths.dropped(key).detach().numpy().astype(int)
            assert not (raw % steps).any()
            assert steps.shape == (raw.shape if per == "weight" else (len(raw), 1))
    kept = {node.name for node in network.nodes if isinstance(node.operator, Rescale)}
    assert kept == {f"{stage}{end}" for stage in fixed.drops for end in ("_shrunk", "_kept")}
    assert bool(kept) == isinstance(settings, LayeredSettings)


def test_channels_end_in_zeros() -> None:
    fixed = narrowed(calibrated("jedi-linear")[0], 0.6).fixed()
    stages = fixed.stages(features(fixed))
    assert set(fixed.drops) == {"embedding1", "relation", "object1", "pool", "classifier1"}
    for stage, dropped in fixed.drops.items():
        lsb = fixed.precisions[stage].lsb
        wanted = np.floor(stages[stage] / lsb / 2.0 ** np.array(dropped)) * 2.0 ** np.array(dropped) * lsb
        assert np.array_equal(stages[f"{stage}_kept"], wanted)
        assert stages[stage].any()


def test_a_weight_without_bits_is_zero() -> None:
    widths, _ = calibrated("deepsets")
    with torch.no_grad():
        widths.get_parameter("phi1_weight_dropped")[1, 2] = widths.most["phi1_weight"] / UNIT
    weight = widths.real("phi1_weight")
    assert weight[1, 2] == 0
    assert int((weight == 0).sum()) == 1


def test_gradient_of_a_width() -> None:
    """HGQ, arXiv 2405.00645: ln 2 times what rounding has changed, for a width of a weight and of a channel."""
    widths, _ = calibrated("deepsets")
    narrowed(widths, 0.5)
    key = "phi2_weight"
    quantised = widths.real(key)
    exact = widths.get_parameter(key).detach() * (2.0 ** (widths.precisions[key].integer - 1))
    quantised.sum().backward()  # type: ignore[no-untyped-call]
    found = widths.get_parameter(f"{key}_dropped").grad
    inside = quantised.abs() < widths.precisions[key].highest * widths.precisions[key].lsb / 2
    assert found is not None
    assert int(inside.sum()) > 5
    wanted = UNIT * math.log(2) * (quantised - exact)
    assert torch.allclose(found[inside], wanted[inside])
    assert found.abs().max() > 0

    stages = widths.run(widths.given(torch.from_numpy(features(widths))), upto="phi1_kept")
    stages["phi1_kept"].sum().backward()
    found = widths.get_parameter("phi1_dropped").grad
    wanted = UNIT * math.log(2) * (stages["phi1_kept"] - stages["phi1"]).sum((0, 1))
    assert found is not None
    assert torch.allclose(found, wanted.detach())
    assert found.abs().max() > 0


def test_cost_counts_bits_weight_by_weight() -> None:
    """Against a count with Python integers, for a Dense, a PairDense behind an embedding, and a jet's layer."""
    widths, _ = calibrated("interaction")
    narrowed(widths, 0.5)
    total = 0
    read = {
        "embedding1": ([("momenta", 3)], N), "relation1": ([("embedding1", 3), ("embedding1", 3)], N),
        "relation2": ([("relation1", 4)], N * N), "object1": ([("joined", 6)], N),
        "classifier1": ([("pool", 3)], 1), "score": ([("classifier1", 4)], 1),
    }  # fmt: skip
    fixed = widths.fixed()
    for layer, (inputs, points) in read.items():
        raw = (fixed.real(f"{layer}_weight") / fixed.precisions[f"{layer}_weight"].lsb).long().tolist()
        dropped = widths.dropped(f"{layer}_weight").long().tolist()
        bits = []
        for stage, channels in inputs:
            drops = fixed.drops.get(stage, [0] * channels)
            bits += [fixed.precisions[stage].bits - d for d in drops]
        for weights, steps in zip(raw, dropped, strict=True):
            of_row = zip(weights, steps, bits, strict=True)
            total += points * sum((abs(w).bit_length() - d) * b for w, d, b in of_row if w)
    assert total > 1000
    assert float(widths.operations().detach()) == total


def test_penalty_narrows_and_widths_stay_possible() -> None:
    widths, _ = calibrated("jedi-linear")
    penalty = BitsPenalty(factor=1e-3)
    optimiser = torch.optim.AdamW(widths.parameters(), lr=0.02, weight_decay=0.0)
    before = penalty.figures(widths)["bit_operations"]
    for _ in range(60):
        optimiser.zero_grad()
        torch.autograd.backward(penalty.penalty(widths))
        optimiser.step()
        penalty.apply(widths)
    assert penalty.figures(widths)["bit_operations"] < before / 20
    for key, most in widths.most.items():
        dropped = widths.dropped(key).detach()
        assert dropped.min() >= 0
        assert dropped.max() <= most
    widths.fixed()


def test_the_epoch_of_the_lowest_loss_with_its_penalty_counts(tmp_path: Path) -> None:
    """Not the last one, nor that of the best loss without it."""
    widths, _ = calibrated("deepsets")
    jets = sample(N, widths.wiring.form)
    jets = jets.with_inputs(widths.wiring.form.features(jets.momenta.numpy()))
    fit = Fit("quantised", 6, 0.02, 64, Cosine(0.1), 1)
    state = fit.run(widths, jets, jets, tmp_path, lambda *_: None, sparsity=BitsPenalty(factor=3e-3))
    for record in state.history:
        penalty = 3e-3 * record["bit_operations"]
        assert record["objective"] == pytest.approx(record["validation_loss"] + penalty, rel=1e-6)
    best = min(state.history, key=lambda record: record["objective"])
    assert float(widths.operations().detach()) == best["bit_operations"]
    assert best["auc"] < max(record["auc"] for record in state.history)
    assert float(logit_loss(evaluate(widths, jets.momenta), jets.label)) == pytest.approx(
        best["validation_loss"]
    )


def test_penalty_rises_in_equal_ratios_to_its_full_value() -> None:
    widths, _ = calibrated("deepsets")
    constant, rising = BitsPenalty(factor=1e-3), BitsPenalty(factor=1e-3, ramp=100.0)
    full = float(constant.penalty(widths, 0.0).detach())
    for done, share in ((0.0, 0.01), (0.5, 0.1), (1.0, 1.0)):
        assert float(rising.penalty(widths, done).detach()) == pytest.approx(share * full)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["bits_penalty=0.1"], "need width_per=weight"),
        (["width_per=weight", "bits_ramp=10"], "how much bits_penalty rises"),
        (["width_per=bit"], "'tensor', 'channel' or 'weight'"),
        (["width_per=weight", "bits_penalty=-1"], "greater than or equal to 0"),
    ],
)
def test_settings_are_refused_with_the_reason(wrong: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_settings(None, ["model=deepsets", *wrong])


def test_drops_of_another_shape_are_refused() -> None:
    fixed = narrowed(calibrated("deepsets")[0], 0.6).fixed()
    settings = read_settings(None, ["model=deepsets", *FAMILY["deepsets"], f"constituents={N}"])
    for wrong in ([1], [-1, 0, 0, 0, 0], [60, 0, 0, 0, 0]):
        with pytest.raises(ValueError, match="drops of phi1"):
            settings.plan_dropping(fixed.precisions, {"phi1": wrong})
