"""A family of published networks without a form for hardware."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.network import Network
from quant.models.family import Description, Family
from quant.models.training_settings import TrainingSettings

if TYPE_CHECKING:
    from torch import nn

    from quant.models.quantised import QuantisedNetwork
    from quant.models.sample import Sample

S = TypeVar("S", bound=TrainingSettings)
D = TypeVar("D", bound=Description)


class FloatOnlyFamily(Family[S, D]):
    """A family that can be trained and evaluated in float; everything else is refused."""

    has_quantised: ClassVar[bool] = False
    #: the family to train for hardware
    hardware_form: ClassVar[str]

    def network(self, description: D, tensors: Mapping[str, NDArray[np.float64]], name: str) -> Network:
        self._refuse()

    def calibrate(self, model: nn.Module, settings: S, sample: Sample, name: str) -> QuantisedNetwork:
        self._refuse()

    def describe(self, settings: S, quantised: QuantisedNetwork) -> D:
        self._refuse()

    def quantised_model(self, description: D, name: str) -> QuantisedNetwork:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise BadInput(
            f"{self.name} has no quantised form: train it with --until float, or train {self.hardware_form}."
        )
