"""Compression: zeros stay zero from training to build, the least is taken first, a killed run ends the same."""

from __future__ import annotations

import os
import shutil
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate import estimate
from fpgajet.ops.network import Network
from quant.checkpoint import Checkpoint, load_float_model, load_model, open_checkpoint
from quant.compression.compress_settings import CompressSettings, compress_settings, settings_of
from quant.compression.magnitude import pruned, smallest
from quant.compression.pieces import is_gone, least_harmful, masks, without, zeros_of
from quant.compression.run import Compression
from quant.compression.steps import Step, removals, steps_of
from quant.compression.table import Row, row_of
from quant.data.layout import Jets, write_jets
from quant.metrics import auc
from quant.models.families import FAMILIES
from quant.models.loss import logit_loss
from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.models.structure import Structure
from quant.training.data import TrainingJets, load_sample
from quant.training.fit import Fit, evaluate
from quant.training.run import new_model, prepare, train
from quant.training.sparsity import Sparsity
from tests.quant.jets import (
    labelled_jets,
    random_float,
    random_jets,
    random_quantised,
    write_labelled_jets,
)

SMALL = NPelicanSettings(
    constituents=5, hidden=2, restarts=1, screen_epochs=1, screen_jets=800, float_epochs=3, quantised_epochs=0,
    calibration_jets=200, calibration_starts=2, calibration_searches=1, calibration_sweeps=0, batch=64,
)  # fmt: skip
NPELICAN = FAMILIES["npelican"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_labelled_jets(tmp_path_factory.mktemp("jets"), train=1500, val=600, test=600)


@pytest.fixture(scope="module")
def source(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    out = tmp_path_factory.mktemp("run") / "small"
    prepare(out, SMALL, resume=False)
    made = train(SMALL, data, out, lambda *_: None, name="small", command=["fpgajet", "train"])
    assert made is not None
    return made


def settings(source: Checkpoint, *assignments: str, **given: Any) -> CompressSettings:
    return compress_settings(source, ["float_epochs=2", *assignments], **given)


def steps(
    source: Checkpoint, data: Path, out: Path, chosen: CompressSettings
) -> list[tuple[Step, Checkpoint]]:
    jets = TrainingJets(data, 5, SMALL.form)
    return list(Compression(chosen, source, jets, out, ["fpgajet", "compress"], lambda *_: None).run())


EVERYTHING: dict[str, Any] = {
    "bits": (8, 3), "prune": (0.25, 0.6), "structured": ("aggregators", "channels"), "removals": 1, "l1": 0.003,
}  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(
    source: Checkpoint, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[tuple[Step, Checkpoint]], float]:
    start = time.monotonic()
    found = steps(source, data, tmp_path_factory.mktemp("compressed"), settings(source, **EVERYTHING))
    return found, time.monotonic() - start


def measure(network: Network) -> dict[str, float]:
    total = estimate(network, part("xcvu9p"), 360).total
    return {
        "lut": total.lut.value, "lut_low": total.lut.low, "lut_high": total.lut.high, "dsp": total.dsp.value,
        "latency_cycles": total.latency_cycles.value, "latency_ns": total.latency_ns.value,
    }  # fmt: skip


def test_every_step_is_an_ordinary_checkpoint_and_a_row(
    undisturbed: tuple[list[tuple[Step, Checkpoint]], float], source: Checkpoint
) -> None:
    found = undisturbed[0]
    assert len(found) == steps_of(source, settings(source, **EVERYTHING)) == 7
    rows: dict[str, Row] = {}
    for step, checkpoint in found:
        opened = open_checkpoint(checkpoint.path)
        assert settings_of(opened).constituents == 5
        rows[step.name] = row_of(step, opened, measure)
        assert rows[step.name].auc is not None
    assert list(rows) == [
        "given", "step-ptq-8", "step-ptq-3", "step-magnitude-0.25", "step-magnitude-0.6", "step-aggregators-1",
        "step-channels-1",
    ]  # fmt: skip
    assert "w3" in rows["step-ptq-3"].bits
    assert "a3" in rows["step-ptq-3"].bits
    assert rows["given"].auc_float == rows["step-ptq-3"].auc_float, "no retraining"
    assert rows["step-ptq-3"].lut < rows["step-ptq-8"].lut
    assert rows["step-magnitude-0.6"].lut < rows["step-magnitude-0.25"].lut < rows["given"].lut
    assert rows["step-magnitude-0.6"].parameters <= 21 - round(0.6 * 16)
    assert rows["step-channels-1"].parameters <= 11
    assert open_checkpoint(found[-1][1].path).config.model.hidden == 1
    metrics = source.config.metrics
    assert rows["given"].auc == round(metrics.quantised["auc"] or 0, 5), "measured again, on the same jets"
    assert set(asdict(rows["given"])) > {"lut_low", "lut_high", "dsp", "latency_ns", "bits"}


def test_zeros_stay_zero_in_both_models_and_the_network(
    undisturbed: tuple[list[tuple[Step, Checkpoint]], float],
) -> None:
    made = {step.name: checkpoint for step, checkpoint in undisturbed[0]}
    earlier: dict[str, Any] = {}
    for name, share in (("step-magnitude-0.25", 0.25), ("step-magnitude-0.6", 0.6)):
        model, quantised = load_float_model(made[name]).model, load_model(made[name])
        zero = {key: model.get_parameter(key) == 0 for key in ("weight", "score_weight")}
        assert sum(int(z.sum()) for z in zero.values()) == round(share * 16)
        for key, mask in earlier.items():
            assert bool(zero[key][mask].all()), "what an earlier step pruned"
        nodes = {node.name: node for node in quantised.network().nodes}
        for key, node in (("weight", "pairs"), ("score_weight", "score")):
            assert bool((quantised.get_parameter(key)[zero[key]] == 0).all())
            assert not nodes[node].tensors["weight"].values.raw[zero[key].numpy()].any()
        earlier = zero
    piece = next(
        p for p in NPELICAN.removable(SMALL, Structure.AGGREGATORS)
        if f"without {p.name}" == next(s.detail for s, _ in undisturbed[0] if s.name == "step-aggregators-1")
    )  # fmt: skip
    assert is_gone(load_float_model(made["step-aggregators-1"]).model, piece)


def test_killed_and_resumed_it_ends_with_the_same_bytes(
    undisturbed: tuple[list[tuple[Step, Checkpoint]], float], source: Checkpoint, data: Path, tmp_path: Path
) -> None:
    whole, seconds = undisturbed
    chosen = settings(source, **EVERYTHING)
    for share in (0.3, 0.7):
        child = os.fork()
        if child == 0:
            steps(source, data, tmp_path, chosen)
            os._exit(0)
        time.sleep(share * seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    resumed = steps(source, data, tmp_path, chosen)
    for (step, one), (_, other) in list(zip(whole, resumed, strict=True))[1:]:
        for name in ("weights.safetensors", "model.json"):
            assert (one.path / name).read_bytes() == (other.path / name).read_bytes(), step.name


def test_a_finished_step_is_not_made_again(
    undisturbed: tuple[list[tuple[Step, Checkpoint]], float], source: Checkpoint, data: Path, tmp_path: Path
) -> None:
    shutil.copytree(undisturbed[0][1][1].path.parent, tmp_path / "copy")
    begun: list[str] = []
    jets = TrainingJets(data, 5, SMALL.form)
    chosen = settings(source, **EVERYTHING)
    shutil.rmtree(tmp_path / "copy" / "step-ptq-8")
    list(Compression(chosen, source, jets, tmp_path / "copy", [], lambda *_: None, begun.append).run())
    assert begun == ["step-ptq-8"]


def test_compressing_a_step_keeps_its_zeros(
    undisturbed: tuple[list[tuple[Step, Checkpoint]], float], data: Path, tmp_path: Path
) -> None:
    sparse = next(checkpoint for step, checkpoint in undisturbed[0] if step.name == "step-magnitude-0.25")
    chosen = settings(sparse, bits=(5,), prune=(), structured=("aggregators",), removals=1)
    zero = load_float_model(sparse).model.get_parameter("weight") == 0
    for _, checkpoint in steps(sparse, data, tmp_path, chosen):
        for model in (load_float_model(checkpoint).model, load_model(checkpoint)):
            assert bool((model.get_parameter("weight")[zero] == 0).all())


@pytest.mark.parametrize("l1", [0.0, 0.05])
def test_l1_makes_rows_sparser_and_zeros_survive_any_fit(l1: float, data: Path, tmp_path: Path) -> None:
    sample = load_sample(data / "train.h5", 5)
    torch.manual_seed(0)
    model = new_model(SMALL, 0)
    zero = torch.zeros(2, 6, dtype=torch.bool)
    zero[:, 1] = True

    def spread() -> float:
        rows = model.get_parameter("weight").detach()
        return float((rows.abs().sum(1) / rows.norm(dim=1)).sum())

    Sparsity({"weight": zero}).apply(model)
    before = spread()
    fit = Fit("f", epochs=6, rate=0.02, batch=64, warm_up=0.1, seed=0)
    fit.run(
        model, sample, sample, tmp_path, lambda *_: None, sparsity=Sparsity({"weight": zero}, ("weight",), l1)
    )
    assert bool((model.get_parameter("weight")[zero] == 0).all())
    if l1:
        assert spread() < 0.8 * before
        free = new_model(SMALL, 0)
        Sparsity({"weight": zero}).apply(free)
        fit.run(free, sample, sample, tmp_path / "free", lambda *_: None, sparsity=Sparsity({"weight": zero}))
        rows = free.get_parameter("weight").detach()
        assert spread() < float((rows.abs().sum(1) / rows.norm(dim=1)).sum())


def test_the_penalty_does_not_see_how_long_a_row_is() -> None:
    model = new_model(SMALL, 0)
    sparsity = Sparsity(weights=("weight",), l1=2.0)
    before = float(sparsity.penalty(model).detach())
    with torch.no_grad():
        model.get_parameter("weight")[0] *= 7.0
    assert float(sparsity.penalty(model).detach()) == pytest.approx(before)
    Sparsity({"weight": torch.ones(2, 6, dtype=torch.bool)}).apply(model)
    nothing = sparsity.penalty(model)
    torch.autograd.backward(nothing)
    assert float(nothing.detach()) == 0
    gradient = model.get_parameter("weight").grad
    assert gradient is not None
    assert bool(gradient.isfinite().all())


@pytest.mark.parametrize("alpha", [False, True])
def test_a_removed_channel_is_a_channel_of_zeros(alpha: bool) -> None:
    sizes = Architecture(5, 3, alpha=alpha)
    chosen = SMALL.model_copy(update={"hidden": 3, "alpha": alpha, "nbar": NBAR})
    model = random_float(sizes)
    jets = torch.from_numpy(random_jets(200, 5))
    pieces = NPELICAN.removable(chosen, Structure.CHANNELS)
    assert [piece.name for piece in pieces] == ["channel 0", "channel 1", "channel 2"]
    smaller, fewer = without(model, pieces[1], chosen)
    assert fewer.hidden == 2  # type: ignore[attr-defined]
    Sparsity(masks(pieces[1])).apply(model)
    with torch.no_grad():
        assert torch.allclose(smaller.eval()(jets), model(jets), rtol=1e-6, atol=1e-6)
    assert float(model(jets).detach().std()) > 0


def test_the_least_harmful_piece_is_found(data: Path) -> None:
    model = random_float(Architecture(5, 3))
    with torch.no_grad():
        model.score_weight[2] *= 1e-6
    chosen, sample = SMALL.model_copy(update={"hidden": 3, "nbar": NBAR}), load_sample(data / "val.h5", 5)
    pieces, names = NPELICAN.removable(chosen, Structure.CHANNELS), ("weight", "score_weight")
    before = float(logit_loss(evaluate(model, sample.momenta), sample.label))
    losses = {}
    for piece in pieces:
        smaller, _ = without(model, piece, chosen)
        losses[piece.name] = float(logit_loss(evaluate(smaller, sample.momenta), sample.label))
    assert losses["channel 2"] == pytest.approx(before, abs=1e-5)
    found = least_harmful(model, pieces, sample, names)
    assert losses[found.name] == min(losses.values())
    Sparsity(masks(found)).apply(model)
    assert is_gone(model, found)
    assert least_harmful(model, pieces, sample, names) is not found, "it is gone already"
    for piece in pieces:
        Sparsity(masks(piece)).apply(model)
    with pytest.raises(BadInput, match="nothing is left"):
        least_harmful(model, pieces, sample, names)


def test_the_smallest_weights_go_first_and_tied_ones_together() -> None:
    model = random_quantised(Architecture(5, 2))
    labels = NPELICAN.prunable(SMALL)
    with torch.no_grad():
        model.weight.copy_(torch.arange(1, 13).reshape(2, 6) / 20)
        model.score_weight.copy_(torch.tensor([[0.9, -0.001], [0.8, 0.95]]))
    found = smallest(model, labels, 4 / 16)
    assert np.argwhere(found["weight"]).tolist() == [[0, 0], [0, 1], [0, 2]]
    assert np.argwhere(found["score_weight"]).tolist() == [[0, 1]]
    everything = smallest(model, labels, 0.999)
    assert sum(int((~mask).sum()) for mask in everything.values()) == 2, "the largest of each tensor stays"
    tied = NPELICAN.prunable(SMALL.model_copy(update={"symmetric": True, "unit_pair_weight": True}))
    assert (tied["weight"][:, 0] == 0).all()
    found = smallest(model, tied, 2 / 13)
    assert (found["weight"][:, 2] == found["weight"][:, 3]).all()
    assert not found["weight"][:, 0].any()
    assert pruned(model, labels) == 1, "0.001 rounds to zero"


def test_pieces_of_other_networks() -> None:
    vecnet, lorentz = FAMILIES["vecnet"], FAMILIES["lorentznet"]
    settings = vecnet.settings(constituents=4, scalar=2, vector=1, hidden=2)
    labels = vecnet.prunable(settings)
    numbers = np.concatenate([label.ravel() for label in labels.values()])
    assert len(np.unique(numbers)) == len(numbers)
    assert numbers.min() == 1
    model = new_model(settings, 0)
    piece = next(p for p in vecnet.removable(settings, Structure.CHANNELS) if p.name == "s1_edge1 channel 1")
    smaller, same = without(model, piece, settings)
    assert same is settings
    assert is_gone(smaller, piece)
    held = zeros_of(settings, smaller)
    assert all(bool(held[name][zero].all()) for name, zero in masks(piece).items())
    assert not held["s1_edge1_bias"][0], "a bias that no piece owns may move, though it starts at zero"
    names = [p.name for p in lorentz.removable(lorentz.settings(hidden=3), Structure.CHANNELS)]
    assert {"e1 channel 0", "h2 channel 2", "d1 channel 1"} <= set(names)
    assert not any(name.startswith(("gate_raw", "score")) for name in names), (
        "0 before a sigmoid is 1/2 behind it"
    )
    with pytest.raises(BadInput, match="one aggregator"):
        vecnet.removable(settings, Structure.AGGREGATORS)
    with pytest.raises(BadInput, match="of one channel"):
        NPELICAN.removable(SMALL.model_copy(update={"hidden": 1}), Structure.CHANNELS)
    with pytest.raises(BadInput, match="has no channels"):
        FAMILIES["lorentznet-published"].removable(None, Structure.CHANNELS)


def test_s_i_and_s_j_are_one_aggregator_of_a_symmetric_model() -> None:
    names = [p.name for p in NPELICAN.removable(SMALL, Structure.AGGREGATORS)]
    assert len(names) == 8
    tied = SMALL.model_copy(update={"symmetric": True, "unit_pair_weight": True})
    fewer = {p.name: p for p in NPELICAN.removable(tied, Structure.AGGREGATORS)}
    assert len(fewer) == 6
    assert np.flatnonzero(fewer["S_i and S_j"].zero["weight"][0]).tolist() == [2, 3]


BAD: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "width": ([], {"bits": (1,)}, "--bits: .*2 to 16"),
    "share": ([], {"prune": (0.5, 1.5)}, "--prune: .*between 0 and 1"),
    "falling": ([], {"prune": (0.5, 0.25)}, "--prune: .*rise"),
    "twice": ([], {"bits": (6, 6)}, "asked for twice"),
    "nothing": ([], {"bits": (), "prune": ()}, "nothing to do"),
    "structure": ([], {"structured": ("layers",)}, "--structured"),
    "another model": (["hidden=3"], {}, "--set hidden: that would be another model"),
    "unknown setting": (["hiden=3"], {}, "setting hiden"),
    "negative": ([], {"l1": -1.0}, "--l1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings_are_named(case: str, source: Checkpoint) -> None:
    assignments, given, message = BAD[case]
    with pytest.raises(BadInput, match=message):
        steps_of(source, settings(source, *assignments, **given))


def test_one_piece_of_each_kind_stays(
    source: Checkpoint, undisturbed: tuple[list[tuple[Step, Checkpoint]], float]
) -> None:
    chosen = settings(source, structured=("channels", "aggregators"), removals=99)
    assert removals(source, chosen) == {Structure.CHANNELS: 1, Structure.AGGREGATORS: 7}
    narrow = undisturbed[0][-1][1]
    with pytest.raises(BadInput, match="of one channel"):
        steps_of(narrow, settings(narrow, structured=("channels",)))


def test_the_given_model_is_measured_on_the_jets_of_all_steps(
    source: Checkpoint, data: Path, tmp_path: Path
) -> None:
    for name in ("train", "val"):
        shutil.copy(data / f"{name}.h5", tmp_path / f"{name}.h5")
    p4, label = labelled_jets(300, 5, 77)
    sizes, zeros = np.full(300, 5, np.int16), np.zeros((300, 4), np.float32)
    write_jets(tmp_path / "test.h5", Jets(p4, sizes, label, zeros, ("qcd", "top"), {}))
    chosen = settings(source, bits=(5,), prune=())
    (_, given), _ = steps(source, tmp_path, tmp_path / "out", chosen)
    assert given.config.metrics.float_["auc"] == auc(label, load_float_model(source).scores(p4))
    assert given.config.metrics.float_ != source.config.metrics.float_


def test_resuming_with_other_settings_names_them(source: Checkpoint, tmp_path: Path) -> None:
    prepare(tmp_path, settings(source), resume=False)
    other = settings(source, "bits.dots=9", "float_rate=0.1", l1=1.0)
    with pytest.raises(BadInput, match=r"\(l1, training\.float_rate, training\.bits\.dots\)"):
        prepare(tmp_path, other, resume=True)
