"""``event-gat``: every object hears all others with weights of its own (GATv2). No torch before a method needs it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from fpgajet.ops import PairLogits, SoftmaxMean
from quant.models.events.blocks import EventDescription, EventSettings, EventSizes
from quant.models.layered.blocks import Layers
from quant.models.messages.family import MessageFamily
from quant.models.messages.plan import MASK, softmax_addresses

#: of LeakyReLU, in sixteenths: 0.1875, where the paper has 0.2
SLOPE = 3


class EventGatSizes(EventSizes):
    """Messages are sum_j alpha_ij W h_j, alpha the softmax over j of a LeakyReLU(W h_i + W h_j), head by head.

    Attributes:
        heads: each has ``width`` / ``heads`` channels of its own.
    """

    heads: Annotated[int, Field(ge=1, le=16)] = 2

    @model_validator(mode="after")
    def _heads_are_equal(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width={self.width} cannot be dealt out to heads={self.heads}")
        return self

    def message(self, layers: Layers, number: int, x: str) -> tuple[str, bool]:
        types, sizes = layers.precisions, (layers.slots, self.width, self.heads)
        z = layers.add_plain(f"z{number}", self.width, x)
        name = f"logits{number}"
        logits = layers.add(name, PairLogits(types[name], *sizes, SLOPE), z)
        name = f"attention{number}"
        mean = SoftmaxMean(types[name], *softmax_addresses(layers.slots), *sizes)
        return layers.add(name, mean, z, logits, MASK), False


class EventGatSettings(EventGatSizes, EventSettings):
    """Settings of a training."""

    model: Literal["event-gat"] = "event-gat"


class EventGatDescription(EventGatSizes, EventDescription):
    """The part of ``model.json`` under ``model``."""

    @property
    def channels(self) -> str:
        return f"{self.blocks} x {self.width}, heads {self.heads}"


class EventGatFamily(MessageFamily[EventGatSettings, EventGatDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "event-gat"
    settings = EventGatSettings
    description = EventGatDescription
