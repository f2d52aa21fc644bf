"""LorentzNet as published (arXiv 2201.08187), beams included, the comparison model of arXiv 2310.16121: float only.

The family ``lorentznet`` is the one for hardware, without beams and with a mean of real constituents only.
No torch before a method needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from quant.models.float_only import FloatOnlyFamily
from quant.models.lorentznet_published.description import PublishedLorentzNetDescription
from quant.models.lorentznet_published.hyperparameters import PublishedLorentzNetSettings

if TYPE_CHECKING:
    from torch import nn


class PublishedLorentzNetFamily(FloatOnlyFamily[PublishedLorentzNetSettings, PublishedLorentzNetDescription]):
    """See :class:`quant.models.family.Family`; float only."""

    name: ClassVar[str] = "lorentznet-published"
    hardware_form: ClassVar[str] = "lorentznet"
    #: as in the authors' code; weight decay and the rest of their regime are not part of it
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper-dropout": {"decoder_dropout": 0.2},
        "paper-network": {"decoder_dropout": 0.2, "pool": "padded"},
    }
    settings = PublishedLorentzNetSettings
    description = PublishedLorentzNetDescription

    def new_float(self, settings: PublishedLorentzNetSettings) -> nn.Module:
        from quant.models.lorentznet_published.floating import LorentzNet

        return LorentzNet(settings.hidden, settings.decoder_dropout, settings.pool)

    def float_model(self, description: PublishedLorentzNetDescription) -> nn.Module:
        from quant.models.lorentznet_published.floating import LorentzNet

        return LorentzNet(description.hidden, pool=description.pool)
