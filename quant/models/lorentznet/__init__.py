"""LorentzNet of one block (arXiv 2201.08187), the comparison model of arXiv 2310.16121.

Constituents are massless, so their scalars, and the features made of them, are the same for all: the embedding
and all terms of h_i and h_j are constants, which biases and norms absorb. Of both invariants of a pair,
|p_i - p_j|^2 = -2 p_i . p_j, one is enough. This is the published function of the constituents in fewer numbers,
but not the published network: that one has two beam particles, which break the Lorentz symmetry and are left out
here, and its mean divides by the number of all nodes, those of empty slots included; ours is over real
constituents. The family ``lorentznet-published`` has both.

Features of constituents, where there are any, are the scalars of the paper: an embedding of them is h_i, which e_ij and
phi_h read, and which the residual adds. Behind the embedding there is a ReLU, which the paper does not have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from fpgajet.fixed import FixedType
from fpgajet.ops import (
    CompleteGraph,
    Dense,
    EdgeDense,
    Join,
    MaskedMeanPool,
    NeighbourMean,
    Product,
    Skip,
)
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.forms import InputForm
from quant.models.messages.family import MessageDescription, MessageFamily
from quant.models.messages.free_parameters import rescalings
from quant.models.messages.message_settings import MessageSettings
from quant.models.messages.plan import MessagePlan


def plan(
    constituents: int,
    hidden: int,
    precisions: Mapping[str, FixedType],
    form: InputForm,
    outputs: Sequence[str] = (),
) -> MessagePlan:
    """e_ij = phi_e(psi(p_i . p_j)), m_ij = e_ij sigmoid(phi_m(e_ij)), h_i = phi_h(sum_j m_ij), mean, two layers.

    With features: e_ij = phi_e(s_i, s_j, psi), h_i = s_i + phi_h(sum_j m_ij, s_i), s_i the embedded features.
    """
    p = MessagePlan(constituents, precisions, form)
    p.start()
    p.add("edges", CompleteGraph(BIT, constituents), "mask")
    if features := p.features():
        p.add("s0", Dense(precisions["s0"], hidden, 1), features)
        p.add("e1", EdgeDense(precisions["e1"], hidden, hidden, 1, 1), "s0", "logs")
    else:
        p.add("e1", Dense(precisions["e1"], hidden, 1), "logs")
    p.add("e2", Dense(precisions["e2"], hidden, 1), "e1")
    p.add("gate_raw", Dense(precisions["gate_raw"], 1, 0), "e2")
    p.activation("gate", "sigmoid", "gate_raw")
    p.add("m", Product(precisions["m"]), "e2", "gate")
    p.add_sum("m_mean", NeighbourMean(precisions["m_mean"], 0), "m", "edges")
    heard = p.add("h1_join", Join(precisions["h1_join"]), "m_mean", "s0") if features else "m_mean"
    p.add("h1", Dense(precisions["h1"], hidden, 1), heard)
    last = p.add("h2", Dense(precisions["h2"], hidden, 0), "h1")
    if features:
        last = p.add("h", Skip(precisions["h"]), last, "s0")
    p.add("pool", MaskedMeanPool(precisions["pool"], 0), last, "mask")
    p.add("d1", Dense(precisions["d1"], hidden, 1), "pool")
    p.score("d1", outputs)
    return p


class LorentzNetSettings(MessageSettings):
    """``hidden``: n_hidden; ``pool``: "padded", the published mean, is refused."""

    model: Literal["lorentznet"] = "lorentznet"
    hidden: int = Field(default=3, ge=1, le=64)
    pool: Literal["real", "padded"] = "real"

    @model_validator(mode="after")
    def _hardware_can_follow(self) -> Self:
        if self.pool == "padded":
            raise ValueError(
                "the published mean of all nodes contains the two beams, which this form for hardware leaves out: "
                "train model=lorentznet-published with pool=padded, in float"
            )
        return self

    def plan(self, precisions: Mapping[str, FixedType]) -> MessagePlan:
        return plan(self.constituents, self.hidden, precisions, self.form, self.outputs)


class LorentzNetDescription(MessageDescription):
    """``hidden``: n_hidden."""

    hidden: int = Field(ge=1, le=64)

    @model_validator(mode="after")
    def _types_are_complete(self) -> Self:
        self.check_types()
        return self

    def plan(self, precisions: Mapping[str, FixedType]) -> MessagePlan:
        return plan(self.constituents, self.hidden, precisions, self.form, self.outputs)

    @property
    def parameters_published(self) -> int | None:
        """As arXiv 2310.16121 counts for two scalars a constituent and two logits: 120 for n_hidden = 3."""
        if self.form.feature_names:
            return None
        h = self.hidden
        embedding, two_layers = 3 * h, 2 * h + h * h + h
        edges, gate, nodes = (2 * h + 2) * h + two_layers, h + 1, (2 * h + 2) * h + h + two_layers
        return embedding + edges + gate + nodes + (h * h + h) + (2 * h + 2)

    @property
    def parameters_absorbed(self) -> int:
        """Without one factor per channel, and without h2: nothing but a mean is between it and d1.

        With features the residual stands between them, and only the bias of h2 is superfluous.
        """
        plan = self.plan(self.fixed_types)
        absorbed = self.hidden if self.form.feature_names else self.hidden**2
        return self.parameters - rescalings(plan) - absorbed

    @property
    def earlier_counts(self) -> tuple[int, int | None]:
        return self.parameters_published or self.parameters, self.parameters

    @property
    def channels(self) -> str:
        return f"n_hidden {self.hidden}"


class LorentzNetFamily(MessageFamily[LorentzNetSettings, LorentzNetDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "lorentznet"
    settings = LorentzNetSettings
    description = LorentzNetDescription
