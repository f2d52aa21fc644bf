"""The array interface in which every operator writes its arithmetic once.

An operator computes with *real-valued* arrays: ``+ - *`` between arrays are exact, and only
:meth:`Arithmetic.quantise` rounds. A back end supplies the array type and the functions below; the same
lines of an operator then run on int64 (the reference), on intervals (worst-case widths), on torch
tensors (training), on ONNX graph builders (function bodies) and on alkaid's symbols (Verilog).

Leading axes (the batch) are free everywhere, so axes are counted from the end and are negative.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.roles import Hook


class Array(Protocol):
    """What every back end's arrays can do by themselves: exact elementwise arithmetic, broadcasting."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...


A = TypeVar("A", bound=Array)
IntIndex = int | NDArray[np.int64]


class Arithmetic(ABC, Generic[A]):
    """What an operator may do beside ``+``, ``-`` and ``*``."""

    @abstractmethod
    def quantise(self, name: str, x: A, to: FixedType) -> A:
        """Round and saturate ``x`` to ``to``; ``name`` identifies the requantiser within its operator."""

    @abstractmethod
    def constant(self, values: NDArray[Any]) -> A:
        """An exact constant from real values that float64 holds exactly."""

    @abstractmethod
    def scale(self, x: A, exponent: int) -> A:
        """``x * 2**exponent``, exact: moving the binary point."""

    @abstractmethod
    def sum(self, x: A, axis: int) -> A:
        """Sum over one axis (negative), which disappears."""

    @abstractmethod
    def take(self, x: A, index: IntIndex, axis: int) -> A:
        """``numpy.take``: an integer drops the axis, an array of integers replaces it by its own axes."""

    @abstractmethod
    def expand(self, x: A, axis: int) -> A:
        """Insert an axis of length 1 at (negative) position ``axis`` of the result."""

    @abstractmethod
    def concat(self, xs: Sequence[A], axis: int) -> A:
        """Join arrays along an existing axis."""

    @abstractmethod
    def relu(self, x: A) -> A:
        """max(x, 0)."""

    @abstractmethod
    def abs(self, x: A) -> A:
        """|x|."""

    @abstractmethod
    def nonzero(self, x: A) -> A:
        """1 where ``x`` is not zero, else 0 (one unsigned bit)."""

    @abstractmethod
    def gate(self, x: A, bit: A) -> A:
        """``x`` where ``bit`` (0 or 1, broadcast against x) is 1, else 0."""

    @abstractmethod
    def less(self, x: A, y: A) -> A:
        """1 where x < y, else 0 (one unsigned bit), with broadcasting."""

    @abstractmethod
    def select(self, bit: A, x: A, y: A) -> A:
        """``x`` where ``bit`` is 1, else ``y``, with broadcasting."""

    def linear(self, x: A, weight: A) -> A:
        """sum_f weight[g, f] x[..., f]: x [..., F], weight [G, F] constant, result [..., G], exact."""
        return self.sum(self.expand(x, -2) * weight, -1)

    @abstractmethod
    def lookup(self, table: A, index: A) -> A:
        """Rows ``table[index]``: table [K, ...], index [batch...] in 0..K-1, result [batch..., ...].

        That the index stays in 0..K-1 is proved by the interval analysis, nowhere else.
        """

    def bounded(self, x: A, to: FixedType) -> A:
        """``x`` itself, with the promise that wherever it is used it is a value of ``to``.

        For ranges that the worst-case analysis cannot see; bits that are never used need no hardware.
        """
        return x

    def enter(self, stage: str) -> None:
        """Told by :meth:`Network.evaluate` which node computes next; most back ends need not know."""

    def hook(self, hook: Hook, x: A) -> A:
        """``x`` at a hook that the operator declares, or what an arithmetic makes of it there."""
        return x

    def note(self, name: str, x: A) -> A:
        """Name an intermediate whose worst-case width the firmware needs; returns ``x`` itself."""
        return x
