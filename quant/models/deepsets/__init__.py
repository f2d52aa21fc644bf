"""Deep Sets (arXiv 1703.06114; for jets as particle flow networks, arXiv 1810.05165): score = rho(pool_i phi(x_i)).

Whatever the order of the constituents, the score is the same. No torch before a method needs it.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from quant.models.layered.blocks import Layers
from quant.models.layered.settings import (
    LayeredDescription,
    LayeredSettings,
    LayeredSizes,
    Pool,
    Widths,
    chain,
)
from quant.models.messages.family import MessageFamily


class DeepSetsSizes(LayeredSizes):
    """Hyperparameters.

    Attributes:
        phi: widths of the layers on every constituent. rho: widths of the layers between pool and score.
        pool: of the real constituents.
    """

    phi: Widths = (16, 16)
    rho: Widths = (16,)
    pool: Pool = "mean"

    def layers(self, layers: Layers) -> str:
        pooled = layers.pool(self.pool, layers.dense("phi", self.phi, layers.x))
        return layers.dense("rho", self.rho, pooled)


class DeepSetsSettings(DeepSetsSizes, LayeredSettings):
    """Settings of a training."""

    model: Literal["deepsets"] = "deepsets"


class DeepSetsDescription(DeepSetsSizes, LayeredDescription):
    """The part of ``model.json`` under ``model``."""

    @property
    def channels(self) -> str:
        return chain(phi=self.phi, rho=self.rho) + f", {self.pool}"


class DeepSetsFamily(MessageFamily[DeepSetsSettings, DeepSetsDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "deepsets"
    settings = DeepSetsSettings
    description = DeepSetsDescription
