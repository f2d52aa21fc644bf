"""Blocks on the objects of an event, as pieces of a plan; settings and description of networks of them. No torch here.

A block is h_i <- ReLU(BN(message_i + R h_i)), R learned in the first block and the identity in all others. Graphs are
complete with self loops, so every object hears all real ones.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from fpgajet.ops import Columns, Join, MaskedMeanPool, Residual
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.forms import Objects, form_from_json
from quant.models.layered.blocks import Layers
from quant.models.layered.settings import LayeredDescription, LayeredSettings, LayeredSizes, Width
from quant.models.messages.plan import INPUT, MASK

#: numbers of an object before the bits of its type
KINEMATICS = 4


class EventSizes(LayeredSizes):
    """Hyperparameters.

    Attributes:
        constituents: objects of an event that are read. width: channels of every block. blocks: how many.
    """

    constituents: int = Field(default=6, ge=2, le=16)
    width: Width = 16
    blocks: int = Field(default=3, ge=1, le=12)

    def message(self, layers: Layers, number: int, x: str) -> tuple[str, bool]:
        """Append what the objects hear in block ``number`` to it; returns its stage, and if all hear the same."""
        raise NotImplementedError

    def layers(self, layers: Layers) -> str:
        x = objects(layers)
        for number in range(1, self.blocks + 1):
            message, shared = self.message(layers, number, x)
            own = layers.add_plain("own1", self.width, x) if number == 1 else x
            name = f"h{number}"
            x = layers.add(name, Residual(layers.precisions[name], 1, int(shared)), message, own)
            layers.layers.add(name)
        return mean(layers, "pool", x)


def objects(layers: Layers) -> str:
    """The stage ``objects``: the numbers of all objects, the bits of their types reduced to one bit each."""
    precision = layers.precisions[INPUT]
    types = layers.shapes[INPUT][-1] - KINEMATICS
    kinematics = layers.add("kinematics", Columns(precision, 0, KINEMATICS), INPUT)
    bits = layers.add("types", Columns(BIT, KINEMATICS, types), INPUT)
    return layers.add("objects", Join(precision), kinematics, bits)


def mean(layers: Layers, name: str, x: str) -> str:
    """The mean of the real objects, as the stage ``name``."""
    return layers.add(name, MaskedMeanPool(layers.precisions[name], 0), x, MASK)


class EventSettings(LayeredSettings):
    """Defaults of these families.

    Attributes:
        input: numbers of the input form ``objects``.
    """

    input: dict[str, Any] = Field(default_factory=Objects().to_json)

    @field_validator("input")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        form = form_from_json({"form": Objects.name} | given)
        if form.name != Objects.name:
            raise ValueError(f"networks of events read the input form {Objects.name}, not {form.name}")
        return form.to_json()


class EventDescription(LayeredDescription):
    """Types of all stages and parameters."""

    @property
    def parameters_absorbed(self) -> None:  # type: ignore[override]
        """Not known: beside the factors of channels, the bits of types add up to 1 for every real object."""
