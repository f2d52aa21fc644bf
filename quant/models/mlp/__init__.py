"""A multilayer perceptron on eight high-level features of a jet, the input form ``jet-features``.

The features (multiplicity, pT, mass, girth, pT dispersion, leading share, e2, D2) are computed in software, before the
first gate. No torch before a method needs it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from fpgajet.ops.forms import InputForm, JetFeatures
from quant.models.layered.blocks import Layers
from quant.models.layered.settings import LayeredDescription, LayeredSettings, LayeredSizes, Widths, chain
from quant.models.messages.family import MessageFamily


class MlpSizes(LayeredSizes):
    """``hidden``: widths of the layers between the features and the score."""

    hidden: Widths = (16, 16)

    def layers(self, layers: Layers) -> str:
        return layers.dense("hidden", self.hidden, layers.x)


class MlpSettings(MlpSizes, LayeredSettings):
    """Settings of a training. There is one input form, whose constituents are those of the model."""

    model: Literal["mlp"] = "mlp"
    input: dict[str, Any] = Field(default_factory=dict)

    @property
    def form(self) -> InputForm:
        return JetFeatures(self.constituents)

    @field_validator("input")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        return given

    @model_validator(mode="after")
    def _form_is_that_of_features(self) -> Self:
        if self.input not in ({}, self.form.to_json()):
            raise ValueError(f"this family reads {self.form.to_json()} and nothing else: leave input out")
        object.__setattr__(self, "input", self.form.to_json())  # for model.json
        return self


class MlpDescription(MlpSizes, LayeredDescription):
    """The part of ``model.json`` under ``model``."""

    @property
    def channels(self) -> str:
        return chain(hidden=self.hidden)


class MlpFamily(MessageFamily[MlpSettings, MlpDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "mlp"
    settings = MlpSettings
    description = MlpDescription
