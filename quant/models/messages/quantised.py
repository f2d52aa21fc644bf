"""The quantised form of a plan: parameters in units of their types' full scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fpgajet.fixed import FixedType
from quant.models.messages.plan import SCORE, MessagePlan
from quant.models.quantised import QuantisedNetwork
from quant.models.wiring import full_scale


class QuantisedMessages(QuantisedNetwork):
    """Parameters (float64) are kept in units of their type's range, so that one learning rate suits all.

    Args:
        plan: the network with the types of all its stages. name: of the exported network.
    """

    def __init__(self, plan: MessagePlan, name: str) -> None:
        super().__init__(plan.wiring(), name)
        self.precisions: Mapping[str, FixedType] = plan.precisions
        self.drops = plan.drops
        #: names of the parameters of the last layer; all others are those of features
        self.classifier = {key for key, parameter in plan.parameters.items() if parameter.stage == SCORE}
        for key, parameter in plan.parameters.items():
            values = torch.zeros(parameter.shape, dtype=torch.float64)
            self.register_parameter(key, nn.Parameter(values))

    def set_from(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Start from real values of all parameters."""
        with torch.no_grad():
            for name, real in values.items():
                unit = full_scale(self.wiring.types[name])
                self.get_parameter(name).copy_(torch.from_numpy(real / unit))

    def take_features(self, source: QuantisedMessages) -> None:
        """All parameters but those of the last layer become those of ``source``, whose features have the same types."""
        with torch.no_grad():
            for key, parameter in self.named_parameters():
                if key not in self.classifier:
                    parameter.copy_(source.get_parameter(key))

    def real(self, parameter: str) -> Tensor:
        return self.get_parameter(parameter) * full_scale(self.wiring.types[parameter])
