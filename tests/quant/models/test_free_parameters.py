"""Counts of parameters: what is reported as free is the rank of the Jacobian of the score, in every family."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from fpgajet.fixed import FixedType
from fpgajet.ops.forms import Log, Trigger
from quant.arithmetic import TorchArithmetic
from quant.checkpoint import open_checkpoint
from quant.models.deepsets import DeepSetsDescription
from quant.models.events.blocks import EventDescription
from quant.models.families import FAMILIES
from quant.models.interaction import InteractionDescription
from quant.models.jedi_linear import JediLinearDescription
from quant.models.messages.family import MessageDescription
from quant.models.messages.floating import FloatMessages
from quant.models.messages.plan import Unrounded
from quant.models.mlp import MlpDescription
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.description import NPelicanDescription
from quant.models.npelican.floating import PairBatch
from quant.models.npelican.folding import Folded
from quant.models.npelican.multiplicity import TERMS, Multiplicity
from quant.models.npelican.quantised import QuantisedNPelican
from quant.models.vecnet.description import VecNetDescription
from quant.training.read_settings import read_settings
from quant.zoo import names, resolve
from tests.quant.jets import as_read, labelled_jets, random_jets, random_quantised
from tests.quant.models.jacobian import rank, with_generic_parameters

NPELICAN = [
    Architecture(6, 1),
    Architecture(6, 2),
    Architecture(6, 3),
    Architecture(6, 2, beams=1),
    Architecture(6, 2, symmetric=True),
    Architecture(6, 2, symmetric=True, unit_pair_weight=True),
    Architecture(6, 2, alpha=True),
    Architecture(6, 2, scores=3),
    Architecture(6, 2, beams=1, jet=True),
    Architecture(6, 2, form=Trigger()),
    Architecture(6, 2, form=Log(), unit_pair_weight=True),
]


class Exact(TorchArithmetic):
    """No rounding: the function that the exported network approximates."""

    def quantise(self, name: str, x: Tensor, to: FixedType) -> Tensor:
        return x


def generic(sizes: Architecture, alphas: tuple[float, ...] | None, p: np.ndarray, seed: int) -> Folded:
    """Random parameters; half of the values of every channel are above 0, on the diagonal and beside it."""
    rng, c, k = np.random.default_rng(seed), sizes.hidden, sizes.scores
    of_n = Multiplicity(sizes.slots, alphas, k)
    jets = PairBatch.from_momenta(torch.from_numpy(p), sizes.beams, sizes.jet)
    d, row, total = (float(x.double().std()) for x in (jets.d, jets.row, jets.total))
    weight = rng.normal(size=(c, 6)) / np.array([d, row, row, row, total, total])
    if sizes.symmetric:
        weight[:, 3] = weight[:, 2]
    bias, diagonal, last = (
        0.3 * rng.normal(size=(of_n.terms(name), k if name == "score_bias" else c)) for name in TERMS
    )
    folded = Folded(of_n, weight, bias, diagonal, rng.normal(size=(c, 2 * k)) / np.repeat([30, 6], k), last)
    before, _, _ = folded.activations(jets)
    eye = np.eye(sizes.slots, dtype=bool)
    for channel in range(c):
        values = before[..., channel]
        beside, on = (np.median(values[np.isfinite(values) & where]) for where in (~eye, eye))
        bias[0, channel] -= beside
        diagonal[0, channel] -= on - beside
    return folded


def npelican_rank(sizes: Architecture, seed: int) -> int:
    """Rank over all parameters, the alphas included."""
    model = random_quantised(sizes)
    p = random_jets(10 * model_size(model), sizes.constituents, 5 + seed)
    model.set_from(generic(sizes, model.multiplicity.alphas, p, seed))
    parameters = list(model.parameters())
    alphas = torch.tensor(model.multiplicity.alphas or (), dtype=torch.float64, requires_grad=True)
    if sizes.alpha:
        parameters.append(alphas)

    def score(x: Tensor) -> Tensor:
        if sizes.alpha:
            model._of_n |= functions_of_n(sizes.slots, alphas)
        stages = dict(model.run(model.given(x), upto="dots"))
        for node in model.wiring.nodes:
            if node.name not in stages:
                constants = {t: model.real(q) for t, q in model.wiring.constants[node.name].items()}
                inputs = [stages[name] for name in node.inputs]
                stages[node.name] = node.operator.forward(Exact(), inputs, constants)
        return stages["score"]

    return rank(score, parameters, torch.from_numpy(sizes.form.features(p)))


def functions_of_n(slots: int, alphas: Tensor) -> dict[str, Tensor]:
    """What :class:`Multiplicity` gives, as a function of the powers; aggregator 0 is not scaled."""
    n = torch.arange(slots + 1, dtype=torch.float64)
    growth = (n.clamp_min(1) / slots)[:, None] ** torch.cat([torch.zeros(1), alphas])
    found = {"weight": growth[:, :6], "score_weight": growth[:, 6:]}  # of a single score
    for name, terms in TERMS.items():
        columns = [(n / slots) ** power * growth[:, scaled] for power, scaled in terms]
        found[name] = torch.stack(columns, 1)
    return found


def model_size(model: QuantisedNPelican) -> int:
    return sum(parameter.numel() for parameter in model.parameters()) + 7


@pytest.mark.parametrize("sizes", NPELICAN, ids=str)
def test_free_parameters_of_nanopelican(sizes: Architecture) -> None:
    assert_free(partial(npelican_rank, sizes), sizes.parameters_absorbed)


def test_counts_of_nanopelican_are_formulas() -> None:
    """What is trained, what is free, and what the paper gives: 10 C + 1, and 9 C + 4 with batch norms."""
    for c, trained, free, paper, absorbed in [
        (1, 17, 16, 11, 12), (2, 31, 29, 21, 22), (3, 45, 42, 31, 31), (10, 143, 133, 101, 94),
    ]:  # fmt: skip
        sizes = Architecture(16, c)
        assert (sizes.parameters, sizes.parameters_absorbed) == (trained, free)
        assert (sizes.parameters_published, sizes.published_absorbed) == (paper, absorbed)
    model = random_quantised(Architecture(6, 2))
    assert sum(parameter.numel() for parameter in model.parameters()) == 31


def message_rank(description: MessageDescription, seed: int) -> int:
    plan = description.plan(Unrounded({k: description.fixed_types[k] for k in frozen(description)}))
    model = FloatMessages(plan, batch_norm=False).double().eval()
    parameters, n, form = list(model.parameters()), description.constituents, description.form
    jets = sum(parameter.numel() for parameter in parameters) + 60
    x = labelled_jets(jets, n, seed)[0]
    x[np.arange(n) >= np.random.default_rng(seed).integers(2, n + 1, jets)[:, None]] = 0.0
    seen = torch.from_numpy(form.seen(as_read(form, x)))
    with_generic_parameters(model, seen, seed)
    return rank(model, parameters, seen)


def assert_free(rank_of: Callable[[int], int], claimed: int | None, draws: int = 12) -> None:
    """No draw of parameters has a higher rank than what is claimed, and one reaches it.

    A single draw may stay below: a channel that is on wherever another is hides some of its parameters.
    """
    found = []
    for seed in range(draws):
        found.append(rank_of(seed))
        assert claimed is not None
        assert found[-1] <= claimed
        if found[-1] == claimed:
            return
    raise AssertionError(f"ranks {found} stay below {claimed}")


def frozen(description: MessageDescription) -> set[str]:
    return description.plan(description.fixed_types).fixed


SMALL = {"constituents": 6, "scalar": 2, "vector": 1, "hidden": 2}
CHANGES: dict[str, dict[str, object]] = {
    "semi-equivariant": {},
    "skip": {"shortcut": "skip", "hidden": 4},
    "concat and two edge layers": {"shortcut": "concat", "edge_layers": 2},
    "final layers and sums": {"final_layers": 2, "aggregation": "sum", "vector": 0},
    "largest": {"aggregation": "max", "pool": "max", "vector": 0},
    "silu": {"activation": "silu", "vector": 0},
    "no node layers": {"node_layers": 0, "vector": 0},
    "equivariant": {"hidden": 0, "iterations": 3},
}


@pytest.mark.parametrize("case", CHANGES)
def test_free_parameters_of_vecnet(case: str) -> None:
    content = open_checkpoint(resolve("vecnet-n8-s8v2h4")).config.model.model_dump(mode="json")
    every = dict.fromkeys(ALL_STAGES, "ap_ufixed<8,4,AP_TRN,AP_SAT>")
    types = {"types": every | content["types"]}
    description = VecNetDescription.model_validate(content | SMALL | CHANGES[case] | types)
    assert_free(partial(message_rank, description), description.parameters_absorbed)


@pytest.mark.parametrize(
    "given",
    [
        ["model=deepsets", "phi=[3,2]", "rho=[2]"],
        ["model=deepsets", "phi=[3]", "rho=[2]", "pool=sum"],
        ["model=interaction", "embedding=[2]", "relation=[2]", "object=[2]", "classifier=[2]"],
        ["model=jedi-linear", "embedding=[3]", "relation=2", "object=[3]", "classifier=[2]"],
        ["model=jedi-linear", "embedding=[3]", "relation=0", "object=[3]", "classifier=[2]"],
        ["model=deepsets", "phi=[3]", "rho=[2]", 'classes=["g","q","W"]', "softmax=true"],
        ["model=lorentznet", "hidden=2", 'features=["z0","charge"]'],
        ["model=vecnet", "scalar=2", "vector=0", "hidden=1", "iterations=1", 'features=["z0"]'],
    ],
    ids=" ".join,
)
def test_free_parameters_of_layers(given: list[str]) -> None:
    settings = read_settings(None, [*given, "constituents=6"])
    family = FAMILIES[settings.model]
    plan = settings.plan(Unrounded(settings.bits.front(settings.form)))
    stages = [node.name for node in plan.wiring().nodes]
    types = dict.fromkeys([*stages, *plan.parameters], "ap_fixed<8,4,AP_TRN,AP_SAT>")
    types |= {key: precision.ap_fixed() for key, precision in settings.bits.front(settings.form).items()}
    shared = {
        key: getattr(settings, key) for key in family.description.model_fields if hasattr(settings, key)
    }
    description = family.description(**shared, types=types)
    assert description.parameters == sum(np.prod(parameter.shape) for parameter in plan.parameters.values())
    assert_free(partial(message_rank, description), description.parameters_absorbed)


#: stages and parameters of any of the networks above; their types do not matter here
ALL_STAGES = [
    f"{letter}{step}{stage}{what}"
    for letter in "shvix"
    for step in range(1, 4)
    for stage in (
        "",
        "_raw",
        "_gate",
        "_mean",
        "_join",
        *(f"_edge{k}" for k in "12"),
        "_node1",
        "_logs",
        "_argument",
    )
    for what in ("", "_act", "_weight", "_bias")
] + ["joined", *(f"final{k}{what}" for k in "12" for what in ("", "_weight", "_bias"))]


#: narrow layers of the families that have lists of them
FEW: dict[type, dict[str, object]] = {
    DeepSetsDescription: {"phi": (3, 2), "rho": (2,)},
    InteractionDescription: {"embedding": (2,), "relation": (2,), "object": (2,), "classifier": (2,)},
    MlpDescription: {"hidden": (3, 2)},
    JediLinearDescription: {"embedding": (3,), "relation": 2, "object": (3,), "classifier": (2,)},
}


@pytest.mark.parametrize("name", names())
def test_free_parameters_of_the_zoo(name: str) -> None:
    """Message-passing networks with fewer constituents, which changes no parameter, and VecNets with two channels
    of each sort, where the count is the same formula: with more, random draws seldom show all parameters at once."""
    description = open_checkpoint(resolve(name)).config.model
    if isinstance(description, EventDescription):
        assert description.parameters_absorbed is None, "bits of types add up to 1, which no count here knows"
        return
    if isinstance(description, VecNetDescription):
        widths = {key: min(2, getattr(description, key)) for key in ("scalar", "vector", "hidden")}
        description = description.model_copy(update=widths)
    if few := FEW.get(type(description)):
        few = {key: value for key, value in few.items() if getattr(description, key)}  # relation may be 0
        few |= {"drops": {}}  # of channels that are not there
        description = description.model_copy(update=few)
    if isinstance(description, MessageDescription):
        description = description.model_copy(update={"constituents": 6})
        assert_free(partial(message_rank, description), description.parameters_absorbed)
    else:
        assert isinstance(description, NPelicanDescription)
        assert_free(partial(npelican_rank, description.sizes), description.parameters_absorbed)
