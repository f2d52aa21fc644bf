"""LorentzNet as published (arXiv 2201.08187), beams included, the comparison model of arXiv 2310.16121: float only.

The family ``lorentznet`` is the one for hardware, without beams and with a mean of real constituents only.
No torch before a method needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.network import Network
from quant.models.family import Family
from quant.models.lorentznet_published.description import PublishedLorentzNetDescription
from quant.models.lorentznet_published.hyperparameters import PublishedLorentzNetSettings

if TYPE_CHECKING:
    from torch import nn

    from quant.models.quantised import QuantisedNetwork
    from quant.models.sample import Sample


class PublishedLorentzNetFamily(Family[PublishedLorentzNetSettings, PublishedLorentzNetDescription]):
    """See :class:`quant.models.family.Family`; float only."""

    name: ClassVar[str] = "lorentznet-published"
    #: as in the authors' code; weight decay and the rest of their regime are not part of it
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper-dropout": {"decoder_dropout": 0.2},
        "paper-network": {"decoder_dropout": 0.2, "pool": "padded"},
    }
    has_quantised: ClassVar[bool] = False
    settings = PublishedLorentzNetSettings
    description = PublishedLorentzNetDescription

    def new_float(self, settings: PublishedLorentzNetSettings) -> nn.Module:
        from quant.models.lorentznet_published.floating import LorentzNet

        return LorentzNet(settings.hidden, settings.decoder_dropout, settings.pool)

    def float_model(self, description: PublishedLorentzNetDescription) -> nn.Module:
        from quant.models.lorentznet_published.floating import LorentzNet

        return LorentzNet(description.hidden, pool=description.pool)

    def network(
        self,
        description: PublishedLorentzNetDescription,
        tensors: Mapping[str, NDArray[np.float64]],
        name: str,
    ) -> Network:
        self._refuse()

    def calibrate(
        self, model: nn.Module, settings: PublishedLorentzNetSettings, sample: Sample, name: str
    ) -> QuantisedNetwork:
        self._refuse()

    def describe(
        self, settings: PublishedLorentzNetSettings, quantised: QuantisedNetwork
    ) -> PublishedLorentzNetDescription:
        self._refuse()

    def quantised_model(self, description: PublishedLorentzNetDescription, name: str) -> QuantisedNetwork:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise BadInput(
            "lorentznet-published has no quantised form: train it with --until float, or train lorentznet."
        )
