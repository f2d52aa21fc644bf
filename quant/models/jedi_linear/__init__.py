"""JEDI-linear (arXiv 2508.15468): an interaction network whose f_R is affine, so that it needs no pairs.

x_i = f_E(numbers of constituent i), e_i = mean over j != i of W [x_i, x_j] + b, O_i = f_O(e_i),
score = f_C(pool_i O_i). The mean is W_i x_i + W_j mean_(j != i) x_j + b: the operator
:class:`fpgajet.ops.AffineMean` computes it in O(N), for training too. e_i contains x_i linearly, so f_O reads nothing
beside it. Unlike the paper's, our mean is over the real constituents, not over all slots. No torch before a method
needs it.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from fpgajet.ops import AffineMean, MaskedMeanPool
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
from quant.models.messages.plan import MASK


class JediLinearSizes(LayeredSizes):
    """Hyperparameters: widths of the layers of f_E, f_R, f_O and f_C.

    Attributes:
        embedding: f_E. object: f_O. classifier: f_C, the score aside.
        relation: f_R, one affine layer; 0: it is one with the first layer of f_O, which then is
            ReLU(W_i x_i + W_j mean_j x_j + b), the mean over all real j. Its part of x_j is computed once per jet.
        pool: of the real constituents.
    """

    embedding: Widths = (16,)
    relation: int = Field(default=8, ge=0, le=256)
    object: Widths = (16,)
    classifier: Widths = (16,)
    pool: Pool = "mean"

    def layers(self, layers: Layers) -> str:
        x = layers.dense("embedding", self.embedding, layers.x)
        if not self.relation:
            return layers.dense(
                "classifier", self.classifier, layers.pool(self.pool, self._merged(layers, x))
            )
        features = layers.shapes[x][-1]
        mean = AffineMean(layers.precisions["relation"], layers.slots, features, self.relation, 0)
        layers.add("relation", mean, x, "mask")
        pooled = layers.pool(self.pool, layers.dense("object", self.object, layers.own_bits("relation")))
        return layers.dense("classifier", self.classifier, pooled)

    def _merged(self, layers: Layers, x: str) -> str:
        """f_O with f_R in its first layer."""
        first, *further = self.object
        layers.add("average", MaskedMeanPool(layers.precisions["average"], 0), x, MASK)
        heard = layers.add_plain("message", first, layers.own_bits("average"))
        own = layers.add_plain("own", first, x)
        layers.layers.add(layers.add_sum_of("object1", heard, own))
        return layers.dense("object", further, layers.own_bits("object1"), 2)


class JediLinearSettings(JediLinearSizes, LayeredSettings):
    """Settings of a training."""

    model: Literal["jedi-linear"] = "jedi-linear"


class JediLinearDescription(JediLinearSizes, LayeredDescription):
    """The part of ``model.json`` under ``model``."""

    @property
    def parameters_absorbed(self) -> int:
        """Without one factor per channel of ReLU, and without what the first layer of f_O can do in place of f_R.

        Nothing but a rounding is between the two: any invertible G x G matrix may go from one to the other, and the
        bias of f_R may join that of f_O, jets of a single constituent aside, whose mean is 0.
        """
        return super().parameters_absorbed - self.relation**2

    @property
    def channels(self) -> str:
        relation = {"R": self.relation} if self.relation else {}
        return chain(E=self.embedding, **relation, O=self.object, C=self.classifier)


class JediLinearFamily(MessageFamily[JediLinearSettings, JediLinearDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "jedi-linear"
    settings = JediLinearSettings
    description = JediLinearDescription
