"""What a user can set of a VecNet's training. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from fpgajet.fixed import FixedType
from quant.models.messages.plan import Plan
from quant.models.messages.settings import MessageSettings
from quant.models.vecnet.config import ActivationName, Shortcut, Sizes
from quant.models.vecnet.network import plan


class VecNetSettings(MessageSettings):
    """Widths and layers as in :class:`quant.models.vecnet.config.Sizes`.

    Attributes:
        layer_norm, dynamic_graph: hyperparameters of the paper that hardware cannot follow; True is refused.
    """

    model: Literal["vecnet"] = "vecnet"
    scalar: int = Field(default=8, ge=0, le=256)
    vector: int = Field(default=2, ge=0, le=256)
    hidden: int = Field(default=4, ge=0, le=256)
    iterations: int = Field(default=2, ge=1, le=6)
    edge_layers: int = Field(default=1, ge=1, le=3)
    node_layers: int = Field(default=1, ge=0, le=3)
    shortcut: Shortcut = "none"
    neighbours: int = Field(default=0, ge=0, le=32)
    activation: ActivationName = "relu"
    affine: bool = False
    layer_norm: bool = False
    dynamic_graph: bool = False

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.layer_norm:
            raise ValueError(
                "layer_norm divides by the deviation of every constituent's features, a division and a root "
                "for each: use batch_norm, which folds into the weights"
            )
        if self.dynamic_graph:
            raise ValueError(
                "a graph found anew after every iteration sorts learned distances again each time: only the "
                "static graph (neighbours=K) has an operator"
            )
        _ = self.sizes
        return self

    @property
    def sizes(self) -> Sizes:
        """The hyperparameters of the network."""
        return Sizes(**{name: getattr(self, name) for name in Sizes.__dataclass_fields__})

    def plan(self, kinds: Mapping[str, FixedType]) -> Plan:
        return plan(self.sizes, kinds, self.form)
