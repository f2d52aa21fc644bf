"""Greedy narrowing: steps take away what they say, losses are those of the whole network, the front gets smaller."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.fixed import FixedType
from fpgajet.ops.forms import form_from_json
from fpgajet.ops.network import Network
from fpgajet.ops.signed_digits import count_digits
from quant.checkpoint import Checkpoint, load_model, open_checkpoint
from quant.compression.compress_settings import settings_of
from quant.compression.front import FOUND, MOVES, Front
from quant.compression.losses import Losses, Lost
from quant.compression.moves import Kind, Move, Narrowed, moved, moves, types_of
from quant.compression.narrowing import Judge, Narrowing
from quant.compression.run import Compression
from quant.metrics import auc
from quant.models.sample import Sample
from quant.training.data import TrainingJets
from quant.zoo import HERE
from tests.quant.compression.small_compression import SMALL, settings
from tests.quant.jets import labelled_jets


def lut(network: Network) -> float:
    return estimate(network, part("xcvu9p"), 360).total.lut.value


def sample(constituents: int, jets: int = 80) -> Sample:
    momenta, label = labelled_jets(jets, constituents, 3)
    given = torch.from_numpy(momenta.astype(np.float32))
    slots = (given[:, :, 0] != 0).sum(1)
    return Sample(given, torch.from_numpy(label.astype(np.float64)), slots, "jets", "")


def begun(checkpoint: Checkpoint) -> Narrowed:
    return Narrowed(checkpoint.config.model, load_model(checkpoint), {})


@pytest.fixture(scope="module", params=["npelican-n8-c2", "npelican-n16-c2-log", "vecnet-n8-s8v2"])
def trained(request: pytest.FixtureRequest) -> Checkpoint:
    """Families and forms: four-momenta, logarithms, and a network of messages."""
    return open_checkpoint(HERE / request.param)


def test_a_bit_of_a_type_goes_and_parameters_keep_their_values(trained: Checkpoint) -> None:
    start, family = begun(trained), trained.config.family
    for kind in (Kind.LAST_BIT, Kind.FIRST_BIT):
        end = moved(family, start, Move(kind, "score_weight"), {})
        old, new = (FixedType.from_ap_fixed(types_of(x.description)["score_weight"]) for x in (start, end))
        assert new.bits == old.bits - 1
        assert new.fraction == old.fraction - (kind is Kind.LAST_BIT)
        others = types_of(end.description) | {"score_weight": types_of(start.description)["score_weight"]}
        assert others == types_of(start.description)
        for name, _ in start.model.named_parameters():
            assert torch.allclose(start.model.real(name), end.model.real(name), rtol=1e-12, atol=0), name


def test_a_digit_of_one_weight_goes(trained: Checkpoint) -> None:
    start, family = begun(trained), trained.config.family
    weights = family.prunable(settings_of(trained))
    taken = [move for move in moves(start, weights) if move.kind is Kind.DIGIT][:3]
    for move in taken:
        end = moved(family, start, move, weights)
        chosen = weights[move.name] == move.number
        precision = start.model.wiring.types[move.name]
        old, new = (
            np.rint(x.model.real(move.name).detach().numpy() / precision.lsb).astype(int)
            for x in (start, end)
        )
        assert (old[~chosen] == new[~chosen]).all()
        assert {count_digits(n) for n in new[chosen]} == {count_digits(old[chosen][0]) - 1}
        assert bool((end.held[move.name][0].numpy() == chosen).all())


def test_the_loss_is_that_of_the_whole_network(trained: Checkpoint) -> None:
    start, family = begun(trained), trained.config.family
    weights, jets = family.prunable(settings_of(trained)), sample(trained.config.constituents)
    judge = Judge(start.model, jets)
    kinds: dict[Kind, int] = {}
    for move in moves(start, weights):
        kinds[move.kind] = kinds.get(move.kind, 0) + 1
        if kinds[move.kind] > 2:
            continue
        try:
            end = moved(family, start, move, weights)
        except ValueError:
            assert move.name in ("table", "address"), "whole numbers have no bits behind the point"
            continue
        whole = auc(jets.labels, end.model.scores(jets.momenta.numpy()))
        assert judge.loss(end.model) == pytest.approx(judge.auc - whole, abs=1e-12), str(move)
    assert (Kind.GRID in kinds) == bool(start.description.form.coarser())


def test_a_grid_twice_as_coarse_keeps_its_range() -> None:
    form = form_from_json({"form": "log", "steps": 4, "pt_bits": 6, "angle_steps": 120, "angle_bits": 6})
    coarse = form.coarser()
    assert set(coarse) == {"angles", "pT"}
    momenta = labelled_jets(50, 8, 1)[0]
    for what, (other, bits) in coarse.items():
        fine, rough = form.features(momenta), other.features(momenta)
        column = 0 if what == "pT" else 1
        assert np.abs(rough[..., column] - fine[..., column] / 2).max() <= 1.0
        assert (rough[..., 2 - 2 * column] == fine[..., 2 - 2 * column]).all()
        assert set(bits) == {"table" if what == "pT" else "address"}
    assert not form_from_json({"form": "momenta"}).coarser()


def test_greedy_takes_the_step_of_most_luts_for_its_loss(trained: Checkpoint) -> None:
    start, family = begun(trained), trained.config.family
    weights, jets = family.prunable(settings_of(trained)), sample(trained.config.constituents)
    size = lut(start.model.network())
    search = Narrowing(family, weights, lut, jets)
    said: list[str] = []
    end, taken = search.down_to(start, 0.99 * size, said.append)
    assert lut(end.model.network()) <= 0.99 * size
    assert len(taken) == len(said) >= 1
    again = start
    for move in taken:
        again = moved(family, again, move, weights)
    assert again.description == end.description
    for name, value in end.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], value)


def test_the_front_gets_smaller_and_goes_on_after_a_kill(
    source: Checkpoint, data: Path, tmp_path: Path
) -> None:
    size = lut(load_model(source).network())
    chosen = settings(source, "quantised_epochs=1", bits=(), prune=(), lut=0.85 * size)
    jets = TrainingJets(data, 5, SMALL.form)

    def run() -> list[Checkpoint]:
        compression = Compression(chosen, source, jets, tmp_path, ["fpgajet"], lambda *_: None, cost=lut)
        return [checkpoint for _, checkpoint in compression.run()]

    given, *steps = run()
    sizes = [lut(load_model(one).network()) for one in steps]
    assert sizes[-1] <= 0.85 * size
    assert sizes == sorted(sizes, reverse=True)
    weights = source.config.family.prunable(SMALL)
    for before, after in zip([given, *steps], steps, strict=False):
        taken = Narrowed(before.config.model, load_model(before), {})
        for kind, name, number in json.loads((after.path / FOUND).read_text()):
            taken = moved(source.config.family, taken, Move(Kind(kind), name, number), weights)
        assert taken.description == after.config.model
        for name, (mask, _) in taken.held.items():
            now = load_model(after).get_parameter(name)
            assert torch.equal(taken.model.get_parameter(name)[mask], now[mask]), "digits come back"
    last = steps[-1].path
    content = (last / "weights.safetensors").read_bytes()
    for name in ("model.json", "weights.safetensors", MOVES):
        (last / name).unlink()
    assert run()[-1].path == last
    assert (last / "weights.safetensors").read_bytes() == content


@pytest.mark.parametrize(
    ("lost", "sizes", "ends"), [(0.003, (9, 10), True), (0.001, (9, 10), False), (0, (10, 10), True)]
)
def test_it_ends_where_more_auc_is_lost_than_may_be(
    source: Checkpoint,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    lost: float,
    sizes: tuple[int, int],
    ends: bool,
) -> None:
    """Or where nothing is left to take away. A whole descent of a model that has learned nothing takes minutes."""
    chosen = settings(source, "quantised_epochs=0", bits=(), prune=(), auc_loss=0.002)
    found = {"validation": Lost(lost, 0.01), "test": Lost(0.0, 0.01)}
    monkeypatch.setattr("quant.compression.losses.Losses.of", lambda *_: found)
    sizes_asked = iter(sizes)  # that of the model after the step first
    jets = TrainingJets(data, 5, SMALL.form)
    front = Front(
        source, SMALL, chosen, jets, lambda _: next(sizes_asked), Losses(source, jets), lambda *_: None
    )
    assert front.ended(source, source) is ends
