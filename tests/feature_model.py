"""A small Deep Set that reads features of constituents behind four-momenta, quantised and not trained, for tests."""

from __future__ import annotations

from functools import cache

import torch

from fpgajet.ops.network import Network
from quant.models.families import FAMILIES
from quant.training.quantisation import with_probabilities
from quant.training.read_settings import read_settings
from tests.quant.models.mixtures import random_float, sample

SETTINGS = [
    "model=deepsets", "constituents=4", "phi=[4]", "rho=[3]", "calibration_sweeps=0", "input.form=aligned",
    'features=["charge","z0"]', 'classes=["g","q","W"]', "softmax=true", "bits.activation=6", "bits.weight=5",
]  # fmt: skip


@cache
def feature_network() -> Network:
    """Three probabilities of 4 constituents; (E, px, py, pz, charge, z0) each."""
    settings = read_settings(None, SETTINGS)
    floating, jets = random_float(settings), sample(settings.constituents, settings.form)
    jets.label[:] = torch.arange(len(jets)).double() % 3
    plain = FAMILIES[settings.model].calibrate(floating, settings, jets, "features")
    return with_probabilities(settings, floating, plain, "features")[1].network()
