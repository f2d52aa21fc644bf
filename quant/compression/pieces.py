"""Structured pruning: which piece of a network harms least when it goes, and the network without it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from fpgajet.errors import BadInput
from quant.models.families import FAMILIES
from quant.models.loss import logit_loss
from quant.models.sample import Sample
from quant.models.structure import Removable, Structure
from quant.models.training_settings import TrainingSettings
from quant.training.fit import evaluate
from quant.training.float_phase import new_model
from quant.training.sparsity import Sparsity


def zeros_of(settings: TrainingSettings, model: nn.Module) -> dict[str, Tensor]:
    """All that has been pruned from a float model, and must stay zero."""
    family = FAMILIES[settings.model]
    zero = dict(Sparsity.of(model, family.prunable(settings)).zero)
    for structure in Structure:
        try:
            pieces = family.removable(settings, structure)
        except BadInput:
            continue
        for piece in pieces:
            if is_gone(model, piece):
                zero = joined(zero, masks(piece))
    return zero


def masks(piece: Removable) -> dict[str, Tensor]:
    """Its zeros as tensors."""
    return {name: torch.from_numpy(zero) for name, zero in piece.zero.items()}


def joined(one: dict[str, Tensor], other: dict[str, Tensor]) -> dict[str, Tensor]:
    """Zero where either is."""
    both = {name: one[name] | other[name] for name in one.keys() & other.keys()}
    return one | other | both


def is_gone(model: nn.Module, piece: Removable) -> bool:
    """Whether a float model has the piece's zeros already."""
    return all(bool((model.get_parameter(name)[zero] == 0).all()) for name, zero in masks(piece).items())


def least_harmful(
    model: nn.Module, pieces: Sequence[Removable], sample: Sample, weights: Iterable[str]
) -> Removable:
    """The piece without which a float model, not trained on, has the lowest loss.

    Args:
        sample: jets as the float model sees them. weights: tensors of which something must be left.

    Raises:
        BadInput: there is no piece that could go.
    """
    losses: dict[int, float] = {}
    for number, piece in enumerate(pieces):
        if is_gone(model, piece):
            continue
        without = copy.deepcopy(model)
        Sparsity(masks(piece)).apply(without)
        if all(bool((without.get_parameter(name) != 0).any()) for name in weights):
            losses[number] = float(logit_loss(evaluate(without, sample.momenta), sample.label))
    if not losses:
        raise BadInput("nothing is left that could be removed: ask for fewer --removals.")
    return pieces[min(losses, key=losses.__getitem__)]


def without(
    model: nn.Module, piece: Removable, settings: TrainingSettings
) -> tuple[nn.Module, TrainingSettings]:
    """The float model without a piece, and its settings: a smaller network, or the same with zeros."""
    if not piece.settings:
        Sparsity(masks(piece)).apply(model)
        return model, settings
    smaller = settings.model_copy(update=dict(piece.settings))
    state = model.state_dict()
    for name, (axis, index) in piece.drop.items():
        kept = [i for i in range(state[name].shape[axis]) if i != index]
        state[name] = state[name].index_select(axis, torch.tensor(kept))
    found = new_model(smaller, 0)
    found.load_state_dict(state)
    return found, smaller
