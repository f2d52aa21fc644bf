"""Features of constituents beside their momenta: trained on, certified, and refused where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.certify import certify_build
from fpgajet.pipeline.events import given_events, sample_events
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.stages import checkpoint_stage, model_stage
from quant.checkpoint import open_checkpoint
from quant.data import write_jets
from quant.evaluation import score_checkpoint
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from tests.feature_jets import feature_jets
from tests.pipeline.contexts import context_of
from tests.toy_jets import toy_jets

FAMILIES = {
    "deepsets": ["phi=[3]", "rho=[3]"],
    "jedi-linear": ["embedding=[3]", "relation=2", "object=[3]", "classifier=[3]", "input.form=trigger"],
    "interaction": ["embedding=[3]", "relation=[2]", "object=[3]", "classifier=[3]", "input.form=aligned"],
    "vecnet": ["scalar=2", "vector=0", "hidden=1", "iterations=1"],
    "lorentznet": ["hidden=2"],
}
#: columns before those of features
MOMENTUM = {"deepsets": 3, "jedi-linear": 3, "interaction": 4, "vecnet": 4, "lorentznet": 4}
SETTINGS = [
    'features=["charge","weight"]', "feature_types.weight=ap_ufixed<4,0>", "constituents=4", "screen_epochs=0",
    "float_epochs=4", "quantised_epochs=1", "calibration_sweeps=0", "float_rate=0.03", "batch=64",
]  # fmt: skip

ONLY_HIDDEN = ["scalar=0", "vector=0", "hidden=4", "shortcut=skip"]


@pytest.fixture(scope="module", params=FAMILIES)
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of jets whose class only their constituents' charge tells."""
    root = tmp_path_factory.mktemp("features")
    for seed, part in enumerate(("train", "val", "test")):
        write_jets(root / "jets" / f"{part}.h5", feature_jets(400, seed=seed, telling=True))
    settings = read_settings(None, [f"model={request.param}", *FAMILIES[request.param], *SETTINGS])
    prepare(root / "run", settings, resume=False)
    train(settings, root / "jets", root / "run", lambda *_: None, name="charged")
    return root


def test_the_network_uses_them_and_all_implementations_agree(root: Path) -> None:
    checkpoint = open_checkpoint(root / "run")
    assert checkpoint.config.model.form.feature_names == ("charge", "weight")
    scored = score_checkpoint(checkpoint, root / "jets" / "test.h5")
    assert scored.metrics("float")["auc"] > 0.95
    assert scored.metrics("quantised")["auc"] > 0.95
    (root / "build").mkdir()
    build = BuildDirectory(root / "build")
    context = context_of(build.root, source=root / "run")
    context.jets = root / "jets" / "test.h5"
    checkpoint_stage(context).run()
    model_stage(context).run()
    features, first = context.features, MOMENTUM[checkpoint.config.architecture]
    assert features.shape == (400, 4, first + 2)
    assert set(np.unique(features[..., first]) / features[..., first].max()) == {-1, 0, 1}
    assert len(np.unique(features[..., first + 1])) == 16
    artefacts = Artefacts(build)
    certificate = certify_build(artefacts, set(), features, edges=200, seed=1)
    assert certificate.total_differences == 0
    assert {"torch", "onnxruntime", "qonnx"} <= set(certificate.implementations)
    np.testing.assert_array_equal(given_events(artefacts, context.jets), features)
    with pytest.raises(BadInput, match="no feature charge, weight of constituents"):
        given_events(artefacts, None)  # the shipped jets have none
    sample = sample_events(artefacts.network, 50)  # where no events are asked for, as in `fpgajet prove`
    assert sample.shape == (50, 4, first + 2)
    assert len(np.unique(sample[..., first])) == 4
    assert len(np.unique(sample[..., first + 1])) == 16
    write_jets(root / "plain.h5", toy_jets(5, 4))
    with pytest.raises(BadInput, match="it has none"):
        score_checkpoint(checkpoint, root / "plain.h5")
    with pytest.raises(BadInput, match="6 numbers for each constituent"):
        artefacts.network.form.features(toy_jets(5, 4).constituents)


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        (
            ["model=npelican", 'features=["charge"]'],
            "npelican takes no features .* vecnet, lorentznet, deepsets",
        ),
        (["model=npelican", 'input.features={"charge":"ap_fixed<2,2>"}'], "npelican takes no features"),
        (["model=npelican", "input.form=log", 'input.features={"z0":"ap_fixed<7,5>"}'], "takes no features"),
        (["model=vecnet-published", 'features=["charge"]'], "takes no features"),
        (["model=deepsets", 'features=["spin"]'], "give a type, for example feature_types.spin"),
        (["model=deepsets", "feature_types.charge=ap_fixed<2,2>"], "features does not name them"),
        (["model=deepsets", 'features=["charge"]', "input.form=puppi"], "not puppi"),
        (["model=deepsets", 'features=["charge","charge"]'], "read once"),
        (["model=deepsets", 'features=["charge"]', 'input.features={"z0":"ap_fixed<7,5>"}'], "not in input"),
        (["model=vecnet", 'features=["charge"]', "input.form=log"], "messages start from four-momenta"),
        (
            ["model=lorentznet", 'features=["z"]', "feature_types.z=ap_fixed<10,5>"],
            "momenta_lsb=0.03125 or less",
        ),
        (["model=vecnet", 'features=["charge"]', "bits.momenta=8"], "5 bits before the point"),
        (["model=vecnet", 'features=["charge"]', *ONLY_HIDDEN], "give scalar channels, or shortcut=concat"),
        (["model=mlp", 'features=["charge"]'], "jet-features takes no features"),
    ],
)
def test_what_takes_no_features_says_so(assignments: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_settings(None, assignments)
