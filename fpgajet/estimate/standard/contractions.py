"""MatMul, Gemm and Einsum as one thing: products summed over the indices that the result does not have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.estimate.standard.matrices import matrix_product, raw_weights
from fpgajet.estimate.standard.scales import realised
from fpgajet.estimate.standard.signals import Call, Signal, merged, normalised, wider
from fpgajet.fixed import EXACT_BITS, FixedType
from fpgajet.ops.inventory import Inventory, Units

Made = tuple[Inventory | None, list[Signal]]


@dataclass(frozen=True)
class Contraction:
    """``first`` and ``second`` name the indices of the two operands' axes, ``result`` those of the result.

    An axis of length 1 that is broadcast has no index: it is the empty name.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    result: tuple[str, ...]
    lengths: dict[str, int]

    def swapped(self) -> Contraction:
        """The operands the other way round."""
        return Contraction(self.second, self.first, self.result, self.lengths)

    @property
    def summed(self) -> tuple[str, ...]:
        """Indices that the result does not have."""
        return tuple(i for i in self.lengths if i not in self.result)

    def count(self, indices: Any) -> int:
        """Product of the lengths of some indices."""
        return math.prod(self.lengths[i] for i in indices)


def of_equation(equation: str, one: tuple[int, ...], other: tuple[int, ...]) -> Contraction:
    """Of an Einsum of two operands.

    Raises:
        ValueError: an ellipsis, repeated indices, or an index that only one operand has and the result has not.
    """
    left, _, right = equation.replace(" ", "").partition("->")
    operands = left.split(",")
    if len(operands) != 2 or "." in equation or "->" not in equation:
        raise ValueError(f"the equation {equation!r} is not one of two operands with a stated result")
    lengths: dict[str, int] = {}
    sides = []
    for letters, shape in zip(operands, (one, other), strict=True):
        if len(set(letters)) != len(letters):
            raise ValueError(f"the equation {equation!r} repeats an index of one operand")
        for letter, n in zip(letters, shape, strict=True):
            lengths[letter] = max(lengths.get(letter, 1), n)
    for letters, shape in zip(operands, (one, other), strict=True):
        sides.append(tuple(i if lengths[i] == n else "" for i, n in zip(letters, shape, strict=True)))
    return _checked(Contraction(sides[0], sides[1], tuple(right), lengths))


def of_matmul(one: tuple[int, ...], other: tuple[int, ...]) -> Contraction:
    """Of numpy's matmul: leading axes are broadcast, vectors have no rows or columns."""
    rows, inner, columns = "y", "z", "x"
    tails = ((rows, inner) if len(one) > 1 else (inner,)), ((inner, columns) if len(other) > 1 else (inner,))
    leads = one[:-2], other[:-2]
    depth = max(map(len, leads))
    letters = ascii_lowercase[:depth]
    lengths: dict[str, int] = {}
    for lead in leads:
        for letter, n in zip(letters[depth - len(lead) :], lead, strict=True):
            lengths[letter] = max(lengths.get(letter, 1), n)
    sides = []
    for lead, tail, shape in zip(leads, tails, (one, other), strict=True):
        own = letters[depth - len(lead) :]
        kept = tuple(i if n == lengths[i] else "" for i, n in zip(own, lead, strict=True))
        lengths |= dict(zip(tail, shape[-len(tail) :], strict=True))
        sides.append((*kept, *tail))
    ends = [i for i, shape in ((rows, one), (columns, other)) if len(shape) > 1]
    return _checked(Contraction(sides[0], sides[1], (*letters, *ends), lengths))


def _checked(found: Contraction) -> Contraction:
    for index in found.summed:
        if index not in found.first or index not in found.second:
            raise ValueError(f"it sums over the index {index!r} of one operand only")
    return found


def matmul(call: Call) -> Made:
    """MatMul of variables, or of a variable with a constant on either side."""
    x, y = call.required(0), call.required(1)
    return _contracted(call, x, y, of_matmul(x.shape, y.shape))


def gemm(call: Call) -> Made:
    """Gemm: alpha A' B' + beta C, of which alpha and beta have to be 1 unless the operand is constant."""
    x, y = call.required(0), call.required(1)
    first = ("k", "n") if call.node.integer("transA", 0) else ("n", "k")
    second = ("m", "k") if call.node.integer("transB", 0) else ("k", "m")
    lengths = dict(zip((*first, *second), (*x.shape, *y.shape), strict=True))
    alpha, beta = call.node.number("alpha", 1.0), call.node.number("beta", 1.0)
    bias = call.input(2)
    if alpha != 1.0 or (bias is not None and beta != 1.0 and bias.constant is None):
        raise ValueError("alpha and beta have to be 1")
    units, (result,) = _contracted(call, x, y, Contraction(first, second, ("n", "m"), lengths))
    return biased(call, units, result, bias)


