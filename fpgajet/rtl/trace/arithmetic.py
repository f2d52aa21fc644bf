"""Operators on alkaid's symbols: tracing an operator's ``forward`` gives its circuit.

Arrays have no batch axis here; every element is one symbol, a signal of the circuit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from alkaid.trace import FVariable, FVArray, HWConfig
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import Arithmetic, IntIndex
from fpgajet.ops.network import Tensor
from fpgajet.rtl.trace.requantise import requantise_all

#: alkaid's cost model: adders of any width on carry chains of 8 bits; it only steers the shape of sums.
HARDWARE = HWConfig(1, 8, -1)


class AlkaidArithmetic(Arithmetic[FVArray]):
    """Circuits instead of numbers. Exact: alkaid widens every signal as its value range needs."""

    def __init__(self, hardware: HWConfig = HARDWARE, share_halves: bool = True) -> None:
        """``hardware``: cost model of every symbol, that of the inputs; ``share_halves``: see ``RtlOptions.halves``."""
        self.hardware = hardware
        self.share_halves = share_halves

    def quantise(self, name: str, x: FVArray, to: FixedType) -> FVArray:
        return self._array(requantise_all(_symbols(x), to, self.share_halves), x.shape)

    def constant(self, values: NDArray[Any]) -> FVArray:
        reals = np.asarray(values, dtype=np.float64)
        return self._array(
            [FVariable.from_const(float(v), self.hardware) for v in reals.ravel()], reals.shape
        )

    def tensor(self, tensor: Tensor) -> FVArray:
        """The constant tensors of a network, as :meth:`Network.evaluate` wants them."""
        return self.constant(tensor.values.real)

    def scale(self, x: FVArray, exponent: int) -> FVArray:
        return self._array([v * 2.0**exponent for v in _symbols(x)], x.shape)

    def sum(self, x: FVArray, axis: int) -> FVArray:
        shape = np.delete(np.array(x.shape, dtype=int), axis)
        return self._array(np.ravel(np.sum(x, axis=axis)), tuple(shape))

    def take(self, x: FVArray, index: IntIndex, axis: int) -> FVArray:
        taken = np.take(np.asarray(x), index, axis=axis)
        return self._array(np.ravel(taken), np.shape(taken))

    def expand(self, x: FVArray, axis: int) -> FVArray:
        expanded = np.expand_dims(np.asarray(x), axis)
        return self._array(expanded.ravel(), expanded.shape)

    def concat(self, xs: Sequence[FVArray], axis: int) -> FVArray:
        joined = np.concatenate([np.asarray(x) for x in xs], axis=axis)
        return self._array(joined.ravel(), joined.shape)

    def relu(self, x: FVArray) -> FVArray:
        return self._array([v.relu() for v in _symbols(x)], x.shape)

    def abs(self, x: FVArray) -> FVArray:
        return self._array([abs(v) for v in _symbols(x)], x.shape)

    def nonzero(self, x: FVArray) -> FVArray:
        return self._array([_nonzero(v) for v in _symbols(x)], x.shape)

    def gate(self, x: FVArray, bit: FVArray) -> FVArray:
        values, bits = np.broadcast_arrays(np.asarray(x), np.asarray(bit))
        gated = [_gate(v, b) for v, b in zip(values.ravel(), bits.ravel(), strict=True)]
        return self._array(gated, values.shape)

    def less(self, x: FVArray, y: FVArray) -> FVArray:
        difference = np.asarray(x) - np.asarray(y)
        return self._array([v.is_negative() for v in difference.ravel()], difference.shape)

    def select(self, bit: FVArray, x: FVArray, y: FVArray) -> FVArray:
        bits, xs, ys = np.broadcast_arrays(np.asarray(bit), np.asarray(x), np.asarray(y))
        chosen = [_select(*three) for three in zip(bits.ravel(), xs.ravel(), ys.ravel(), strict=True)]
        return self._array(chosen, bits.shape)

    def bounded(self, x: FVArray, to: FixedType) -> FVArray:
        signed, integer, _ = to.kif()
        return self._array([_low_bits(v, signed, integer) for v in _symbols(x)], x.shape)

    def lookup(self, table: FVArray, index: FVArray) -> FVArray:
        rows = np.array([v.low for v in _symbols(table)]).reshape(table.shape)
        columns = rows.reshape(len(rows), -1).T
        looked_up = [_lookup(column, i) for i in _symbols(index) for column in columns]
        return self._array(looked_up, index.shape + table.shape[1:])

    def _array(self, symbols: Sequence[Any] | NDArray[Any], shape: tuple[int, ...]) -> FVArray:
        flat = np.empty(len(symbols), dtype=object)
        flat[:] = symbols
        return FVArray(flat.reshape(shape), hwconf=self.hardware)


def symbolic_input(shape: tuple[int, ...], precision: FixedType, hardware: HWConfig = HARDWARE) -> FVArray:
    """Inputs of a circuit, every raw value of ``precision`` possible in every element."""
    lowest, highest = (
        np.full(shape, bound * precision.lsb) for bound in (precision.lowest, precision.highest)
    )
    return FVArray.from_lhs(lowest, highest, np.full(shape, precision.lsb), hwconf=hardware)


def _symbols(x: FVArray) -> list[FVariable]:
    return list(np.asarray(x).ravel())


def _nonzero(v: FVariable) -> FVariable:
    if v.low > 0 or v.high < 0:
        return FVariable.from_const(1.0, v.hwconf)
    return v.unary_bit_op("any")


def _gate(v: FVariable, bit: FVariable) -> FVariable:
    """AND with the bit: alkaid makes a mux with 0 exactly that."""
    if bit.low == bit.high:
        return v if bit.low else FVariable.from_const(0.0, v.hwconf)
    return bit.msb_mux(v, 0.0) if v.low != v.high else bit * v.low


def _select(bit: FVariable, x: FVariable, y: FVariable) -> FVariable:
    """The wanted one of two; a bit that never changes costs nothing."""
    if bit.low == bit.high:
        return x if bit.low else y
    if x is y or (x.low == x.high == y.low == y.high):
        return x
    return bit.msb_mux(x, y)


def _low_bits(v: FVariable, signed: bool, integer: int) -> FVariable:
    """The bits of a range in which a value is known to lie."""
    fits = v.low >= 0 if not signed else -(2.0**integer) <= v.low
    return v if fits and v.high < 2.0**integer else v.quantize(int(signed), integer, int(v.kif[2]))


def _lookup(column: NDArray[np.float64], index: FVariable) -> FVariable:
    if index.low == index.high:  # alkaid's step of a constant is no step
        return FVariable.from_const(float(column[min(int(index.low), len(column) - 1)]), index.hwconf)
    step = int(index.step)  # alkaid knows when an index, itself out of a table, has a last bit of 0
    # A count that `bounded` has put into whole bits may seem to pass the end of its table; the analysis knows better.
    entries = np.arange(int(index.low), int(index.high) + 1, step)
    return index.lookup(column[np.minimum(entries, len(column) - 1)])
