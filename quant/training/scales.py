"""Learned power-of-two scales: binary points that move with the weights in quantised training, and are then frozen.

A scale that is a power of two has no useful gradient: it either doubles or stays. So it is learned as calibration
finds it, by trying: after some epochs of quantised training every binary point may move by a bit where that lowers
the loss on the weights as they are now. Afterwards all points are constants again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from fpgajet.fixed import FixedType
from quant.models.coordinate_descent import coordinate_descent
from quant.models.families import FAMILIES
from quant.models.family import Description
from quant.models.loss import logit_loss
from quant.models.quantised import QuantisedNetwork
from quant.models.sample import Sample
from quant.models.training_settings import TrainingSettings
from quant.models.wiring import full_scale, with_more_integer_bits
from quant.training.fit import evaluate

#: jets on which a move is judged, and passes over all points
JUDGED_JETS, SWEEPS = 4000, 4

Candidate = tuple[Description, QuantisedNetwork]


def learned_scales(
    settings: TrainingSettings, model: QuantisedNetwork, sample: Sample, name: str
) -> QuantisedNetwork:
    """The same weights behind the binary points that lose least, next to those the model has.

    Args:
        settings: of the run. model: trained. name: of the result.
        sample: jets with the features [B, N, F] of the model's input form.
    """
    few = sample.first(JUDGED_JETS)

    def loss(candidate: QuantisedNetwork) -> float:
        return float(logit_loss(evaluate(candidate, few.momenta), few.label))

    return search(FAMILIES[settings.model].describe(settings, model), model, loss, name)


def search(
    description: Description, model: QuantisedNetwork, loss: Callable[[QuantisedNetwork], float], name: str
) -> QuantisedNetwork:
    """Move one point at a time by one bit and keep what lowers the loss, for at most ``SWEEPS`` passes."""

    def moved(key: str, step: int, state: Candidate) -> Candidate | None:
        return with_point_moved(*state, key, step, name)

    moves = [[partial(moved, key, step) for step in (-1, 1)] for key in description.movable_types]
    start = (description, model)
    return coordinate_descent(start, lambda _: moves, lambda state: loss(state[1]), SWEEPS)[1]


def with_point_moved(
    description: Description, model: QuantisedNetwork, key: str, step: int, name: str
) -> tuple[Description, QuantisedNetwork] | None:
    """A model with ``step`` more integer bits in the type ``key``; None if its operators cannot have that.

    Parameters keep their real values, though not the unit that they are counted in.
    """
    family = next(f for f in FAMILIES.values() if isinstance(description, f.description))
    content = description.model_dump(mode="json", by_alias=True)
    old = FixedType.from_ap_fixed(content["types"][key])
    try:
        content["types"][key] = with_more_integer_bits(old, step).ap_fixed()
        moved: Description = family.description.model_validate(content)
        other = family.quantised_model(moved, name)
    except ValueError:  # pydantic's errors included
        return None
    with torch.no_grad():
        for parameter, values in model.named_parameters():
            units = [full_scale(m.wiring.types[parameter]) for m in (model, other)]
            other.get_parameter(parameter).copy_(values * (units[0] / units[1]))
    return moved, other
