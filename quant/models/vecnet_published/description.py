"""What ``model.json`` says of a published VecNet. No torch here."""

from __future__ import annotations

from quant.models.family import Description
from quant.models.vecnet_published.hyperparameters import PublishedVecNetHyperparameters
from quant.models.vecnet_published.layers import count_parameters


class PublishedVecNetDescription(PublishedVecNetHyperparameters, Description):
    """The hyperparameters, which are all that the network is built from."""

    @property
    def parameters(self) -> int:
        return count_parameters(self)

    @property
    def parameters_published(self) -> int | None:
        """Without norms, as the paper counts."""
        return count_parameters(self, norms=False)

    @property
    def channels(self) -> str:
        return f"S {self.scalar} V {self.vector} H {self.hidden}"

    @property
    def bits(self) -> str:
        return "float"
