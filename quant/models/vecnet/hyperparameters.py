"""What a VecNet is made of: the one declaration of its hyperparameters. No torch here."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from quant.models.vecnet.sizes import VecNetSizes

#: logarithms of (E, px, py, pz), the hidden features before the first step
MOMENTUM_WIDTH = 4
Aggregation = Literal["mean", "sum", "max"]
Pool = Literal["mean", "max"]
Shortcut = Literal["none", "skip", "concat"]
ActivationName = Literal["relu", "silu", "tanh", "softsign"]


class VecNetHyperparameters(VecNetSizes):
    """Hyperparameters of a VecNet (arXiv 2202.06941, table 1), as far as hardware can follow.

    Settings of a training and the description of a checkpoint both inherit from it.

    Attributes:
        edge_layers, node_layers: layers of the functions of pairs and of constituents in each iteration.
        shortcut: what of its features before a step a constituent keeps: nothing, a sum, or both side by side.
        neighbours: of the static graph of nearest neighbours in p_i . p_j; 0 connects all.
        activation: after every layer but the last.
        aggregation: of the messages of a constituent's neighbours: their mean, their sum, or channel by channel the
            largest.
        pool: of the constituents of a jet, in the same sense.
        final_layers: hidden layers between the pool and the score, as wide as what is pooled.
        affine: functions of pairs are affine and exact, so that their sums need no pairs (JEDI-linear, arXiv
            2508.15468): the build makes them O(N), see :mod:`fpgajet.graph.collapse`.
    """

    edge_layers: int = Field(default=1, ge=1, le=3)
    node_layers: int = Field(default=1, ge=0, le=3)
    shortcut: Shortcut = "none"
    neighbours: int = Field(default=0, ge=0, le=32)
    activation: ActivationName = "relu"
    aggregation: Aggregation = "mean"
    pool: Pool = "mean"
    final_layers: int = Field(default=0, ge=0, le=3)
    affine: bool = False

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.affine and (self.scalar or self.neighbours or self.edge_layers > 1):
            raise ValueError(
                "affine functions of pairs need scalar=0, neighbours=0 and edge_layers=1: invariants are not "
                "affine in the constituents, and sums over some of the pairs do not collapse"
            )
        if self.affine and self.aggregation != "mean":
            raise ValueError(
                "affine functions of pairs need aggregation=mean: only their mean has an operator in O(N)"
            )
        if self.shortcut == "skip" and self.hidden not in (0, MOMENTUM_WIDTH):
            raise ValueError(
                f"shortcut=skip adds a constituent's features before and after each step, which needs as many hidden "
                f"channels as there are logarithms of its momentum: hidden={MOMENTUM_WIDTH} or 0, or shortcut=concat"
            )
        if self.neighbours >= self.constituents:
            raise ValueError("neighbours must be fewer than the constituents; 0 connects all")
        return self
