"""VecNet as published (arXiv 2202.06941), at full precision: float only.

The family ``vecnet`` is the one for hardware: rounded momenta, 8-bit logarithms, a linear psi.
No torch before a method needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from quant.models.float_only import FloatOnlyFamily
from quant.models.training_settings import TrainingSettings
from quant.models.vecnet_published.description import PublishedVecNetDescription
from quant.models.vecnet_published.hyperparameters import PublishedVecNetHyperparameters

if TYPE_CHECKING:
    from quant.models.vecnet_published.floating import VecNet

#: appendix table 1, in bold
_BEST: dict[str, Any] = {
    "edge_layers": 3,
    "node_layers": 2,
    "iterations": 3,
    "shortcut": "skip",
    "dropout": 0.1,
    "float_rate": 0.003,
    "float_epochs": 24,
    "restarts": 1,
    "screen_epochs": 0,
}


class PublishedVecNetSettings(PublishedVecNetHyperparameters, TrainingSettings):
    """The hyperparameters and the common settings; ``dropout`` is behind the hidden layers of the final MLP."""

    model: Literal["vecnet-published"] = "vecnet-published"
    dropout: float = Field(default=0.0, ge=0, lt=1)
    restarts: int = Field(default=1, ge=1)
    float_epochs: int = Field(default=12, ge=1)


class PublishedVecNetFamily(FloatOnlyFamily[PublishedVecNetSettings, PublishedVecNetDescription]):
    """See :class:`quant.models.family.Family`; float only."""

    name: ClassVar[str] = "vecnet-published"
    hardware_form: ClassVar[str] = "vecnet"
    #: widths of section 3.3 and appendix table 1; for the first, what the paper leaves open is taken from the second
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper-efficient": _BEST | {"scalar": 8, "vector": 2, "hidden": 4},
        "paper-best": _BEST | {"scalar": 67, "vector": 9, "hidden": 125},
    }
    settings = PublishedVecNetSettings
    description = PublishedVecNetDescription

    def new_float(self, settings: PublishedVecNetSettings) -> VecNet:
        from quant.models.vecnet_published.floating import VecNet

        return VecNet(settings, settings.dropout)

    def float_model(self, description: PublishedVecNetDescription) -> VecNet:
        from quant.models.vecnet_published.floating import VecNet

        return VecNet(description)
