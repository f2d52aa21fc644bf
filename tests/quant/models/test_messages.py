"""All families with a plan: one plan for float, quantised and exported network; exact in every mixture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, from_real
from fpgajet.ops import Skip
from fpgajet.ops.forms import MOMENTA, Aligned, InputForm
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from quant.models.families import FAMILIES
from quant.models.messages.calibration import logistic, multinomial
from quant.models.messages.floating import FloatMessages, mitchell, softmax_mean
from quant.models.messages.message_settings import PlanSettings
from quant.models.messages.plan import Unrounded
from quant.models.sample import Sample
from quant.models.scoring import seen_momenta
from quant.training.read_settings import read_settings
from tests.quant.jets import as_read, labelled_jets, random_jets

SMALL = ["constituents=5", "calibration_sweeps=0"]
MIXTURES = {
    "semi-equivariant": ["model=vecnet", "scalar=3", "vector=2", "hidden=2"],
    "equivariant": ["model=vecnet", "scalar=3", "vector=1", "hidden=0", "edge_layers=2", "neighbours=2"],
    "three steps": ["model=vecnet", "scalar=2", "vector=2", "hidden=4", "iterations=3", "shortcut=skip"],
    "without symmetry": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", "shortcut=concat"],
    "tables": ["model=vecnet", "scalar=2", "vector=0", "hidden=2", "activation=silu", "node_layers=2"],
    "no node layers": ["model=vecnet", "scalar=2", "vector=0", "hidden=2", "node_layers=0"],
    "final layers": ["model=vecnet", "scalar=2", "vector=0", "hidden=2", "final_layers=2", "aggregation=sum"],
    "largest": ["model=vecnet", "scalar=3", "vector=1", "hidden=2", "aggregation=max", "pool=max"],
    "largest of tables": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", "activation=tanh", "pool=max"],
    "affine": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", "affine=true"],
    "lorentznet": ["model=lorentznet", "hidden=3"],
    "deep sets": ["model=deepsets"],
    "deep sets, largest": ["model=deepsets", "phi=[6]", "pool=max", "input.form=trigger"],
    "deep sets, sum of logarithms": ["model=deepsets", "pool=sum", "input.form=aligned"],
    "interaction": ["model=interaction", "relation=[6,4]"],
    "interaction, means": ["model=interaction", "aggregation=mean", "pool=mean", "input.form=momenta"],
    "jedi-linear": ["model=jedi-linear"],
    "jedi-linear, merged": ["model=jedi-linear", "relation=0", "object=[6,4]"],
    "mlp": ["model=mlp"],
    "event-gnn": ["model=event-gnn", "width=6", "blocks=2"],
    "event-gat": ["model=event-gat", "width=6", "blocks=2"],
    "lorentznet, classes": ["model=lorentznet", "hidden=3", 'classes=["g","W","t"]'],
    "vecnet, classes": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", 'classes=["g","W","t"]'],
}


def settings_of(mixture: str) -> PlanSettings:
    found = read_settings(None, MIXTURES[mixture] + SMALL)
    assert isinstance(found, PlanSettings)
    return found


def random_float(settings: PlanSettings) -> FloatMessages:
    """Random parameters, batch statistics of random jets."""
    torch.manual_seed(3)
    model = FAMILIES[settings.model].new_float(settings)
    assert isinstance(model, FloatMessages)
    x, _ = labelled_jets(600, settings.constituents)
    seen = torch.from_numpy(seen_momenta(settings.form, as_read(settings.form, x)))
    with torch.no_grad():
        for _ in range(20):
            model(seen)
    return model.eval()


def sample(constituents: int, form: InputForm = MOMENTA) -> Sample:
    x, label = labelled_jets(1500, constituents, seed=4)
    momenta = torch.from_numpy(as_read(form, x))
    slots = (momenta[:, :, 0] != 0).sum(1)
    return Sample(momenta, torch.from_numpy(label.astype(np.float64)), slots, "toy", "")


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


def test_scores_of_scalars_alone_do_not_turn_with_the_jet() -> None:
    """Momenta as they come, no hidden features: rotations about the beam leave scores as they are."""
    settings = read_settings(None, [*MIXTURES["equivariant"], *SMALL, "input.form=momenta"])
    model = random_float(settings)
    x = random_jets(200, 5)
    angle = 0.7
    turned = x.copy()
    turned[..., 1] = np.cos(angle) * x[..., 1] - np.sin(angle) * x[..., 2]
    turned[..., 2] = np.sin(angle) * x[..., 1] + np.cos(angle) * x[..., 2]
    first, second = (model(torch.from_numpy(p)).detach() for p in (x, turned))
    assert float((first - second).abs().median()) < 0.02 * float(first.std())


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


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["model=deepsets", "input.form=puppi"], "layers read the input forms"),
        (["model=interaction", "batch_norm=false"], "only batch norm"),
        (["model=deepsets", "phi=[]"], "at least 1 item"),
        (["model=jedi-linear", "relation=[4,4]"], "valid integer"),
        (["model=mlp", "input.form=log"], "leave input out"),
        (["model=event-gnn", "input.form=log"], "read the input form objects"),
        (["model=event-gat", "width=6", "heads=4"], "cannot be dealt out"),
        (["model=deepsets", "bits.dots=4"], "unexpected|Unexpected"),
    ],
)
def test_layers_refuse_what_they_cannot_read(given: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_settings(None, given)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["layer_norm=true"], "use batch_norm"),
        (["dynamic_graph=true"], "only the static graph"),
        (["scalar=0", "vector=2"], "vector > 0 needs scalar > 0"),
        (["scalar=0", "vector=0", "hidden=0"], "needs scalar or hidden"),
        (["iterations=1"], "iterations >= 2"),
        (["constituents=4", "neighbours=4"], "fewer than the constituents"),
        (["affine=true"], "need scalar=0"),
        (["affine=true", "scalar=0", "vector=0", "aggregation=sum"], "need aggregation=mean"),
        (["input.form=trigger"], "four-momenta"),
        (["layers=2"], "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(wrong: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_settings(None, ["model=vecnet", *wrong])


def test_lorentznet_counts_as_published() -> None:
    settings = settings_of("lorentznet")
    family = FAMILIES["lorentznet"]
    description = family.describe(
        settings, family.calibrate(random_float(settings), settings, sample(5), "small")
    )
    assert description.parameters == 62
    assert description.parameters_absorbed == 38
    assert description.parameters_published == 120


def test_a_loss_does_not_mind_an_offset_or_a_stretch() -> None:
    """Both are mended at no cost, so a search must not pay for them with the order of the jets."""
    rng = np.random.default_rng(1)
    label = torch.from_numpy(rng.integers(0, 2, 4000).astype(np.float64))
    score = label + torch.from_numpy(rng.normal(0, 0.7, 4000))
    slope, offset = logistic(score, label)
    fitted = functional.binary_cross_entropy_with_logits(slope * score + offset, label)
    assert abs(slope - 1 / 0.7**2) < 0.15, "two normal distributions one apart"
    for moved in (score - 3, 0.1 * score + 2):
        a, b = logistic(moved, label)
        assert torch.isclose(functional.binary_cross_entropy_with_logits(a * moved + b, label), fitted)


def test_several_scores_find_their_slope_and_offsets() -> None:
    rng = np.random.default_rng(3)
    label = torch.from_numpy(rng.integers(0, 3, 6000))
    logits = 1.5 * functional.one_hot(label, 3).double() + torch.from_numpy(rng.normal(0, 1, (6000, 3)))
    slope, offsets = multinomial(logits, label)
    moved = multinomial(0.2 * logits + torch.tensor([3.0, -1.0, 0.5]), label)
    assert slope == pytest.approx(1.5, rel=0.1), "normal distributions of width 1 that are 1.5 apart"
    assert offsets.abs().max() < 0.15
    assert moved[0] == pytest.approx(5 * slope, rel=1e-4)
    wanted = -5 * slope * torch.tensor([3.0, -1.0, 0.5])
    assert torch.allclose(
        moved[1] - moved[1].mean(), offsets - offsets.mean() + wanted - wanted.mean(), atol=1e-2
    )


def test_calibration_centres_the_scores() -> None:
    """A score of 0 is as likely a top quark as not, whatever the float model's offset was."""
    settings = settings_of("without symmetry")
    model, jets = random_float(settings), sample(settings.constituents)
    with torch.no_grad():
        scores = model(torch.from_numpy(seen_momenta(settings.form, jets.momenta.numpy())))
        width = float(scores.std())
        model.get_parameter("score_bias").sub_(float(scores.median()) + 0.2 * width)
    noise = torch.from_numpy(np.random.default_rng(2).normal(0, 0.3 * width, len(scores)))
    label = (scores - scores.median() + noise > 0).double()
    quantised = FAMILIES[settings.model].calibrate(model, settings, replace(jets, label=label), "small")
    found = torch.from_numpy(quantised.scores(jets.momenta.numpy()))
    slope, offset = logistic(2 * found, label)
    assert abs(offset / (2 * slope)) < 0.05 * width


