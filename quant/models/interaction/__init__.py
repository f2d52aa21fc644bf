"""The interaction network JEDI-net (arXiv 1908.05318): messages of all ordered pairs, summed over the senders.

E_ij = f_R([x_i, x_j]), O_i = f_O([x_i, sum_(j != i) E_ij]), score = f_C(sum_i O_i). Before f_R there is an embedding
x_i = f_E(numbers of constituent i), which the paper does not have: our numbers are integers of different size, and
[x_i, sum] has one type for all. No torch before a method needs it.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from fpgajet.ops import Join, NeighbourMean, PairDense
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


class InteractionSizes(LayeredSizes):
    """Hyperparameters: widths of the layers of f_E, f_R, f_O and f_C.

    Attributes:
        embedding: f_E. relation: f_R. object: f_O. classifier: f_C, the score aside.
        aggregation: of a constituent's messages. pool: of the real constituents.
    """

    embedding: Widths = (8,)
    relation: Widths = (8,)
    object: Widths = (8,)
    classifier: Widths = (16,)
    aggregation: Literal["sum", "mean"] = "sum"
    pool: Pool = "sum"

    def layers(self, layers: Layers) -> str:
        edges, types = layers.edges(), layers.precisions
        x = layers.dense("embedding", self.embedding, layers.x)
        first, *further = self.relation
        pairs = PairDense(types["relation1"], layers.shapes[x][-1], first, 1)
        layers.add("relation1", pairs, x)
        messages = layers.dense("relation", further, layers.own_bits("relation1"), 2)
        add = layers.add_sum if self.aggregation == "sum" else layers.add
        received = add("received", NeighbourMean(types["received"], 0), messages, edges)
        layers.add("joined", Join(types["joined"]), x, received)
        pooled = layers.pool(self.pool, layers.dense("object", self.object, layers.own_bits("joined")))
        return layers.dense("classifier", self.classifier, pooled)


class InteractionSettings(InteractionSizes, LayeredSettings):
    """Settings of a training."""

    model: Literal["interaction"] = "interaction"


class InteractionDescription(InteractionSizes, LayeredDescription):
    """The part of ``model.json`` under ``model``."""

    @property
    def channels(self) -> str:
        return chain(E=self.embedding, R=self.relation, O=self.object, C=self.classifier)


class InteractionFamily(MessageFamily[InteractionSettings, InteractionDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "interaction"
    settings = InteractionSettings
    description = InteractionDescription
