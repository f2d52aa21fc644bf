"""Which numbers of a model must stay zero while it is fitted, and what draws its other weights towards zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from quant.models.messages.widths import LearnedWidths

#: keeps the slope of a row's length finite where all its weights are zero
TINY = 1e-24


@dataclass(frozen=True)
class Sparsity:
    """Masks and an L1 term for :meth:`quant.training.fit.Fit.run`.

    Attributes:
        zero: by name of a parameter a bool tensor of its shape: what is True is zero after every step.
        weights: names of the weights that the L1 term acts on. l1: its factor.
    """

    zero: Mapping[str, Tensor] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    l1: float = 0.0

    @classmethod
    def of(cls, model: nn.Module, names: Iterable[str]) -> Sparsity:
        """The zeros that a model has already in these parameters."""
        return cls({name: model.get_parameter(name).detach() == 0 for name in names})

    @property
    def penalises(self) -> bool:
        """Whether the loss has a further term: the epoch of the best loss without it does not count."""
        return self.l1 > 0

    @property
    def judges(self) -> bool:
        """Whether the further term, at its full factor, belongs to what chooses the best epoch."""
        return False

    def figures(self, model: nn.Module) -> dict[str, float]:
        """What the record of an epoch says about the model beside its loss."""
        return {}

    def apply(self, model: nn.Module) -> None:
        """Make zero what must be zero; parameters that the model lacks are passed over."""
        own = dict(model.named_parameters())
        with torch.no_grad():
            for name, zero in self.zero.items():
                if name in own:
                    own[name].masked_fill_(zero.to(own[name].device), 0.0)

    def penalty(self, model: nn.Module, done: float = 1.0) -> Tensor:
        """``l1`` times the sum over rows of |w|_1 / |w|_2, the rows being the first axis of each weight.

        ``done`` is the share of the fit's steps that are done, for a penalty that changes on the way.

        Batch normalisation and ReLU leave a network the same when a row is stretched, so a plain |w|_1 would
        shrink rows without making any weight small beside its neighbours; divided by the row's length it is 1
        for a single weight and sqrt(n) for n equal ones (Hoyer, JMLR 5 (2004) 1457).
        """
        rows = [model.get_parameter(name).flatten(1) for name in self.weights]
        terms = [(row.abs().sum(1) / (row.square().sum(1) + TINY).sqrt()).sum() for row in rows]
        return self.l1 * torch.stack(terms).sum()


@dataclass(frozen=True)
class Held(Sparsity):
    """What :class:`Sparsity` holds at zero, and weights that keep their values.

    Attributes:
        values: by name of a parameter a mask, and values of its shape for what is True there.
    """

    values: Mapping[str, tuple[Tensor, Tensor]] = field(default_factory=dict)

    def apply(self, model: nn.Module) -> None:
        super().apply(model)
        with torch.no_grad():
            for name, (mask, values) in self.values.items():
                parameter = model.get_parameter(name)
                parameter.copy_(torch.where(mask, values, parameter))


@dataclass(frozen=True)
class BitsPenalty(Sparsity):
    """The zeros of a model, and ``factor`` in the loss for each effective bit operation of its learned widths.

    Attributes:
        factor: at the end of the fit. ramp: by how much it has risen since the start, in equal ratios per step.
    """

    factor: float = 0.0
    ramp: float = 1.0

    @property
    def penalises(self) -> bool:
        return True

    @property
    def judges(self) -> bool:
        return True

    def figures(self, model: nn.Module) -> dict[str, float]:
        with torch.no_grad():
            return {"bit_operations": float(_widths(model).operations())}

    def apply(self, model: nn.Module) -> None:
        super().apply(model)
        _widths(model).clamp()

    def penalty(self, model: nn.Module, done: float = 1.0) -> Tensor:
        factor: float = self.factor * self.ramp ** (done - 1.0)
        return factor * _widths(model).operations()


def _widths(model: nn.Module) -> LearnedWidths:
    assert isinstance(model, LearnedWidths)
    return model
