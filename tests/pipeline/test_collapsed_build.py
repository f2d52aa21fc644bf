"""A build of a model with affine functions of pairs: sums in O(N), proved against the model that was trained."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.estimate.blocks import blocks_of
from fpgajet.graph.load import load, read_model
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.certify import ONE_FORWARD, certify_build
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.stages import checkpoint_stage, model_stage
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network, network_of
from quant.data import Jets, write_jets
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from tests.pipeline.contexts import context_of
from tests.quant.jets import labelled_jets, random_jets

SETTINGS = ["model=vecnet", "scalar=0", "vector=0", "hidden=3", "affine=true", "constituents=5"]
QUICK = ["screen_epochs=1", "screen_jets=200", "float_epochs=1", "quantised_epochs=0", "calibration_sweeps=0"]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> BuildDirectory:
    root = tmp_path_factory.mktemp("affine")
    for seed, part in enumerate(("train", "val", "test")):
        p4, label = labelled_jets(400, 5, seed)
        zeros, names = np.zeros((400, 4), np.float32), ("qcd", "top")
        write_jets(root / "jets" / f"{part}.h5", Jets(p4, np.full(400, 5, np.int16), label, zeros, names, {}))
    settings = read_settings(None, SETTINGS + QUICK)
    prepare(root / "run", settings, resume=False)
    train(settings, root / "jets", root / "run", lambda *_: None, name="affine")
    (root / "build").mkdir()
    return BuildDirectory(root / "build")


@pytest.fixture(scope="module")
def outcome(build: BuildDirectory) -> str:
    context = context_of(build.root, source=build.root.parent / "run")
    checkpoint_stage(context).run()
    return model_stage(context).run()


def test_the_record_says_what_was_rewritten(outcome: str) -> None:
    assert outcome.endswith("; sums over pairs collapsed to O(N): h1_mean, h2_mean")
    assert "PairDense" not in outcome


def test_the_certificate_still_compares_the_trained_model(build: BuildDirectory, outcome: str) -> None:
    """torch has the pairs, everybody else the sums."""
    jets = np.concatenate([labelled_jets(300, 5, 7)[0], random_jets(200, 5)])
    certificate = certify_build(Artefacts(build), set(), jets, edges=300, seed=1)
    assert {"torch", "onnxruntime", "qonnx"} <= set(certificate.implementations)
    assert certificate.total_differences == 0
    assert certificate.distinct_scores > 20
    # None of these is code of its own, and the certificate says so.
    assert certificate.document()["common_source"] == ONE_FORWARD


def test_the_estimate_is_that_of_the_build(build: BuildDirectory, outcome: str) -> None:
    checkpoint = open_checkpoint(build.checkpoint)
    built, trained = load(read_model(build.model)), network_of(checkpoint)
    assert [n.operator for n in built.nodes] == [n.operator for n in built_network(checkpoint).nodes]
    assert {"PairDense", "CompleteGraph"} & {block.op_type for block in blocks_of(built)} == set()
    assert sum(n.operator.op_type == "PairDense" for n in trained.nodes) == 2