def test_calibration_centres_a_regression() -> None:
    """Half of the outputs are above the true value, of the jets that have one."""
    settings = read_settings(
        None, ["model=deepsets", "phi=[4]", "rho=[4]", 'classes=["a","b","c"]', 'regress=["pt"]', "constituents=5",
               "calibration_sweeps=0"],
    )  # fmt: skip
    model, jets = random_float(settings), sample(5)
    with torch.no_grad():
        outputs = model(torch.from_numpy(seen_momenta(settings.form, jets.momenta.numpy())))
    width = float(outputs[:, 3].std())
    wanted = outputs[:, 3] - 0.2 * width
    wanted[::4] = torch.nan
    label = torch.stack([outputs[:, :3].argmax(1).double(), wanted], 1)
    quantised = FAMILIES[settings.model].calibrate(model, settings, replace(jets, label=label), "small")
    apart = quantised.scores(jets.momenta.numpy())[:, 3] - wanted.numpy()
    assert abs(np.nanmedian(apart)) < 0.05 * width


def test_a_skip_is_never_dropped() -> None:
    with pytest.raises(BadInput, match="hidden=4 or 0, or shortcut=concat"):
        read_settings(None, ["model=vecnet", "hidden=2", "shortcut=skip"])
    settings = settings_of("three steps")
    nodes = {
        node.name: node.operator for node in settings.plan(Unrounded(settings.bits.front())).wiring().nodes
    }
    skips = [name for name, operator in nodes.items() if isinstance(operator, Skip)]
    assert skips == ["h1", "s2", "h2", "s3", "h3"], "scalars have nothing before the first step"


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
