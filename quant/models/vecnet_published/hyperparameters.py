"""What a VecNet as published is made of: the one declaration of its hyperparameters. No torch here."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from quant.models.vecnet.sizes import VecNetSizes

Graph = Literal["full", "static", "dynamic"]


class PublishedVecNetHyperparameters(VecNetSizes):
    """Hyperparameters of a float VecNet (arXiv 2202.06941, section 2.4 and appendix table 1).

    Settings of a training and the description of a checkpoint both inherit from it.

    Attributes:
        edge_layers, node_layers: layers of phi_s and phi_h, of theta_s and theta_h.
        psi_layers: layers of psi. psi_end: what bounds its output; "none" leaves it linear, as an MLP's last layer is.
        shortcut: what a constituent keeps of its features: nothing, a sum (with a linear map of the old ones where the
            widths differ), or both side by side.
        graph: all pairs, or nearest neighbours in the spacetime interval of the momenta ("static") or of the vectors
            before every step ("dynamic"). neighbours: of each constituent, for the last two.
        activation, batch_norm, layer_norm: behind every layer but the last of psi and the score.
        aggregation: of the messages of a constituent's neighbours.
        scalar_inputs: s before the first step: logarithms of the mass ("mass"), and of p_i . P with the momentum P of
            all constituents ("jet").
        hidden_messages: what phi_h sees of the scalars beside h_i and h_j: the scalar messages, or s_i and s_j. The
            text, "concatenated scalar and hidden features", can mean both.
        final_layers: hidden layers between the pool and the logit, each followed by dropout in training.
    """

    iterations: int = Field(default=3, ge=1, le=6)
    edge_layers: int = Field(default=2, ge=1, le=3)
    node_layers: int = Field(default=1, ge=0, le=3)
    psi_layers: int = Field(default=1, ge=1, le=3)
    psi_end: Literal["softsign", "none"] = "softsign"
    shortcut: Literal["none", "skip", "concat"] = "none"
    graph: Graph = "full"
    neighbours: int = Field(default=16, ge=3, le=32)
    activation: Literal["relu", "silu", "tanh"] = "relu"
    batch_norm: bool = True
    layer_norm: bool = False
    aggregation: Literal["mean", "sum", "max"] = "mean"
    scalar_inputs: Literal["mass", "jet"] = "mass"
    hidden_messages: Literal["messages", "scalars"] = "messages"
    final_layers: int = Field(default=1, ge=0, le=3)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.graph == "dynamic" and not self.vector:
            raise ValueError("graph=dynamic follows the vectors, which vector=0 leaves out: use graph=static")
        return self