def einsum(call: Call) -> Made:
    """Einsum of two operands."""
    if len(call.given) != 2:
        raise ValueError("an Einsum of one or more than two operands is not supported")
    x, y = call.required(0), call.required(1)
    return _contracted(call, x, y, of_equation(call.node.text("equation", ""), x.shape, y.shape))


def biased(call: Call, units: Inventory | None, result: Signal, bias: Signal | None) -> Made:
    """Add a bias to a result; one that is 0 takes nothing."""
    if bias is None:
        return units, [result]
    units = units or Inventory()
    count = result.size if bias.constant is None else _nonzero(bias, result.shape)
    if count:
        units.adders.append(Units(count, result.precision.bits))
        units.adder_levels += 1
    return units, [result]


def _nonzero(bias: Signal, shape: tuple[int, ...]) -> int:
    return int(np.count_nonzero(np.broadcast_to(bias.known(), shape)))


def _contracted(call: Call, x: Signal, y: Signal, how: Contraction) -> Made:
    if x.constant is None and y.constant is None:
        return _of_variables(call, x, y, how)
    if x.constant is not None:
        return _with_constant(call, y, x, how.swapped())
    return _with_constant(call, x, y, how)


def _of_variables(call: Call, x: Signal, y: Signal, how: Contraction) -> Made:
    (before, x), (also, y) = realised(x), realised(y)
    terms = how.count(how.summed)
    units = Inventory()
    units.sum_of_products(how.count(how.result), terms, x.precision.bits, y.precision.bits)
    return merged(merged(before, also), units), [
        product_type(call, x, y, math.ceil(math.log2(max(terms, 1))))
    ]


def product_type(call: Call, x: Signal, y: Signal, more: int = 0) -> Signal:
    """The signal of a sum of products of two variables, ``more`` bits above one product."""
    if not (x.exact and y.exact):
        return call.result(None)
    bits = min(x.precision.bits + y.precision.bits, EXACT_BITS)
    whole = FixedType(True, max(bits, 2), x.precision.fraction + y.precision.fraction)
    precision, scale = normalised(wider(whole, more) if more else whole, x.scale * y.scale)
    return call.result(precision, scale)


def _with_constant(call: Call, x: Signal, w: Signal, how: Contraction) -> Made:
    """``x`` is the variable: at each of its own indices a product with a matrix [summed, all others]."""
    before = Inventory()
    if x.scale.ndim:
        before, x = realised(x)
    summed = how.summed
    columns = [i for i in how.second if i and i not in summed]
    instances = how.count(i for i in how.result if i not in columns)
    values, grid, scale = weights_of(call, w, [k for k, i in enumerate(how.second) if i in summed])
    matrix = np.transpose(
        raw_weights(values, grid).reshape([how.lengths[i] if i else 1 for i in how.second]),
        [*(how.second.index(i) for i in summed), *(how.second.index(i) for i in columns),
         *(k for k, i in enumerate(how.second) if not i)],
    ).reshape(how.count(summed), -1)  # fmt: skip
    units, precision = matrix_product(instances, matrix, x.precision, grid.fraction)
    if not (x.exact and w.exact):
        return merged(before, units), [call.result(None)]
    if scale.ndim:
        letters = dict(zip(how.lengths, ascii_lowercase, strict=False))
        second = "".join(letters[i] for i in how.second if i)
        kept = np.squeeze(scale, tuple(k for k, i in enumerate(how.second) if not i))
        kept = np.einsum(f"{second}->{''.join(letters[i] for i in columns)}", kept) / how.count(summed)
        shape = [how.lengths[i] if i in columns else 1 for i in how.result]
        order = [columns.index(i) for i in how.result if i in columns]
        scale = np.broadcast_to(
            np.transpose(kept, order).reshape(shape), [how.lengths[i] for i in how.result]
        )
        scale = scale.reshape(call.shape)
    precision, scale = normalised(precision, x.scale * scale)
    return merged(before, units), [call.result(precision, scale)]


def weights_of(
    call: Call, w: Signal, summed: list[int]
) -> tuple[NDArray[np.float64], FixedType, NDArray[np.float64]]:
    """Weights divided by their scales, their grid, and the scales.

    Scales that differ along a summed axis cannot be taken out of the sum: such weights are the products, on a grid as
    fine as a scale's.
    """
    values = w.known()
    if not w.exact:
        return values, call.default, np.ones(())
    if w.scale.ndim and summed:
        ends = (np.ptp(w.scale, axis=axis).max(initial=0.0) for axis in summed)
        if any(end > 1e-6 for end in ends):
            from fpgajet.estimate.standard.matrices import SCALE_FRACTION

            bits = min(w.precision.bits + SCALE_FRACTION + 1, EXACT_BITS)
            return values, FixedType(True, bits, w.precision.fraction + SCALE_FRACTION), np.ones(())
    grid = w.precision if w.precision.signed else FixedType(True, w.precision.bits + 1, w.precision.fraction)
    grid = FixedType(True, max(grid.bits, 2), grid.fraction)
    return values / w.scale, grid, w.scale
