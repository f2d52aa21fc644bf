"""VecNet, semi-equivariant message passing (arXiv 2202.06941). No torch before a method needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from quant.models.messages.family import MessageFamily
from quant.models.vecnet.description import VecNetDescription
from quant.models.vecnet.vecnet_settings import VecNetSettings

if TYPE_CHECKING:
    from quant.models.messages.floating import FloatMessages


class VecNetFamily(MessageFamily[VecNetSettings, VecNetDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "vecnet"
    #: what the paper describes is float only and a family of its own
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper-efficient": {"model": "vecnet-published"},
        "paper-best": {"model": "vecnet-published"},
    }
    settings = VecNetSettings
    description = VecNetDescription

    def new_float(self, settings: VecNetSettings) -> FloatMessages:
        model = super().new_float(settings)
        model.dropout = settings.dropout
        return model
