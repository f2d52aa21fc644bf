"""A tensor divided by a function of one value: the mean over those constituents that are there.

The reciprocals, times the scales, are a table over the divisor. A quantiser has to follow, which rounds the product of
both. A table has 23 bits, and 1 / 3 has more: a quotient may lie on another side of a rounding boundary than in the
file. All sums are tried, and the note says how many give another integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from fpgajet.fixed import FixedType, Overflow, Rounding, requantise
from fpgajet.graph.foreign.curves import Curve
from fpgajet.graph.foreign.imported import Affine, spread
from fpgajet.graph.foreign.layers import Layers
from fpgajet.graph.foreign.places import Index
from fpgajet.graph.foreign.precisions import Grid
from fpgajet.ops.activation import Activation
from fpgajet.ops.elementwise import Product
from fpgajet.ops.exactness import CARRIED_BITS
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Tensor


@dataclass(frozen=True, eq=False)
class Ratio:
    """value / divisor, where the divisor is one number per jet."""

    value: Affine
    divisor: Curve
    index: Index


def ratio(value: Affine, divisor: Curve, shape: tuple[int, ...]) -> Ratio:
    """A division.

    Raises:
        ValueError: of sums that nothing has rounded, by something else than one number per jet.
    """
    if value.weight is not None or value.relu or any(value.offset) or len(set(value.factor.tolist())) > 1:
        raise ValueError("it divides something that is not quantised, or features with scales of their own")
    if divisor.features != 1 or divisor.index.size != 1 or value.index.size != int(np.prod(shape)):
        raise ValueError("it divides by something else than one number per jet")
    return Ratio(value, divisor, value.index.reshape(shape))


def quantised_ratio(layers: Layers, given: Ratio, grid: Grid, name: str) -> Affine:
    """The table of reciprocals, and its product with the value, rounded once."""
    if grid.rounding is None or len(set(grid.step.tolist())) > 1:
        raise ValueError("the quantiser of a quotient has one scale, and rounds to nearest or down")
    kind = layers.types[given.value.stage]
    scale = given.value.factor[0] / spread(grid.step, 1)[0]
    divisors = given.divisor.values.astype(np.float64)
    real = np.divide(float(scale), divisors, out=np.zeros_like(divisors), where=divisors != 0)
    top = CARRIED_BITS - 2 - int(np.ceil(np.log2(np.abs(real).max())))
    raw = np.rint(real * 2.0**top).astype(np.int64)
    table = FixedType(True, CARRIED_BITS, top + grid.fraction, Rounding.HALF_EVEN, Overflow.SAT)
    inverse = f"{name}.inverse"
    tensors = {"table": Tensor(FixedArray(raw, table.fraction), table)}
    layers.place(inverse, Activation(table, given.divisor.argument), (given.divisor.stage,), tensors)
    layers.place(name, Product(grid.type(grid.rounding)), (given.value.stage, inverse), {})
    wrong, tried = _wrong(kind, grid, scale, divisors, raw, top)
    layers.carried = False
    if wrong:
        layers.rounded = True
        layers.notes.append(
            f"the reciprocals in front of {name} are rounded: {wrong:,} of {tried:,} quotients give the next integer"
        )
    return layers.stage(name, given.index, grid.unit, grid.offset)


def _wrong(
    kind: FixedType, grid: Grid, scale: Fraction, divisors: np.ndarray, raw: np.ndarray, top: int
) -> tuple[int, int]:
    """Quotients of positive divisors that another integer comes out for, and how many there are."""
    sums = np.arange(kind.lowest, kind.highest + 1)
    whole = grid.type(grid.rounding or Rounding.HALF_EVEN)
    wrong = tried = 0
    for divisor, inverse in {(float(d), int(r)) for d, r in zip(divisors, raw, strict=True) if d > 0}:
        exact = scale / 2**kind.fraction / Fraction(divisor)
        # Both sides times the denominator, so that the comparison is one of whole numbers.
        values = sums.astype(object) * exact.numerator
        if grid.rounding is Rounding.FLOOR:
            wanted = values // exact.denominator
        else:
            twice = 2 * values + exact.denominator
            wanted = twice // (2 * exact.denominator)
            wanted = wanted - ((twice % (2 * exact.denominator) == 0) & (wanted % 2 == 1))
        found = requantise(
            sums * inverse, top + kind.fraction, FixedType(True, 50, 0, whole.rounding, Overflow.SAT)
        )
        low, high = grid.quantiser.lowest, grid.quantiser.highest
        wrong += int((np.clip(found, low, high) != np.clip(wanted, low, high)).sum())
        tried += len(sums)
    return wrong, tried
