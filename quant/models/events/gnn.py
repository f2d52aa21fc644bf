"""``event-gnn``: every object hears the mean of all. No torch before a method needs it."""

from __future__ import annotations

from typing import ClassVar, Literal

from quant.models.events.blocks import EventDescription, EventSettings, EventSizes, mean
from quant.models.layered.blocks import Layers
from quant.models.messages.family import MessageFamily


class EventGnnSizes(EventSizes):
    """Messages are mean_j W h_j = W mean_j h_j, the same for all objects: a block costs no pairs."""

    def message(self, layers: Layers, number: int, x: str) -> tuple[str, bool]:
        return layers.add_plain(f"message{number}", self.width, mean(layers, f"mean{number}", x)), True


class EventGnnSettings(EventGnnSizes, EventSettings):
    """Settings of a training."""

    model: Literal["event-gnn"] = "event-gnn"


class EventGnnDescription(EventGnnSizes, EventDescription):
    """The part of ``model.json`` under ``model``."""

    @property
    def channels(self) -> str:
        return f"{self.blocks} x {self.width}"


class EventGnnFamily(MessageFamily[EventGnnSettings, EventGnnDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "event-gnn"
    settings = EventGnnSettings
    description = EventGnnDescription
