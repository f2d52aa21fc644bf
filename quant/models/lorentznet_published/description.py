"""What ``model.json`` says of a LorentzNet. No torch here."""

from __future__ import annotations

from pydantic import Field

from quant.models.family import Description
from quant.models.lorentznet_published.hyperparameters import Pool


def count_parameters(hidden: int) -> int:
    """Trainable numbers of one block with its batch norms, 7 H^2 + 18 H + 3: 120 for H = 3.

    Embedding 2 H + H; edges (2 H + 2) H, norm 2 H, H^2 + H, gate H + 1; nodes (2 H + 2) H + H, norm 2 H, H^2 + H;
    decoder H^2 + H, 2 H + 2.
    """
    edges = (2 * hidden + 2) * hidden + 2 * hidden + hidden**2 + hidden + hidden + 1
    nodes = (2 * hidden + 2) * hidden + hidden + 2 * hidden + hidden**2 + hidden
    return 3 * hidden + edges + nodes + hidden**2 + hidden + 2 * hidden + 2


class PublishedLorentzNetDescription(Description):
    """One block of message passing; ``pool``: over which nodes its features are averaged."""

    hidden: int = Field(ge=1, le=128)
    pool: Pool = "real"

    @property
    def parameters(self) -> int:
        return count_parameters(self.hidden)

    @property
    def channels(self) -> str:
        return f"H {self.hidden}"

    @property
    def bits(self) -> str:
        return "float"
