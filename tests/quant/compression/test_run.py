"""All steps of a compression: zeros stay zero from training to build, a killed run ends the same."""

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

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.ops.network import Network
from quant.checkpoint import Checkpoint, load_float_model, load_model, open_checkpoint
from quant.compression.compress_settings import settings_of
from quant.compression.losses import Losses
from quant.compression.pieces import is_gone
from quant.compression.run import Compression
from quant.compression.steps import Step, steps_of
from quant.compression.table import Row, row_of
from quant.data import Jets, write_jets
from quant.metrics import auc
from quant.models.structure import Structure
from quant.training.data import TrainingJets
from tests.quant.compression.small_compression import EVERYTHING, NPELICAN, SMALL, settings, steps
from tests.quant.jets import (
    labelled_jets,
)


def measure(network: Network) -> dict[str, float]:
    total = estimate(network, part("xcvu9p"), 360).total
    return {
        "lut": total.lut.value, "lut_low": total.lut.low, "lut_high": total.lut.high, "dsp": total.dsp.value,
        "latency_cycles": total.latency_cycles.value, "latency_ns": total.latency_ns.value,
    }  # fmt: skip


def test_every_step_is_an_ordinary_checkpoint_and_a_row(
    undisturbed: tuple[list[tuple[Step, Checkpoint]], float], source: Checkpoint, data: Path
) -> None:
    found = undisturbed[0]
    assert len(found) == steps_of(source, settings(source, **EVERYTHING)) == 7
    rows: dict[str, Row] = {}
    losses = Losses(source, TrainingJets(data, 5, SMALL.form))
    for step, checkpoint in found:
        opened = open_checkpoint(checkpoint.path)
        assert settings_of(opened).constituents == 5
        rows[step.name] = row_of(step, opened, measure, losses.of(opened)["test"])
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
    assert rows["step-magnitude-0.6"].parameters <= 31 - round(0.6 * 16)
    assert rows["step-channels-1"].parameters <= 17
    assert open_checkpoint(found[-1][1].path).config.model.hidden == 1
    assert (rows["given"].auc_lost, rows["given"].auc_lost_error) == (0.0, 0.0)
    for row in rows.values():
        assert row.auc_lost == pytest.approx((rows["given"].auc or 0) - (row.auc or 0), abs=2e-5)
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
