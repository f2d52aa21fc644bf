"""Learned power-of-two scales: moves keep the weights, help or are not made, and survive a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from fpgajet.fixed import FixedType
from quant.checkpoint import open_checkpoint
from quant.models.families import FAMILIES
from quant.models.loss import logit_loss
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.models.quantised import QuantisedNetwork
from quant.models.sample import Sample
from quant.models.training_settings import TrainingSettings
from quant.training.data import load_sample
from quant.training.fit import evaluate
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from quant.training.scales import search, with_point_moved
from tests.quant.jets import write_labelled_jets

SMALL = [
    "constituents=5", "restarts=1", "screen_epochs=1", "screen_jets=800", "float_epochs=2", "quantised_epochs=1",
    "calibration_jets=200", "calibration_sweeps=1", "batch=64",
]  # fmt: skip
NPELICAN = [*SMALL, "hidden=1", "scale_rounds=1", "calibration_starts=1", "calibration_searches=1"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_labelled_jets(tmp_path_factory.mktemp("jets"), train=1200, val=400, test=400)


def calibrated(data: Path, settings: TrainingSettings) -> tuple[QuantisedNetwork, Sample]:
    torch.manual_seed(3)
    sample = load_sample(data / "train.h5", settings.constituents)
    family = FAMILIES[settings.model]
    model = family.calibrate(family.new_float(settings).eval(), settings, sample.first(200), "x")
    return model, sample.with_inputs(settings.form.features(sample.momenta.numpy()))


@pytest.mark.parametrize(
    ("assignments", "key"),
    [
        (["model=npelican", *NPELICAN], "weight"),
        (["model=vecnet", *SMALL, "scalar=2", "vector=1", "hidden=1"], "score"),
    ],
)
def test_a_moved_point_keeps_the_real_weights(data: Path, assignments: list[str], key: str) -> None:
    settings = read_settings(None, assignments)
    model, _ = calibrated(data, settings)
    description = FAMILIES[settings.model].describe(settings, model)
    assert key in description.movable_types
    assert not {"momenta", "address"} & set(description.movable_types)
    moved = with_point_moved(description, model, key, 1, "moved")
    assert moved is not None
    old, new = (FixedType.from_ap_fixed(d.model_dump()["types"][key]) for d in (description, moved[0]))
    assert (new.bits, new.integer) == (old.bits, old.integer + 1)
    for name, _ in model.named_parameters():
        torch.testing.assert_close(moved[1].real(name), model.real(name), rtol=0, atol=0)


def test_the_search_mends_misplaced_points(data: Path) -> None:
    settings = read_settings(None, ["model=npelican", *NPELICAN])
    model, sample = calibrated(data, settings)
    description = FAMILIES["npelican"].describe(settings, model)

    def loss(candidate: QuantisedNetwork) -> float:
        return float(logit_loss(evaluate(candidate, sample.momenta), sample.label))

    for key in ("score", "score", "row_sum", "row_sum", "row_sum"):
        moved = with_point_moved(description, model, key, -1, "x")
        assert moved is not None
        description, model = moved
    spoilt = loss(model)
    assert loss(search(description, model, loss, "x")) < spoilt


def test_a_killed_run_that_learns_scales_ends_the_same(data: Path, tmp_path: Path) -> None:
    settings: NPelicanSettings = read_settings(None, ["model=npelican", *NPELICAN])
    fits: list[str] = []

    def report(fit: str, record: dict[str, Any]) -> None:
        fits.append(fit)

    def killed(fit: str, record: dict[str, Any]) -> None:
        if fit == "quantised":
            raise KeyboardInterrupt

    for out, reporter in ((tmp_path / "whole", report), (tmp_path / "killed", killed)):
        prepare(out, settings, resume=False)
        try:
            train(settings, data, out, reporter, name="small")
        except KeyboardInterrupt:
            prepare(out, settings, resume=True)
            train(settings, data, out, report, name="small")
    assert fits.index("scales-0") < fits.index("quantised")
    whole, again = (open_checkpoint(tmp_path / name) for name in ("whole", "killed"))
    assert whole.config.model == again.config.model
    weights = [(tmp_path / name / "weights.safetensors").read_bytes() for name in ("whole", "killed")]
    assert weights[0] == weights[1]
