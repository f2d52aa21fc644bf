"""What ``model.json`` says of a VecNet. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import model_validator

from fpgajet.fixed import FixedType
from quant.models.messages.family import MessageDescription
from quant.models.messages.plan import Plan
from quant.models.vecnet.hyperparameters import Sizes
from quant.models.vecnet.network import plan


class VecNetDescription(Sizes, MessageDescription):
    """The sizes, and the types."""

    @model_validator(mode="after")
    def _types_are_complete(self) -> Self:
        self.check_types()
        return self

    def plan(self, kinds: Mapping[str, FixedType]) -> Plan:
        return plan(self, kinds, self.form)

    @property
    def channels(self) -> str:
        return f"{self.scalar} s, {self.vector} v, {self.hidden} h" + ", affine" * self.affine
