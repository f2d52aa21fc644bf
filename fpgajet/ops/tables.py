"""Contents of look-up tables: activation functions and reciprocals on the grid of a type."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, from_real, to_real

Real = NDArray[np.float64]


def silu(x: Real) -> Real:
    """x / (1 + exp(-x))."""
    return np.asarray(x / (1.0 + np.exp(-x)))


def sigmoid(x: Real) -> Real:
    """1 / (1 + exp(-x))."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def softsign(x: Real) -> Real:
    """x / (1 + |x|)."""
    return np.asarray(x / (1.0 + np.abs(x)))


def tanh(x: Real) -> Real:
    """The hyperbolic tangent."""
    return np.asarray(np.tanh(x))


FUNCTIONS: dict[str, Callable[[Real], Real]] = {
    "silu": silu,
    "sigmoid": sigmoid,
    "softsign": softsign,
    "tanh": tanh,
}


def activation_table(name: str, argument: FixedType, precision: FixedType) -> NDArray[np.int64]:
    """Raw values of a function on every value of ``argument``, lowest first, in the type ``precision``.

    Raises:
        KeyError: no such function.
    """
    raw = np.arange(argument.lowest, argument.lowest + (1 << argument.bits), dtype=np.int64)
    return from_real(FUNCTIONS[name](to_real(raw, argument.fraction)), precision)


def softmax_tables(
    argument: FixedType, exponential: FixedType, denominator: FixedType, reciprocal: FixedType
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Raw values of exp(-x) at every x of ``argument``, and of 1 / t for every t that ``denominator`` rounds down.

    The second holds values of the middle of each step, and 0 at 0. That addresses of the first are rounded down as well
    is a common factor of all exponentials, which a softmax does not see.
    """
    x = to_real(np.arange(1 << argument.bits, dtype=np.int64), argument.fraction)
    t = to_real(np.arange(1 << denominator.bits, dtype=np.int64), denominator.fraction)
    inverse = np.where(t > 0, 1.0 / (t + denominator.lsb / 2), 0.0)
    return from_real(np.exp(-x), exponential), from_real(inverse, reciprocal)


def reciprocals(largest: int, precision: FixedType) -> NDArray[np.int64]:
    """Raw values of r(0) = 0 and r(n) = 1 / n for n = 1 ... ``largest`` in the type ``precision``."""
    return from_real(np.array([0.0] + [1.0 / n for n in range(1, largest + 1)]), precision)
