"""Settings and description of networks that read constituents as numbers, not as four-vectors. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fpgajet.fixed import FixedType
from fpgajet.ops.forms import InputForm, Log, form_from_json
from quant.models.layered.blocks import Layers
from quant.models.messages.bits import LayerBits
from quant.models.messages.family import MessageDescription
from quant.models.messages.free_parameters import rescalings
from quant.models.messages.message_settings import FeatureSettings
from quant.models.messages.plan import SCORE, Drops

#: outputs of one layer or several, one after the other
Width = Annotated[int, Field(ge=1, le=256)]
Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=4)]
Pool = Literal["mean", "sum", "max"]
#: input forms whose numbers layers can read
FORMS = ("log", "trigger", "aligned", "momenta")


class LayeredSizes(BaseModel):
    """The base of the hyperparameters of a family, which its settings and its description share.

    Attributes:
        constituents: N, leading constituents of a jet that are read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    constituents: int = Field(default=16, ge=1, le=256)

    def layers(self, layers: Layers) -> str:
        """Append all but the last layer to what the input form gives; returns the stage that the last one reads."""
        raise NotImplementedError

    def _network(
        self,
        form: InputForm,
        types: Mapping[str, FixedType],
        outputs: Sequence[str],
        drops: Drops,
        softmax: bool = False,
    ) -> Layers:
        layers = Layers(self.constituents, types, form, drops)
        layers.score(self.layers(layers), outputs)
        if softmax:
            layers.probabilities(len(outputs))
        return layers


class LayeredSettings(LayeredSizes, FeatureSettings):
    """Defaults of these families.

    Attributes:
        input: ``log`` (log2 pT, eta, phi as integers), ``trigger`` (pT, eta, phi), or four-momenta (``aligned``,
            ``momenta``), of which signed logarithms are read.
        softmax: whether the finished network gives probabilities of the classes instead of scores.
    """

    bits: LayerBits = Field(default_factory=LayerBits)
    input: dict[str, Any] = Field(default_factory=Log().to_json)
    float_epochs: int = Field(default=20, ge=1)
    quantised_epochs: int = Field(default=4, ge=0)
    softmax: bool = False

    @model_validator(mode="after")
    def _probabilities_are_of_classes(self) -> Self:
        if self.softmax and (self.regress or not self.classes):
            raise ValueError(
                "softmax makes probabilities of the scores of classes alone: give classes, and no regress"
            )
        return self

    @property
    def gives_probabilities(self) -> bool:
        return self.softmax

    @field_validator("input")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        form = form_from_json({"form": Log.name} | given)
        if form.name not in FORMS:
            raise ValueError(f"layers read the input forms {', '.join(FORMS)}, not {form.name}")
        return form.to_json()

    @field_validator("batch_norm")
    @classmethod
    def _normalised(cls, given: bool) -> bool:
        if not given:
            raise ValueError(
                "these networks read integers up to hundreds, which only batch norm brings to order 1"
            )
        return given

    def plan(self, precisions: Mapping[str, FixedType]) -> Layers:
        return self.plan_dropping(precisions, {})

    def plan_dropping(self, precisions: Mapping[str, FixedType], drops: Drops) -> Layers:
        return self._network(self.form, precisions, self.outputs, drops)


class LayeredDescription(LayeredSizes, MessageDescription):
    """Types of all stages and parameters.

    Attributes:
        drops: by stage, how many low bits of each channel are left out, where training has found bits for each.
        softmax: whether the stage ``probability`` follows the scores.
    """

    drops: dict[str, tuple[int, ...]] = {}
    softmax: bool = False

    @model_validator(mode="after")
    def _types_are_complete(self) -> Self:
        self.check_types()
        return self

    def plan(self, precisions: Mapping[str, FixedType]) -> Layers:
        return self._network(self.form, precisions, self.outputs, self.drops, self.softmax)

    @property
    def parameters_absorbed(self) -> int:
        """Without one factor per channel of ReLU, and with a softmax without what all scores have in common."""
        plan = self.plan(self.fixed_types)
        common = plan.parameters[f"{SCORE}_weight"].shape[1] + 1 if self.softmax else 0
        return self.parameters - rescalings(plan) - common

    @property
    def bits(self) -> str:
        """Bits of weights (w) and of the widest layer but the score (a)."""
        precisions = self.fixed_types
        nodes = self.plan(precisions).wiring().nodes
        layers = [n.operator.output.bits for n in nodes if "weight" in n.operator.tensors and n.name != SCORE]
        return f"w{precisions['score_weight'].bits} a{max(layers)}"


def chain(**widths: int | Sequence[int]) -> str:
    """Widths of several functions in one short text: ``phi 16-16, rho 16``."""
    texts = {name: [of] if isinstance(of, int) else of for name, of in widths.items()}
    return ", ".join(f"{name} {'-'.join(map(str, of))}" for name, of in texts.items())
