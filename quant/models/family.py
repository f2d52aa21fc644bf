"""The interface of a family of models, through which training, checkpoints, the zoo and builds use it.

A family (nanoPELICAN, VecNet, ...) lives in a folder of its own beside this file and is listed in
:mod:`quant.models.families`. Nothing here or in a family's ``__init__`` imports torch before a method needs it,
so commands that list, open or estimate a checkpoint start without torch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from fpgajet.errors import BadInput
from fpgajet.ops.forms import MOMENTA, InputForm
from fpgajet.ops.network import Network
from quant.models.structure import Removable, Structure

if TYPE_CHECKING:
    from torch import nn

    from quant.models.quantised import QuantisedNetwork
    from quant.models.sample import Sample
    from quant.models.training_settings import TrainingSettings


class Strict(BaseModel):
    """Unknown keys are errors: a key that is not understood may change the meaning of the others."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Description(Strict, ABC):
    """The part of ``model.json`` under ``model``: all that a family needs to rebuild its networks."""

    constituents: int = Field(ge=1, le=256)

    @property
    def form(self) -> InputForm:
        """How four-momenta become the network's input."""
        return MOMENTA

    @property
    def class_names(self) -> tuple[str, ...]:
        """Classes with a score each; none: two classes and one score, top if above 0."""
        return ()

    @property
    def regressed(self) -> tuple[str, ...]:
        """Values that a regression finds, whose outputs come after the scores of the classes."""
        return ()

    @property
    @abstractmethod
    def parameters(self) -> int:
        """Numbers that quantised training trains; batch norms are folded into them."""

    @property
    def movable_types(self) -> Sequence[str]:
        """Keys of ``types`` whose binary point training may move: those that the float model does not have."""
        return ()

    @property
    def parameters_absorbed(self) -> int | None:
        """Free parameters of the exported network: the rank of the Jacobian of the score with respect to its
        parameters. None if that is not known."""
        return None

    @property
    def parameters_published(self) -> int | None:
        """The number that the paper gives for this network, where it counts in another way."""
        return None

    @property
    def earlier_counts(self) -> tuple[int, int | None]:
        """``parameters`` and ``parameters_absorbed`` as checkpoints from before version 0.2 state them."""
        return self.parameters, self.parameters_absorbed

    @property
    @abstractmethod
    def channels(self) -> str:
        """Widths in one short text for tables, for example ``C 2``."""

    @property
    @abstractmethod
    def bits(self) -> str:
        """Widths of the quantisers in one short text for tables."""


S = TypeVar("S", bound="TrainingSettings")
D = TypeVar("D", bound=Description)


class Family(ABC, Generic[S, D]):
    """One family of models."""

    #: the value of ``model`` in settings and of ``architecture`` in ``model.json``
    name: ClassVar[str]
    #: whether there is a quantised form of it; without one, only float training is possible
    has_quantised: ClassVar[bool] = True
    #: named sets of settings, from which ``preset=NAME`` starts
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: which of the settings' ``bits`` compression narrows together
    narrowed: ClassVar[tuple[str, ...]] = ("weight", "activation")

    @property
    @abstractmethod
    def settings(self) -> type[S]:
        """Settings of training: the common ones and the family's own, flat."""

    @property
    @abstractmethod
    def description(self) -> type[D]:
        """Schema of the family's part of ``model.json``."""

    # -- without torch -----------------------------------------------------------------------------------------

    @abstractmethod
    def network(self, description: D, tensors: Mapping[str, NDArray[np.float64]], name: str) -> Network:
        """The quantised network from the tensors of :meth:`quantised_model`'s ``state_dict``.

        Raises:
            KeyError: a tensor is missing.
        """

    def prunable(self, settings: S) -> Mapping[str, NDArray[np.int64]]:
        """Weights that may become zero one by one.

        By name of a tensor, which float and quantised model share with its shape: a number for each of its
        entries. Entries of one number are one weight, which is pruned as a whole; those of number 0 must stay.
        """
        return {}

    def removable(self, settings: S, structure: Structure) -> Sequence[Removable]:
        """The pieces of a kind that may be removed as a whole.

        Raises:
            BadInput: there are none; the message says why.
        """
        raise BadInput(f"{self.name} has no {structure} that could be removed as a whole.")

    # -- with torch --------------------------------------------------------------------------------------------

    @abstractmethod
    def new_float(self, settings: S) -> nn.Module:
        """An untrained float model: four-momenta [B, N, 4] (GeV) to scores w [B] (float64), top if above 0;
        with classes, to one score for each of them, [B, classes].

        Its initial values come from torch's global generator, which the caller seeds.
        """

    def trained(self, model: nn.Module) -> nn.Module:
        """What is kept of a float model once it is trained: parameters that only training has two of are merged."""
        return model

    @abstractmethod
    def calibrate(self, model: nn.Module, settings: S, sample: Sample, name: str) -> QuantisedNetwork:
        """The quantised model of a trained float model; afterwards every binary point is a constant.

        ``sample`` holds four-momenta as they come, before any input form.
        """

    @abstractmethod
    def describe(self, settings: S, quantised: QuantisedNetwork) -> D:
        """What :meth:`float_model` and :meth:`quantised_model` need."""

    @abstractmethod
    def float_model(self, description: D) -> nn.Module:
        """A float model whose state is still to be loaded."""

    @abstractmethod
    def quantised_model(self, description: D, name: str) -> QuantisedNetwork:
        """A quantised model whose state is still to be loaded."""


AnyFamily = Family[Any, Any]
