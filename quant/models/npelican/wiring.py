"""How a quantised nanoPELICAN is wired from the hardware operators. No torch here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops import (
    ConstituentMask,
    JetRow,
    LinEq2to0,
    LinEq2to0N,
    LinEq2to2,
    LinEq2to2N,
    LinEq2to2Rounded,
    LinEq2to2Rows,
    RowSums,
)
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.forms import Puppi, WantedDots
from fpgajet.ops.network import Node
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.multiplicity import Multiplicity
from quant.models.npelican.types import Exponents, Types
from quant.models.wiring import Wiring, full_scale

#: Constants of a node: name of its tensor -> name of the parameter behind it.
CONSTANTS: dict[str, dict[str, str]] = {
    "pairs": {"weight": "weight", "bias": "bias", "diagonal_bias": "diagonal_bias"},
    "score": {"weight": "score_weight", "bias": "score_bias"},
}


def wiring(architecture: Architecture, types: Types, exponents: Exponents) -> Wiring:
    """The network's operators, and the parameters behind their constants."""
    n, beams, m, form = architecture.constituents, architecture.beams, architecture.slots, architecture.form
    c, t, e = architecture.hidden, types, exponents
    from_momenta = architecture.row_sums == "momenta"
    first, last = (LinEq2to2N, LinEq2to0N) if architecture.alpha else (LinEq2to2, LinEq2to0)
    sizes: dict[str, Any] = {
        "output": t.activation, "row_sum": t.row_sum, "total": t.total, "slots": m, "hidden": c,
        "row_exponent": e.row, "total_exponent": e.total, "symmetric": int(architecture.symmetric),
    }  # fmt: skip
    if t.term is not None:
        mix: LinEq2to2 = LinEq2to2Rounded(**sizes, term=t.term)
    else:
        mix = (LinEq2to2Rows if from_momenta else first)(**sizes)
    score = last(
        output=t.score, slots=m, hidden=c, sum_exponent=e.sum, trace_exponent=e.trace, scores=architecture.scores
    )  # fmt: skip
    # What the operators read: the input itself, or what the front end makes of it.
    front, read = [], "momenta"
    for name, operator in form.front_end(n).items() if isinstance(form, Puppi) else ():
        front.append(Node(name, operator, (read,)))
        read = name
    if architecture.jet:
        front.append(Node("jet_row", JetRow.exact(t.momenta, n), (read,)))
        read, n = "jet_row", n + 1
    dots = form.dots(WantedDots(t.dots, n, beams, t.address, t.table, architecture.pairs_below))
    rows = Node("rows", RowSums(t.row_sum, n, beams, e.row), (read,))
    nodes = (
        *front,
        Node("mask", ConstituentMask(output=BIT, constituents=n, beams=beams), (read,)),
        Node("dots", dots.operator, (read,)),
        *([rows] if from_momenta else []),
        Node("pairs", mix, ("dots", "mask", "rows")[: mix.inputs]),
        Node("score", score, ("pairs", "mask")),
    )
    precisions = {"weight": t.weight, "bias": t.bias, "diagonal_bias": t.bias}  # both biases share one type
    precisions |= {"score_weight": t.score_weight, "score_bias": t.score_bias}
    constants = CONSTANTS | {"dots": {name: name for name in dots.tables}}
    tables, kinds = dict(dots.tables), precisions | dict(dots.types)
    if isinstance(form, Puppi):
        constants |= {"prepare": {"log_table": "log_table"}}
        tables |= {"log_table": form.log_table()}
        kinds |= {"log_table": form.log_table_type()}
    shape = (architecture.constituents + form.header_rows, form.columns)
    return Wiring("momenta", shape, t.momenta, nodes, constants, kinds, tables, form)


def real_values(
    parameter: str,
    values: NDArray[np.float64],
    precision: FixedType,
    architecture: Architecture,
    multiplicity: Multiplicity,
) -> NDArray[np.float64]:
    """A parameter in real units before quantisation: a weight, or a table over n = 0..M.

    Args:
        values: as trained, in units of the type's full scale; a bias as coefficients of functions of n.
        architecture: for what is asked of the weights of the six aggregators.
        multiplicity: the functions of n.
    """
    real = values * full_scale(precision)
    if parameter == "weight":
        if architecture.symmetric:
            mean = (real[:, 2:3] + real[:, 3:4]) / 2
            real = np.concatenate([real[:, :2], mean, mean, real[:, 4:]], 1)
        if architecture.unit_pair_weight:
            real = np.concatenate([powers_of_two(real[:, :1], precision), real[:, 1:]], 1)
    if "weight" in parameter:
        factors = multiplicity.weights if parameter == "weight" else multiplicity.score_weights
        return factors[:, None] * real if architecture.alpha else real
    table: NDArray[np.float64] = multiplicity.basis(parameter) @ real
    return table


def powers_of_two(values: NDArray[np.float64], precision: FixedType) -> NDArray[np.float64]:
    """The powers of two (with sign) nearest to ``values`` on a logarithmic scale among those that ``precision`` has."""
    smallest, largest = -precision.fraction, precision.integer - precision.signed - 1
    size = np.log2(np.maximum(np.abs(values), 2.0**smallest))
    sign = np.where(values < 0, -1.0, 1.0)
    result: NDArray[np.float64] = sign * np.exp2(np.clip(np.rint(size), smallest, largest))
    return result
