"""What ``model.json`` says of a VecNet. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from fpgajet.fixed import FixedType
from quant.models.messages.family import MessageDescription
from quant.models.messages.plan import Plan
from quant.models.vecnet.config import ActivationName, Shortcut, Sizes
from quant.models.vecnet.network import plan


class VecNetDescription(MessageDescription):
    """Widths and layers as in :class:`quant.models.vecnet.config.Sizes`."""

    scalar: int = Field(ge=0, le=256)
    vector: int = Field(ge=0, le=256)
    hidden: int = Field(ge=0, le=256)
    iterations: int = Field(ge=1, le=6)
    edge_layers: int = Field(ge=1, le=3)
    node_layers: int = Field(ge=0, le=3)
    shortcut: Shortcut
    neighbours: int = Field(ge=0, le=32)
    activation: ActivationName
    affine: bool = False

    @model_validator(mode="after")
    def _types_are_complete(self) -> Self:
        self.check_types()
        return self

    @property
    def sizes(self) -> Sizes:
        """The hyperparameters."""
        return Sizes(**{name: getattr(self, name) for name in Sizes.__dataclass_fields__})

    def plan(self, kinds: Mapping[str, FixedType]) -> Plan:
        return plan(self.sizes, kinds, self.form)

    @property
    def channels(self) -> str:
        return f"{self.scalar} s, {self.vector} v, {self.hidden} h" + ", affine" * self.affine
