"""All families with a plan, in small mixtures: settings, random float models, toy jets."""

from __future__ import annotations

import numpy as np
import torch

from fpgajet.ops.forms import MOMENTA, InputForm
from quant.models.families import FAMILIES
from quant.models.messages.floating import FloatMessages
from quant.models.messages.plan_settings import PlanSettings
from quant.models.sample import Sample
from quant.models.scoring import seen_momenta
from quant.training.read_settings import read_settings
from tests.quant.jets import as_read, labelled_jets

SMALL = ["constituents=5", "calibration_sweeps=0"]
MIXTURES = {
    "semi-equivariant": ["model=vecnet", "scalar=3", "vector=2", "hidden=2"],
    "equivariant": ["model=vecnet", "scalar=3", "vector=1", "hidden=0", "edge_layers=2", "neighbours=2"],
    "three steps": ["model=vecnet", "scalar=2", "vector=2", "hidden=4", "iterations=3", "shortcut=skip"],
    "without symmetry": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", "shortcut=concat"],
    "tables": ["model=vecnet", "scalar=2", "vector=0", "hidden=2", "activation=silu", "node_layers=2"],
    "no node layers": ["model=vecnet", "scalar=2", "vector=0", "hidden=2", "node_layers=0"],
    "final layers": ["model=vecnet", "scalar=2", "vector=0", "hidden=2", "final_layers=2", "aggregation=sum"],
    "largest": ["model=vecnet", "scalar=3", "vector=1", "hidden=2", "aggregation=max", "pool=max"],
    "largest of tables": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", "activation=tanh", "pool=max"],
    "affine": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", "affine=true"],
    "lorentznet": ["model=lorentznet", "hidden=3"],
    "deep sets": ["model=deepsets"],
    "deep sets, largest": ["model=deepsets", "phi=[6]", "pool=max", "input.form=trigger"],
    "deep sets, sum of logarithms": ["model=deepsets", "pool=sum", "input.form=aligned"],
    "interaction": ["model=interaction", "relation=[6,4]"],
    "interaction, means": ["model=interaction", "aggregation=mean", "pool=mean", "input.form=momenta"],
    "jedi-linear": ["model=jedi-linear"],
    "jedi-linear, merged": ["model=jedi-linear", "relation=0", "object=[6,4]"],
    "mlp": ["model=mlp"],
    "event-gnn": ["model=event-gnn", "width=6", "blocks=2"],
    "event-gat": ["model=event-gat", "width=6", "blocks=2"],
    "lorentznet, classes": ["model=lorentznet", "hidden=3", 'classes=["g","W","t"]'],
    "vecnet, classes": ["model=vecnet", "scalar=0", "vector=0", "hidden=3", 'classes=["g","W","t"]'],
}


def settings_of(mixture: str) -> PlanSettings:
    found = read_settings(None, MIXTURES[mixture] + SMALL)
    assert isinstance(found, PlanSettings)
    return found


def random_float(settings: PlanSettings) -> FloatMessages:
    """Random parameters, batch statistics of random jets."""
    torch.manual_seed(3)
    model = FAMILIES[settings.model].new_float(settings)
    assert isinstance(model, FloatMessages)
    x, _ = labelled_jets(600, settings.constituents)
    seen = torch.from_numpy(seen_momenta(settings.form, as_read(settings.form, x)))
    with torch.no_grad():
        for _ in range(20):
            model(seen)
    return model.eval()


def sample(constituents: int, form: InputForm = MOMENTA) -> Sample:
    x, label = labelled_jets(1500, constituents, seed=4)
    momenta = torch.from_numpy(as_read(form, x))
    slots = (momenta[:, :, 0] != 0).sum(1)
    return Sample(momenta, torch.from_numpy(label.astype(np.float64)), slots, "toy", "")
