"""A nanoPELICAN as one formula in physical units (arXiv 2310.16121, section 5, equation 1).

    y_ijc = ReLU(a_c0 d_ij + a_c3 p_i.J + a_c2 p_j.J + a_c4 m_J^2 + b_c(n)
                 + delta_ij (a_c1 p_i.J + a_c5 m_J^2 + b'_c(n)))
    w = sum_c (v_c0 sum_ij y_ijc + v_c1 sum_i y_iic) + b(n)

with d_ij = p_i.p_j = m_ij^2 / 2 for massless constituents, J = sum_i p_i, m_J^2 = J^2, in GeV^2, and the number n of
constituents. No torch here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops import LinEq2to0, LinEq2to2
from fpgajet.ops.lin_eq_2to2 import ROW_SUMS, TOTALS, Aggregator
from fpgajet.ops.network import Network, Node

if TYPE_CHECKING:
    from quant.models.npelican.folding import Folded

Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Formula:
    """The numbers of the formula; first axis: the number n = 0..M of real slots.

    Attributes:
        weight: [M + 1, C, 6] on the aggregators in the order of :class:`fpgajet.ops.lin_eq_2to2.Aggregator`.
        bias, diagonal_bias: [M + 1, C] in GeV^2.
        score_weight: [M + 1, C, 2] on sum_ij y and sum_i y_ii, in 1 / GeV^2.
        score_bias: [M + 1].
    """

    weight: Real
    bias: Real
    diagonal_bias: Real
    score_weight: Real
    score_bias: Real

    @property
    def slots(self) -> int:
        """M."""
        return len(self.bias) - 1

    @property
    def channels(self) -> int:
        """C."""
        return int(self.bias.shape[1])

    def arguments(self, d: Real, n: NDArray[np.int64]) -> Real:
        """What each ReLU sees, [B, M, M, C] in GeV^2, of d [B, M, M], zero in empty slots, and n [B]."""
        row = d.sum(2)
        total = row.sum(1)[:, None]
        w = self.weight[n]
        shared = total * w[..., Aggregator.TOTAL] + self.bias[n]
        diagonal = row[..., None] * w[:, None, :, Aggregator.DIAGONAL_ROW]
        diagonal += (total * w[..., Aggregator.DIAGONAL_TOTAL] + self.diagonal_bias[n])[:, None]
        x: Real = d[..., None] * w[:, None, None, :, Aggregator.PAIR] + shared[:, None, None]
        x += row[:, :, None, None] * w[:, None, None, :, Aggregator.ROW]
        x += row[:, None, :, None] * w[:, None, None, :, Aggregator.COLUMN]
        x += diagonal[:, :, None] * np.eye(d.shape[1])[:, :, None]
        return x

    def passed(self, d: Real, n: NDArray[np.int64]) -> Real:
        """y of real pairs, [B, M, M, C] in GeV^2."""
        real = np.arange(d.shape[1]) < n[:, None]
        both = (real[:, :, None] & real[:, None, :])[..., None]
        passed: Real = np.maximum(self.arguments(d, n), 0.0) * both
        return passed

    def scores(self, d: Real, n: NDArray[np.int64]) -> Real:
        """w [B]."""
        y, v = self.passed(d, n), self.score_weight[n]
        sums = y.sum((1, 2)) * v[..., 0] + np.einsum("biic->bc", y) * v[..., 1]
        found: Real = sums.sum(1) + self.score_bias[n]
        return found

    def scaled(self, factors: Real) -> Formula:
        """The same function with channel c of y multiplied by ``factors[c]`` > 0: ReLU is homogeneous."""
        return replace(
            self,
            weight=self.weight * factors[:, None],
            bias=self.bias * factors,
            diagonal_bias=self.diagonal_bias * factors,
            score_weight=self.score_weight / factors[:, None],
        )

    def ordered(self, channels: NDArray[np.int64]) -> Formula:
        """The same function with its channels in another order."""
        tables = {
            name: getattr(self, name)[:, channels]
            for name in ("weight", "bias", "diagonal_bias", "score_weight")
        }
        return replace(self, **tables)


def formula_of(network: Network) -> Formula:
    """The formula of a quantised nanoPELICAN, from the constants that its hardware holds.

    Roundings of d, of row sums, of the total and of y are not part of it.

    Raises:
        BadInput: the network is no nanoPELICAN, or has several scores.
    """
    pairs, score = layers(network)
    first, last = pairs.operator, score.operator
    assert isinstance(first, LinEq2to2)
    assert isinstance(last, LinEq2to0)
    real = {name: tensor.values.real for name, tensor in pairs.tensors.items()}
    of_score = {name: tensor.values.real for name, tensor in score.tensors.items()}
    steps = np.zeros(len(Aggregator))
    steps[list(ROW_SUMS)], steps[list(TOTALS)] = -first.row_exponent, -first.total_exponent
    n = first.slots + 1
    weight = np.broadcast_to(real["weight"], (n, first.hidden, len(Aggregator)))
    score_weight = np.broadcast_to(of_score["weight"], (n, first.hidden, 2))
    return Formula(
        weight=weight * 2.0**steps,
        bias=real["bias"],
        diagonal_bias=real["diagonal_bias"],
        score_weight=score_weight * 2.0 ** -np.array([last.sum_exponent, last.trace_exponent]),
        score_bias=of_score["bias"][:, 0],
    )


def formula_of_folded(folded: Folded) -> Formula:
    """The formula of a float nanoPELICAN whose batch norms are folded."""
    slots, channels = folded.multiplicity.slots + 1, len(folded.weight)
    return Formula(
        weight=np.broadcast_to(folded.table("weight"), (slots, channels, len(Aggregator))),
        bias=folded.table("bias"),
        diagonal_bias=folded.table("diagonal_bias"),
        score_weight=np.broadcast_to(folded.table("score_weight"), (slots, channels, 2)),
        score_bias=folded.table("score_bias")[:, 0],
    )


def layers(network: Network) -> tuple[Node, Node]:
    """The nodes of LinEq 2->2 and LinEq 2->0.

    Raises:
        BadInput: the network is no nanoPELICAN, or has several scores.
    """
    found = [
        [node for node in network.nodes if isinstance(node.operator, kind)] for kind in (LinEq2to2, LinEq2to0)
    ]
    if [len(nodes) for nodes in found] != [1, 1]:
        raise BadInput(
            f"{network.name} is no nanoPELICAN: only the formula of a nanoPELICAN, two linear equivariant layers with "
            "one ReLU between them, can be written out. `fpgajet eval` measures any tagger."
        )
    last = found[1][0].operator
    assert isinstance(last, LinEq2to0)
    if last.scores > 1:
        raise BadInput(
            f"{network.name} has {last.scores} scores, one of each class, and an explanation takes one of two classes. "
            "`fpgajet eval` measures it."
        )
    return found[0][0], found[1][0]
