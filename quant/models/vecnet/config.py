"""What a VecNet is made of. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shortcut = Literal["none", "skip", "concat"]
ActivationName = Literal["relu", "silu", "tanh", "softsign"]


@dataclass(frozen=True)
class Sizes:
    """Hyperparameters of a VecNet (arXiv 2202.06941, table 1), as far as hardware can follow.

    Attributes:
        constituents: N, leading constituents of a jet that are read.
        scalar, vector, hidden: channels of Lorentz scalars, of four-vectors, of features without symmetry;
            hidden = 0 is fully equivariant, scalar = vector = 0 not at all.
        iterations, edge_layers, node_layers: message passing steps, layers of the functions of pairs and of
            constituents in each.
        shortcut: what of its features before a step a constituent keeps: nothing, a sum, or both side by side.
        neighbours: of the static graph of nearest neighbours in p_i . p_j; 0 connects all.
        activation: after every layer but the last.
        affine: functions of pairs are affine and exact, so that their sums need no pairs (JEDI-linear, arXiv
            2508.15468): the build makes them O(N), see :mod:`fpgajet.graph.collapse`.
    """

    constituents: int
    scalar: int
    vector: int
    hidden: int
    iterations: int = 2
    edge_layers: int = 1
    node_layers: int = 1
    shortcut: Shortcut = "none"
    neighbours: int = 0
    activation: ActivationName = "relu"
    affine: bool = False

    def __post_init__(self) -> None:
        if self.scalar + self.hidden == 0:
            raise ValueError("a VecNet needs scalar or hidden channels to make a score from")
        if self.vector and not self.scalar:
            raise ValueError("vectors are moved by messages of scalars: vector > 0 needs scalar > 0")
        if self.vector and self.iterations < 2:
            raise ValueError("vectors of the last iteration are not used: vector > 0 needs iterations >= 2")
        if self.affine and (self.scalar or self.neighbours or self.edge_layers > 1):
            raise ValueError(
                "affine functions of pairs need scalar=0, neighbours=0 and edge_layers=1: invariants are not affine in "
                "the constituents, and sums over some of the pairs do not collapse"
            )
        if self.neighbours >= self.constituents:
            raise ValueError("neighbours must be fewer than the constituents; 0 connects all")
