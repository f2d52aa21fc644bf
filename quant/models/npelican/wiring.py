"""How a quantised nanoPELICAN is wired from the hardware operators. No torch here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops import ConstituentMask, DotProducts, LinEq2to0, LinEq2to2
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.network import Node
from quant.models.npelican.config import Architecture, Exponents, Types
from quant.models.wiring import Wiring, full_scale

#: Constants of a node: name of its tensor -> name of the parameter behind it.
CONSTANTS: dict[str, dict[str, str]] = {
    "pairs": {"weight": "weight", "bias": "bias", "diagonal_bias": "diagonal_bias"},
    "score": {"weight": "score_weight", "bias": "score_bias"},
}


def wiring(architecture: Architecture, types: Types, exponents: Exponents) -> Wiring:
    """The network's operators, and the parameters behind their constants."""
    n, beams, m = architecture.constituents, architecture.beams, architecture.slots
    c, t, e = architecture.hidden, types, exponents
    mix = LinEq2to2(
        output=t.activation, row_sum=t.row_sum, total=t.total, slots=m, hidden=c,
        row_exponent=e.row, total_exponent=e.total,
    )  # fmt: skip
    score = LinEq2to0(output=t.score, slots=m, hidden=c, sum_exponent=e.sum, trace_exponent=e.trace)
    nodes = (
        Node("mask", ConstituentMask(output=BIT, constituents=n, beams=beams), ("momenta",)),
        Node("dots", DotProducts(output=t.dots, constituents=n, beams=beams), ("momenta",)),
        Node("pairs", mix, ("dots", "mask")),
        Node("score", score, ("pairs", "mask")),
    )
    kinds = {"weight": t.weight, "bias": t.bias, "diagonal_bias": t.bias}  # both biases share one type
    kinds |= {"score_weight": t.score_weight, "score_bias": t.score_bias}
    return Wiring("momenta", (n, 4), t.momenta, nodes, CONSTANTS, kinds)


def real_values(
    parameter: str, values: NDArray[np.float64], kind: FixedType, slots: int
) -> NDArray[np.float64]:
    """A parameter in real units before quantisation: a weight, or the table of a bias over n = 0..M.

    Args:
        values: as trained, in units of the type's full scale; a bias as coefficients of (n / M)^0, ^1, ^2.
        slots: M.
    """
    real = values * full_scale(kind)
    if "weight" in parameter:
        return real
    powers = (np.arange(slots + 1)[:, None] / slots) ** np.arange(3)
    table: NDArray[np.float64] = powers @ real
    return table
