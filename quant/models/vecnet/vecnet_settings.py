"""What a user can set of a VecNet's training. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from fpgajet.fixed import FixedType
from quant.models.messages.message_settings import MessageSettings
from quant.models.messages.plan import MessagePlan
from quant.models.vecnet.hyperparameters import VecNetHyperparameters
from quant.models.vecnet.network import plan


class VecNetSettings(VecNetHyperparameters, MessageSettings):
    """The sizes, and what all message-passing families can be told.

    Attributes:
        dropout: behind every hidden layer while the float model is trained (the paper: 0.01 to 0.4).
        layer_norm, dynamic_graph: hyperparameters of the paper that hardware cannot follow; True is refused.
    """

    model: Literal["vecnet"] = "vecnet"
    dropout: float = Field(default=0.0, ge=0, lt=1)
    layer_norm: bool = False
    dynamic_graph: bool = False

    @model_validator(mode="after")
    def _hardware_can_follow(self) -> Self:
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
        if self.features and not self.scalar and self.shortcut == "skip":
            raise ValueError(
                "without scalars, features stand beside the logarithms of momenta, which are then more than the hidden "
                "channels that shortcut=skip can add to: give scalar channels, or shortcut=concat"
            )
        return self

    def plan(self, precisions: Mapping[str, FixedType]) -> MessagePlan:
        return plan(self, precisions, self.form, self.outputs)
