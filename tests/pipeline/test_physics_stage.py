"""The stage that turns scores into physics figures: errors, paired differences, and the reference."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from fpgajet.files import read_json
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporting import _curves
from fpgajet.pipeline.stages import physics_stage
from quant.metrics import auc, mass_window, tagging_errors, tagging_metrics
from quant.overlap import Overlap

ENERGY = {"pythia_settings": {"QCD": ["Beams:eCM = 13600"]}}


@pytest.fixture
def physics(tmp_path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the stage wrote, and the arrays it read."""
    return run_stage(tmp_path, objects=False)


def run_stage(tmp_path: Path, *, objects: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same, of jets or of events of objects."""
    rng = np.random.default_rng(1)
    label = np.arange(600) % 2
    score = rng.normal(size=600) + 1.5 * label
    mass = np.where(label, rng.normal(140, 15, 600), rng.exponential(80, 600))
    arrays = {
        "label": label,
        "mass": mass,
        "float": score,
        "torch": np.round(4 * score),
        "csim": np.round(4 * score),
    }
    build = BuildDirectory(tmp_path)
    np.savez_compressed(build.scores, **arrays)
    context = SimpleNamespace(
        directory=build, sample=SimpleNamespace(provenance=ENERGY, cross_section=None),
        settings=SimpleNamespace(max_jets=None, luminosity=7.5e34), threshold=None,
        overlap=Overlap("seen", len(arrays["label"]), 3), jets=tmp_path / "jets.h5", classes=(),
        objects=objects,
    )  # fmt: skip
    physics_stage(cast(BuildContext, context)).run()
    return read_json(build.physics), arrays


def test_metrics_have_errors_and_the_difference_is_paired(
    physics: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    content, arrays = physics
    assert content["jets"]["seen"]["seen"] == 3
    expected = tagging_metrics(arrays["label"], arrays["torch"]) | tagging_errors(
        arrays["label"], arrays["torch"]
    )
    assert content["quantised"].items() >= expected.items()
    assert content["csim"] == content["quantised"]
    difference = content["quantised"]["minus_float"]["auc"]
    assert difference["value"] == pytest.approx(content["quantised"]["auc"] - content["float"]["auc"])
    assert 0 < difference["error"] < 0.5 * content["float"]["auc_error"]


def test_events_have_no_mass_window(tmp_path: Path) -> None:
    content, _ = run_stage(tmp_path, objects=True)
    assert content.keys() == {"float", "quantised", "csim", "jets"}
    curves = _curves(BuildDirectory(tmp_path), window=False)
    assert curves.keys() == {"float", "quantised", "csim"}


def test_the_reference_is_the_mass_window_not_a_cut(physics: tuple[dict[str, Any], dict[str, Any]]) -> None:
    content, arrays = physics
    assert content["jet_mass"]["auc"] == auc(
        arrays["label"], mass_window(arrays["label"], arrays["mass"]).scores
    )
    assert content["jet_mass"]["auc"] > auc(arrays["label"], arrays["mass"]) + 0.05
    assert "accuracy" not in content["jet_mass"]


def test_the_jets_are_described(physics: tuple[dict[str, Any], dict[str, Any]]) -> None:
    facts = {"total": 600, "signal": 300, "sample": "√s = 13.6 TeV"}
    assert physics[0]["jets"].items() >= facts.items()
