"""How many of a message-passing network's parameters are free. No torch here.

ReLU is homogeneous: a channel may be multiplied by any positive factor in one layer and divided by it in the next.
Each such factor makes one parameter superfluous. A test compares the count with the rank of the Jacobian of the score.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops import Join, Product, Skip, SoftmaxMean
from fpgajet.ops.network import Node
from quant.models.messages.plan import MessagePlan

#: logarithms of the factors of a stage's channels [channels, factors], linear in those that may be chosen
Factors = NDArray[np.int64]


def rescalings(plan: MessagePlan) -> int:
    """Number of factors by which channels may be multiplied without changing the score."""
    nodes = plan.wiring().nodes
    trained = {parameter.stage for parameter in plan.parameters.values()}
    widths = {node.name: plan.shapes[node.name][-1] for node in nodes if node.name in trained}
    first = dict(zip(widths, np.cumsum([0, *widths.values()]).tolist(), strict=False))
    size = sum(widths.values())
    identity = np.eye(size, dtype=np.int64)
    fixed: Factors = np.zeros((1, size), np.int64)
    factors: dict[str, Factors] = {}
    zero: list[Factors] = []  # what must vanish
    for node in nodes:
        given = [factors.get(name, fixed) for name in node.inputs]
        if node.name in trained:
            factors[node.name] = identity[first[node.name] :][: widths[node.name]]
            # A sum without factors of its own has those of its terms.
            zero += [factors[node.name] - factors[term] for term in plan.scaled.get(node.name, ())]
        else:
            factors[node.name] = _passed(node, given, plan, zero)
    zero.append(factors[nodes[-1].name])
    return size - int(np.linalg.matrix_rank(np.concatenate(zero)))


def _passed(node: Node, given: list[Factors], plan: MessagePlan, zero: list[Factors]) -> Factors:
    """Factors of a stage without parameters; appends to ``zero`` what they require."""
    width, size = plan.shapes[node.name][-1], given[0].shape[1]
    widths = [plan.shapes[name][-1] for name in node.inputs]
    wide = [np.broadcast_to(f, (max(w, len(f)), size)) for f, w in zip(given, widths, strict=True)]
    operator = node.operator
    if operator.homogeneous:
        return wide[0]
    if isinstance(operator, SoftmaxMean):
        zero.append(given[1])  # logits have a scale
        return wide[0]
    if isinstance(operator, Join):
        return np.concatenate(wide)
    if isinstance(operator, Skip):
        zero.append(wide[0] - wide[1])
        return wide[0]
    if isinstance(operator, Product):
        return wide[0] + wide[1]
    zero.extend(given)  # any other function of a channel fixes its scale
    return np.zeros((width, size), np.int64)
