"""What a tensor means is declared: no shape or name is taken for something else."""

from __future__ import annotations

import numpy as np
import torch

from fpgajet.ops.roles import Meaning
from quant.models.families import FAMILIES
from quant.models.messages.floating import FloatMessages
from quant.models.sample import Sample
from quant.models.scoring import seen_momenta
from quant.training.read_settings import read_settings
from tests.quant.jets import labelled_jets

SETTINGS = ["model=vecnet", "constituents=5", "scalar=5", "vector=0", "hidden=0", "iterations=1"]


def test_as_many_channels_as_slots_are_not_pairs() -> None:
    """A stage [5 constituents, 5 channels] has the range of all its channels, not of those that are real slots."""
    settings = read_settings(None, [*SETTINGS, "calibration_sweeps=0", "batch_norm=false"])
    family = FAMILIES["vecnet"]
    torch.manual_seed(1)
    model = family.new_float(settings)
    assert isinstance(model, FloatMessages)
    with torch.no_grad():
        model.get_parameter("s1_node1_bias")[4] = 1000.0
    x, label = labelled_jets(300, 5)
    x[:, 2:] = 0.0  # two real constituents
    momenta = torch.from_numpy(seen_momenta(settings.form, x))
    sample = Sample(momenta, torch.from_numpy(label.astype(np.float64)), torch.full((300,), 2), "toy", "")
    quantised = family.calibrate(model.eval(), settings, sample, "x")
    precision = {node.name: node.operator.output for node in quantised.wiring.nodes}["s1_node1"]
    assert precision.highest * precision.lsb > 900


def test_parameters_say_what_they_are() -> None:
    settings = read_settings(None, ["model=lorentznet"])
    model = FAMILIES["lorentznet"].new_float(settings)
    assert isinstance(model, FloatMessages)
    for name, parameter in model.plan.parameters.items():
        assert name == f"{parameter.stage}_{parameter.meaning}"
        assert (len(parameter.shape) == 2) == (parameter.meaning is Meaning.WEIGHT)
    assert set(model.norms) == {"e1", "e2", "gate_raw", "h1", "h2", "d1"}
