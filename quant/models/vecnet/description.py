"""What ``model.json`` says of a VecNet. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import model_validator

from fpgajet.fixed import FixedType
from quant.models.messages.family import MessageDescription
from quant.models.messages.free_parameters import rescalings
from quant.models.messages.plan import MessagePlan
from quant.models.vecnet.hyperparameters import VecNetHyperparameters
from quant.models.vecnet.network import plan


class VecNetDescription(VecNetHyperparameters, MessageDescription):
    """The sizes, and the types."""

    @model_validator(mode="after")
    def _types_are_complete(self) -> Self:
        self.check_types()
        return self

    def plan(self, precisions: Mapping[str, FixedType]) -> MessagePlan:
        return plan(self, precisions, self.form, self.outputs)

    @property
    def parameters_absorbed(self) -> int | None:
        """Without one factor per channel of ReLU; not known for affine functions of pairs, which merge with others."""
        plan = self.plan(self.fixed_types)
        return None if self.affine else self.parameters - rescalings(plan)

    @property
    def earlier_counts(self) -> tuple[int, int | None]:
        return self.parameters, None

    @property
    def channels(self) -> str:
        return f"{self.scalar} s, {self.vector} v, {self.hidden} h" + ", affine" * self.affine
