"""Settings of training that families with a plan share. No torch here."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from fpgajet.fixed import FixedType
from fpgajet.ops.forms import Aligned, InputForm, form_from_json
from quant.models.classes import ClassNames, RegressedNames, require_classes
from quant.models.family import Strict
from quant.models.messages.bits import LayerBits
from quant.models.messages.plan import Drops, MessagePlan
from quant.models.training_settings import TrainingSettings

#: what a width belongs to
WidthPer = Literal["tensor", "channel", "weight"]


class Freeze(StrEnum):
    """What of another run's model stays as it is: features, features and the types of the last layer, or nothing."""

    FEATURES = "features"
    TYPES = "types"
    NONE = "none"


class Transfer(Strict):
    """The model that a training started from; ``fpgajet train --from`` writes it into the settings of the run."""

    name: str
    weights_sha256: str
    freeze: Freeze


class PlanSettings(TrainingSettings):
    """Defaults for networks of hundreds of parameters.

    Attributes:
        batch_norm: behind every linear map while the float model is trained; folded afterwards.
        bits: widths of the quantisers.
        input: the input form.
        classes: names of three or more classes, with one score each; a jet is of the class of its highest score.
        regress: values that further outputs find: ``pt``, that of the top, W or Z that a jet holds.
        calibration_sweeps: passes of the search for binary points.
        width_per: what has a width of its own after quantised fine-tuning: a ``tensor``; an output ``channel`` of a
            layer, or each ``weight``, with each channel of the activations. 0 bits prune.
        bits_penalty: what an effective bit operation adds to the loss, see :mod:`quant.models.messages.widths`.
        bits_ramp: by how much the penalty has risen since the first step, in equal ratios; 1: it is constant. HGQ
            (arXiv 2405.00645) trains so: weights have time to adapt before most bits go.
        transfer: the model that the training starts from, which ``--from`` and ``--freeze`` say.
    """

    read_by_float: ClassVar[frozenset[str]] = frozenset({"bits"})

    batch_norm: bool = True
    bits: LayerBits = Field(default_factory=LayerBits)
    input: dict[str, Any] = Field(default_factory=Aligned().to_json)
    restarts: int = Field(default=1, ge=1)
    float_epochs: int = Field(default=12, ge=1)
    float_rate: float = Field(default=0.01, gt=0)
    quantised_epochs: int = Field(default=2, ge=0)
    quantised_rate: float = Field(default=0.0005, gt=0)
    calibration_jets: int = Field(default=8_000, ge=1)
    calibration_sweeps: int = Field(default=1, ge=0)
    classes: ClassNames = ()
    transfer: Transfer | None = None
    regress: RegressedNames = ()
    width_per: WidthPer = "tensor"
    bits_penalty: float = Field(default=0.0, ge=0, le=1)
    bits_ramp: float = Field(default=1.0, ge=1, le=1e6)

    @model_validator(mode="after")
    def _beside_classes(self) -> Self:
        require_classes(self.classes, self.regress)
        return self

    @model_validator(mode="after")
    def _penalty_has_widths(self) -> Self:
        if self.bits_penalty and self.width_per == "tensor":
            raise ValueError("bits_penalty narrows widths, which need width_per=weight or width_per=channel")
        if self.bits_ramp > 1 and not self.bits_penalty:
            raise ValueError("bits_ramp is how much bits_penalty rises, which is 0")
        return self

    @abstractmethod
    def plan(self, precisions: Mapping[str, FixedType]) -> MessagePlan:
        """The network for given types of its stages and parameters."""

    def plan_dropping(self, precisions: Mapping[str, FixedType], drops: Drops) -> MessagePlan:
        """The same with low bits of channels left out, in a family whose channels may have bits of their own."""
        assert not drops, f"{self.model} has no bits per channel"
        return self.plan(precisions)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.classes

    @property
    def regressed(self) -> tuple[str, ...]:
        return self.regress

    @property
    def outputs(self) -> tuple[str, ...]:
        """One name for each output of the last layer; none: a single score."""
        return (*self.classes, *self.regress)

    @property
    def form(self) -> InputForm:
        return form_from_json(self.input)
