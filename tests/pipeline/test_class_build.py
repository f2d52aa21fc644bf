"""From jets of three classes to a certificate of three scores, metrics and the tables of the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.cli.classes import print_classes
from fpgajet.errors import BadInput
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.pipeline.certify import certify_build
from fpgajet.pipeline.class_report import class_physics
from fpgajet.pipeline.decision import decision_of
from fpgajet.pipeline.jets import labelled_jets, shipped_sample
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.stages import checkpoint_stage, model_stage
from fpgajet.report.model import Physics, Report
from fpgajet.report.tables import class_table, regression_table
from quant.checkpoint import open_checkpoint, require_two_classes
from quant.data import read_jets, write_jets
from quant.data.targets import true_values
from quant.evaluation import evaluation_of, score_checkpoint
from quant.explanation.document import explained
from quant.metrics.classes import class_report
from quant.regression import regression_of
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from tests.pipeline.contexts import context_of
from tests.toy_jets import toy_jets

NAMES = ("t", "g", "W")
FAMILIES = {
    "deepsets": ["phi=[3]", "rho=[3]", 'regress=["pt"]'],
    "npelican": ["calibration_starts=2", "calibration_searches=1", 'regress=["pt"]'],
}
SETTINGS = [
    'classes=["t","g","W"]', "constituents=4", "screen_epochs=0", "float_epochs=1", "quantised_epochs=1",
    "calibration_sweeps=0",
]  # fmt: skip


@pytest.fixture(scope="module", params=FAMILIES)
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jets and a trained model; the file has its classes in another order than the model."""
    root = tmp_path_factory.mktemp("classes")
    for seed, part in enumerate(("train", "val", "test")):
        jets = toy_jets(300, 4, seed, ("g", "W", "t"))
        parton = np.where((jets.label > 0)[:, None], 0.5 * jets.jet, 0).astype(np.float32)
        write_jets(root / "jets" / f"{part}.h5", replace(jets, parton=parton))
    settings = read_settings(None, [f"model={request.param}", *FAMILIES[request.param], *SETTINGS])
    prepare(root / "run", settings, resume=False)
    train(settings, root / "jets", root / "run", lambda *_: None, name="three")
    return root


def test_metrics_follow_the_names(root: Path) -> None:
    checkpoint = open_checkpoint(root / "run")
    scored = score_checkpoint(checkpoint, root / "jets" / "test.h5")
    regressed = checkpoint.config.model.regressed
    assert scored.scores["quantised"].shape == (300, 3 + len(regressed))
    assert scored.label.tolist() == [1, 2, 0] * 100
    report = evaluation_of(scored, "test.h5")
    metrics = checkpoint.config.metrics
    assert report["quantised"]["auc_W"] == metrics.quantised["auc_W"]
    assert metrics.mass_cut == {}
    for precision in ("float", "quantised"):
        found = report[precision].get("regression", {})
        assert set(found) == set(regressed)
        if found:
            stated = getattr(metrics, {"float": "float_"}.get(precision, precision))
            assert (found["pt"]["jets"], found["pt"]["jet_bias"]) == (200, pytest.approx(1.0))
            for key in ("bias", "resolution"):
                assert found["pt"][key] == pytest.approx(stated[f"{key}_pt"])
    print_classes(report)
    with pytest.raises(BadInput, match="tells t, g, W apart"):
        require_two_classes(checkpoint, "this")


def test_all_scores_are_certified_and_reported(root: Path) -> None:
    (root / "build").mkdir()
    build, jets = BuildDirectory(root / "build"), root / "jets" / "test.h5"
    context = context_of(build.root, source=root / "run")
    context.jets = jets
    checkpoint_stage(context).run()
    model_stage(context).run()
    certificate = certify_build(Artefacts(build), set(), context.features, edges=200, seed=1)
    assert certificate.total_differences == 0
    assert {"torch", "onnxruntime", "qonnx"} <= set(certificate.implementations)
    scores = certificate.scores["torch"]
    regressed = context.regressed
    assert scores.shape == (300, 3 + len(regressed))
    more = regression_of(context.sample, scores, regressed, jets)
    found = {"quantised": class_report(context.sample.label, scores, NAMES) | more}
    physics = Physics.model_validate(class_physics(found, {"total": 300, "classes": list(NAMES)}, "test.h5"))
    assert physics.data == "test.h5, jets by class: 100 t, 100 g, 100 W"
    rows = class_table(Report.model_construct(physics=physics)).rows
    assert [row[0].text for row in rows] == list(NAMES)
    assert sum(int(cell.text) for cell in rows[0][2:]) == 100
    table = regression_table(Report.model_construct(physics=physics))
    assert [row[1].text for row in table.rows] == ["quantised", "the jet itself"][: 2 * len(regressed)]


def test_what_needs_two_classes_is_refused(root: Path) -> None:
    with pytest.raises(BadInput, match="--classes"):
        labelled_jets(shipped_sample(), 4, 100, NAMES)
    with pytest.raises(BadInput, match="the decision bit"):
        decision_of(BuildSettings(model="x", part="xcvu9p", threshold=3), root / "run", toy_jets(3), root)
    with pytest.raises(BadInput, match="Name them in the setting classes"):
        train(
            read_settings(None, ["constituents=4"]), root / "jets", root / "other", lambda *_: None, name="x"
        )
    for wrong, message in (('classes=["a","b"]', "leave it out"), ('classes=["a","b","a"]', "of its own")):
        with pytest.raises(BadInput, match=message):
            read_settings(None, ["model=vecnet", wrong])
    with pytest.raises(BadInput, match="give classes too"):
        read_settings(None, ["model=mlp", 'regress=["pt"]'])
    with pytest.raises(BadInput, match="parton"):
        true_values(toy_jets(3), "pt", "these")
    with pytest.raises(BadInput, match="outputs=2 belongs to two classes"):
        read_settings(None, ["model=npelican", "outputs=2", *SETTINGS])
    if open_checkpoint(root / "run").config.architecture == "npelican":
        with pytest.raises(BadInput, match="has 4 scores"):
            explained(open_checkpoint(root / "run"), read_jets(root / "jets" / "test.h5"))


def test_a_random_model_is_as_good_as_guessing(root: Path) -> None:
    """Labels of toy jets say nothing, so that every AUC is one half within its error."""
    scored = score_checkpoint(open_checkpoint(root / "run"), root / "jets" / "test.h5")
    found = class_report(scored.label, scored.scores["quantised"], NAMES)
    assert np.abs(found["auc"] - 0.5) < 4 * found["auc_error"] + 0.02
