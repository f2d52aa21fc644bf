"""One form of all equivalent nanoPELICANs, so that trainings can be compared.

Channels may be permuted and each may be multiplied by a positive factor. The canonical form has |a_c0| = 1 (or, in a
channel without d_ij, the largest of the other weights at 1), so that what a ReLU sees is in GeV^2
like d_ij, and its channels are sorted.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.explanation.formula import Formula

Real = NDArray[np.float64]


def canonical(formula: Formula) -> Formula:
    """The same function, see above."""
    return _scaled(formula).ordered(np.array(order_of(formula)))


def order_of(formula: Formula) -> list[int]:
    """Which channel of a formula stands at each place of its canonical form.

    Those with a_c0 > 0 come first, then those with the larger weights on the other aggregators, in their order.
    """
    weight = _scaled(formula).weight[-1]
    return sorted(range(formula.channels), key=lambda c: (-np.sign(weight[c, 0]), *(-weight[c, 1:])))


def _scaled(formula: Formula) -> Formula:
    full = formula.weight[-1]  # of n = M; nPELICAN_N scales all but d_ij with n
    size = np.where(full[:, 0] != 0, np.abs(full[:, 0]), np.abs(full).max(1))
    return formula.scaled(1.0 / np.where(size > 0, size, 1.0))


def vector(formula: Formula) -> Real:
    """The numbers of a formula at n = M in one row: [C (6 + 2 + 2) + 1]."""
    last = [
        table[-1] for table in (formula.weight, formula.bias, formula.diagonal_bias, formula.score_weight)
    ]
    return np.concatenate([*(x.ravel() for x in last), formula.score_bias[-1:]])


def names(channels: int) -> list[str]:
    """What the numbers of :func:`vector` are, in the same order."""
    c = range(1, channels + 1)
    aggregators = ("d_ij", "delta p_i.J", "p_j.J", "p_i.J", "m_J^2", "delta m_J^2")
    found = [f"a{k} {name}" for k in c for name in aggregators]
    found += [f"b{k}" for k in c] + [f"b'{k}" for k in c]
    return found + [f"v{k} {name}" for k in c for name in ("sum", "trace")] + ["b"]


def equivalent(a: Formula, b: Formula, tolerance: float = 1e-9) -> bool:
    """Whether two formulas are the same up to the order and the scale of channels."""
    if (a.slots, a.channels) != (b.slots, b.channels):
        return False
    first, second = canonical(a), canonical(b)
    tables = ("weight", "bias", "diagonal_bias", "score_weight", "score_bias")
    return any(
        all(
            np.allclose(getattr(first, name), getattr(other, name), rtol=tolerance, atol=tolerance)
            for name in tables
        )
        for other in _orders(second)
    )


def _orders(formula: Formula) -> list[Formula]:
    """All orders of channels where they are few; the canonical one alone else."""
    if formula.channels > 5:
        return [formula]
    return [formula.ordered(np.array(o)) for o in itertools.permutations(range(formula.channels))]


@dataclass(frozen=True)
class Basin:
    """Trainings that ended in one optimum: their numbers, mean and spread of each parameter [P]."""

    members: tuple[int, ...]
    mean: Real
    spread: Real


def basins(formulas: list[Formula], cut: float = 0.5) -> list[Basin]:
    """Trainings clustered by the shape of their canonical forms, the largest basin first.

    The distance of two is the mean difference of their parameters, each in units of its typical size, under the best
    order of channels; average linkage, cut at ``cut``.

    Args:
        formulas: of models of one size, in any order of channels.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    forms = [canonical(formula) for formula in formulas]
    if len(forms) == 1:
        return [Basin((0,), vector(forms[0]), np.zeros_like(vector(forms[0])))]
    unit = np.median(np.abs([vector(form) for form in forms]), 0)
    unit = np.where(unit > 0, unit, 1.0)

    def apart(a: Formula, b: Formula) -> tuple[float, Formula]:
        options = [
            (float(np.mean(np.minimum(np.abs(vector(a) - vector(o)) / unit, 5.0))), o) for o in _orders(b)
        ]
        return min(options, key=lambda option: option[0])

    distance = np.array([[apart(a, b)[0] for b in forms] for a in forms])
    distance = np.minimum(distance, distance.T)
    np.fill_diagonal(distance, 0.0)
    labels = fcluster(linkage(squareform(distance, checks=False), "average"), cut, "distance")
    found = []
    for label in sorted(set(labels.tolist())):
        members = [i for i, other in enumerate(labels) if other == label]
        leader = forms[members[0]]
        rows = np.array([vector(apart(leader, forms[i])[1]) for i in members])
        spread = rows.std(0, ddof=1) if len(rows) > 1 else np.zeros(rows.shape[1])
        found.append(Basin(tuple(members), rows.mean(0), spread))
    return sorted(found, key=lambda basin: -len(basin.members))
