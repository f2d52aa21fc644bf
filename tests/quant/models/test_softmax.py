"""``softmax=true``: probabilities of classes behind the scores of a trained network, by tables."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from quant.models.families import FAMILIES
from quant.training.quantisation import with_probabilities
from quant.training.read_settings import read_settings
from tests.quant.jets import as_read, random_jets
from tests.quant.models.mixtures import random_float, sample

CLASSES = 'classes=["g","q","W","Z"]'
SMALL = [
    "model=deepsets",
    "constituents=4",
    "phi=[5]",
    "rho=[4]",
    "calibration_sweeps=0",
    CLASSES,
    "softmax=true",
]


def test_probabilities_are_those_of_the_scores() -> None:
    settings = read_settings(None, SMALL)
    floating, jets = random_float(settings), sample(4, settings.form)
    jets.label[:] = torch.arange(len(jets)).double() % 4
    family = FAMILIES["deepsets"]
    plain = family.calibrate(floating, settings, jets, "small")
    assert [node.name for node in plain.wiring.nodes][-1] == "score"
    seen, found = with_probabilities(settings, floating, plain, "small")

    features = settings.form.features(as_read(settings.form, random_jets(300, 4)))
    scores = plain.stages(features)["score"]
    stages = found.stages(features)
    assert np.array_equal(stages["score"], scores)
    exact = torch.softmax(torch.from_numpy(scores), 1).numpy()
    assert exact.std() > 0.1
    assert np.abs(stages["probability"] - exact).max() < 0.03
    assert np.abs(stages["probability"].sum(1) - 1).max() < 0.04
    top = stages["probability"].max(1)
    assert np.array_equal(np.take_along_axis(stages["probability"], scores.argmax(1)[:, None], 1)[:, 0], top)

    network = found.network()
    given = FixedArray(from_real(features, network.input_type), network.input_type.fraction)
    assert np.array_equal(network.reference(given)["probability"].real, stages["probability"])
    description = family.describe(settings, found)
    tensors = {key: tensor.numpy() for key, tensor in found.state_dict().items()}
    light = family.network(
        family.description.model_validate(description.model_dump(mode="json")), tensors, "small"
    )
    assert np.array_equal(light.reference(given)["probability"].real, stages["probability"])

    x = torch.from_numpy(settings.form.seen(jets.momenta[:50].numpy()))
    assert torch.allclose(seen(x), torch.softmax(floating(x), 1))


@pytest.mark.parametrize(
    "wrong", [["model=deepsets", "softmax=true"], [*SMALL, 'regress=["pt"]']], ids=["one score", "regress"]
)
def test_what_has_no_probabilities_is_refused(wrong: list[str]) -> None:
    with pytest.raises(BadInput, match="softmax makes probabilities of the scores of classes"):
        read_settings(None, wrong)
