"""What all message-passing families do alike: everything, given a plan. No torch before a method needs it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops import ClassSoftmax, NeighbourMean
from fpgajet.ops.forms import InputForm, form_from_json
from fpgajet.ops.network import Network
from quant.models.classes import ClassNames, RegressedNames
from quant.models.family import Description, Family
from quant.models.messages.plan import MessagePlan, Unrounded
from quant.models.messages.plan_settings import PlanSettings
from quant.models.messages.pruning import channels, weights
from quant.models.structure import Removable, Structure
from quant.models.wiring import assemble, full_scale

if TYPE_CHECKING:
    from torch import nn

    from quant.models.messages.floating import FloatMessages
    from quant.models.messages.quantised import QuantisedMessages
    from quant.models.quantised import QuantisedNetwork
    from quant.models.sample import Sample


class MessageDescription(Description):
    """Types are ``ap_fixed`` strings by stage and parameter, see :class:`quant.models.messages.plan.MessagePlan`."""

    batch_norm: bool
    input: dict[str, Any]
    types: dict[str, str]
    classes: ClassNames = ()
    regress: RegressedNames = ()

    @abstractmethod
    def plan(self, precisions: Mapping[str, FixedType]) -> MessagePlan:
        """The network for given types."""

    def check_types(self) -> None:
        """Raise ``ValueError`` if a type is missing or is none."""
        try:
            self.plan(self.fixed_types)
        except KeyError as error:
            raise ValueError(f"types lacks {error.args[0]}") from error

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

    @property
    def fixed_types(self) -> dict[str, FixedType]:
        """Types of all stages and parameters."""
        return {name: FixedType.from_ap_fixed(text) for name, text in self.types.items()}

    @property
    def movable_types(self) -> Sequence[str]:
        return self.plan(self.fixed_types).movable

    @property
    def parameters(self) -> int:
        return sum(prod(parameter.shape) for parameter in self.plan(self.fixed_types).parameters.values())

    @property
    def bits(self) -> str:
        """Bits of momenta (p), weights (w) and of the widest mean of messages (a)."""
        precisions = self.fixed_types
        nodes = self.plan(precisions).wiring().nodes
        means = [node.operator.output.bits for node in nodes if isinstance(node.operator, NeighbourMean)]
        return f"p{precisions['momenta'].bits} w{precisions['score_weight'].bits} a{max(means)}"


S = TypeVar("S", bound=PlanSettings)
D = TypeVar("D", bound=MessageDescription)


class MessageFamily(Family[S, D]):
    """A family whose settings and description make a plan."""

    def network(self, description: D, tensors: Mapping[str, NDArray[np.float64]], name: str) -> Network:
        wired = description.plan(description.fixed_types).wiring()
        return assemble(name, wired, lambda key: tensors[key] * full_scale(wired.types[key]))

    def prunable(self, settings: S) -> Mapping[str, NDArray[np.int64]]:
        return weights(_plan(settings))

    def removable(self, settings: S, structure: Structure) -> Sequence[Removable]:
        return channels(_plan(settings), structure, settings.batch_norm)

    def new_float(self, settings: S) -> FloatMessages:
        from quant.models.messages.floating import FloatMessages

        return FloatMessages(_plan(settings), settings.batch_norm)

    def calibrate(self, model: nn.Module, settings: S, sample: Sample, name: str) -> QuantisedMessages:
        from quant.models.messages.calibration import calibrate
        from quant.models.messages.floating import FloatMessages

        assert isinstance(model, FloatMessages)
        return calibrate(model, settings.plan, settings.bits, sample, name, settings.calibration_sweeps)

    def describe(self, settings: S, quantised: QuantisedNetwork) -> D:
        from quant.models.messages.quantised import QuantisedMessages

        assert isinstance(quantised, QuantisedMessages)
        found: dict[str, Any] = {k: p.ap_fixed() for k, p in quantised.precisions.items()}
        found = {"types": found, "drops": {k: tuple(of) for k, of in quantised.drops.items()}}
        found["softmax"] = isinstance(quantised.wiring.nodes[-1].operator, ClassSoftmax)
        fields = self.description.model_fields
        shared = {k: getattr(settings, k) for k in fields if k not in found}
        return self.description(**shared, **{k: of for k, of in found.items() if k in fields})

    def float_model(self, description: D) -> FloatMessages:
        from quant.models.messages.floating import FloatMessages

        precisions = description.fixed_types
        fixed = {name: precisions[name] for name in description.plan(precisions).fixed}
        return FloatMessages(description.plan(Unrounded(fixed)), description.batch_norm)

    def quantised_model(self, description: D, name: str) -> QuantisedMessages:
        from quant.models.messages.quantised import QuantisedMessages

        return QuantisedMessages(description.plan(description.fixed_types), name)


def _plan(settings: PlanSettings) -> MessagePlan:
    """The network of the float model."""
    return settings.plan(Unrounded(settings.bits.front(settings.form)))
