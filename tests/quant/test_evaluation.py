"""Evaluation of a checkpoint: the same numbers as counted here, and slices that cover every jet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant import zoo
from quant.checkpoint import load_float_model, load_model, open_checkpoint
from quant.data import Jets, write_jets
from quant.evaluation import evaluate_checkpoint
from quant.metrics import (
    auc,
    constituent_mass,
    mass_window,
    paired_differences,
    tagging_errors,
    tagging_metrics,
)
from tests.quant.jets import labelled_jets


def jets(classes: tuple[str, ...]) -> Jets:
    p4, label = labelled_jets(1200, 12)
    rng = np.random.default_rng(0)
    jet = rng.uniform(550, 650, (1200, 4)).astype(np.float32)
    return Jets(p4, rng.integers(12, 90, 1200).astype(np.int16), label, jet, classes, {})


def test_evaluation_of_a_zoo_entry(tmp_path: Path) -> None:
    sample = jets(("qcd", "top"))
    write_jets(tmp_path / "jets.h5", sample)
    checkpoint = open_checkpoint(zoo.resolve("npelican"))
    report = evaluate_checkpoint(checkpoint, tmp_path / "jets.h5")
    padded = np.pad(sample.constituents, ((0, 0), (0, 4), (0, 0)))
    scores = load_model(checkpoint).scores(padded)
    expected = tagging_metrics(sample.label, scores) | tagging_errors(sample.label, scores)
    quantised = dict(report["quantised"])
    rejection, ant = expected["inverse_background_efficiency_30"], quantised.pop("ant_factor")
    assert quantised == expected
    floating = load_float_model(checkpoint).scores(padded)
    assert report["quantised_minus_float"] == paired_differences(sample.label, scores, floating)
    window = mass_window(sample.label, constituent_mass(sample.constituents))
    assert report["mass_cut"]["auc"] == auc(sample.label, window.scores)
    assert ant == (None if rejection is None else pytest.approx(rejection / 31))
    for of in ("pt", "multiplicity"):
        assert sum(s["jets"] for s in report["slices"] if s["of"] == of) == 1200


def test_three_classes_are_refused(tmp_path: Path) -> None:
    write_jets(tmp_path / "jets.h5", jets(("qcd", "top", "w")))
    with pytest.raises(BadInput, match="two classes"):
        evaluate_checkpoint(open_checkpoint(zoo.resolve("npelican")), tmp_path / "jets.h5")
