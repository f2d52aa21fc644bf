"""The arithmetic units of a block: what the analytical estimate counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.sharing import columns_at_once, phases
from fpgajet.ops.shift_adds import longest, shift_adds
from fpgajet.ops.signed_digits import mean_digits

#: Weights of so many bits are products with a constant, which HLS may put into DSPs; shorter ones are shifts and adds.
LONG_WEIGHT = 10


@dataclass(frozen=True)
class Units:
    """``count`` equal units; ``bits`` is the result width of an adder, or the wider factor of a product.

    Attributes:
        digits: mean number of signed digits of the weights of a constant product; None: as in the whole block.
    """

    count: int
    bits: int
    other_bits: int = 0
    digits: float | None = None


@dataclass(frozen=True)
class Weights:
    """A constant matrix [rows, columns] as far as it is known when units are counted.

    Attributes:
        nonzero: which weights are not zero; raw: their values, or None if they are not known.
    """

    nonzero: NDArray[np.bool_]
    raw: NDArray[np.int64] | None

    @classmethod
    def unknown(cls, *shape: int) -> Weights:
        """Weights of which none may be left out."""
        return cls(np.ones(shape, bool), None)

    @classmethod
    def known(cls, raw: NDArray[np.int64]) -> Weights:
        """Raw weights [..., rows, columns]; with leading axes (a table) one is left out if all entries are 0."""
        if raw.ndim > 2:
            return cls((raw != 0).any(tuple(range(raw.ndim - 2))), None)
        return cls(raw != 0, raw)

    def products(self, columns: Sequence[int], each: int, bits: int, weight_bits: int) -> Units:
        """``each`` products of a variable of ``bits`` with every weight of these columns that is not zero."""
        nonzero = self.nonzero[:, list(columns)]
        digits = None if self.raw is None else mean_digits(self.raw[:, list(columns)][nonzero].tolist())
        return Units(int(nonzero.sum()) * each, bits, weight_bits, digits)


@dataclass(frozen=True)
class Shared:
    """What an initiation interval above 1 shares: the lanes of a pair operator (:mod:`fpgajet.ops.sharing`).

    Attributes:
        lanes: units of all lanes when nothing is shared; at an initiation interval of K, ceil(columns / K) of
            ``columns`` parts of them are built.
        columns: what is dealt out over the phases.
        read_bits: bits that all lanes together read from values that change from phase to phase.
        reduces: whether the result needs all phases (a sum over columns), so that it comes K - 1 clocks later.
        distinct: the part of the lanes that is left at an initiation interval of 1, where pairs i = j that nobody uses
            are left out, and a pair that equals its mirror image is computed once.
    """

    lanes: Inventory
    columns: int
    read_bits: int
    reduces: bool = False
    distinct: float = 1.0

    def share(self, ii: int) -> float:
        """The part of the lanes that is built."""
        return self.distinct if ii == 1 else columns_at_once(self.columns, ii) / self.columns

    def multiplexer_luts(self, ii: int) -> int:
        """Look-up tables of the multiplexers before the lanes: one takes four inputs of one bit."""
        choices = phases(self.columns, ii)
        return round(self.share(ii) * self.read_bits * math.ceil((choices - 1) / 3))

    def clocks_to_last_phase(self, ii: int) -> int:
        """Clocks until the last phase has started, where the result needs it."""
        return phases(self.columns, ii) - 1 if self.reduces else 0


@dataclass
class Inventory:
    """Units of one fully unrolled block, and the chain of operations on its longest path.

    Attributes:
        adders: two-input adders and subtractors in logic.
        product_adders: adders that sum products; a DSP has one behind its multiplier.
        products: products of two variables (``bits`` x ``other_bits``).
        constant_products: products of a variable (``bits``) with a weight of ``other_bits``, without the
            adders that sum them up.
        matrix_ebops: effective bit operations of whole products with constant matrices, their adders included:
            sum over the weights of (bits of the variable) x (bits between the weight's first and last one).
        shift_adds: bits of the adders of whole products with constant matrices, see :mod:`fpgajet.ops.shift_adds`.
        selectors: requantisers, saturation, gates and comparisons, counted as ``bits`` of logic.
        tables: look-ups, ``bits`` wide with ``other_bits`` address bits.
        adder_levels: adders one after the other on the longest path.
        product_levels: products of two variables one after the other on the longest path.
        cascade_levels: further DSPs on the longest path, each adding its product to the one before.
        shared: units that an initiation interval above 1 shares; not contained in the lists above.
    """

    adders: list[Units] = field(default_factory=list)
    product_adders: list[Units] = field(default_factory=list)
    products: list[Units] = field(default_factory=list)
    constant_products: list[Units] = field(default_factory=list)
    matrix_ebops: float = 0.0
    shift_adds: int = 0
    selectors: list[Units] = field(default_factory=list)
    tables: list[Units] = field(default_factory=list)
    adder_levels: int = 0
    product_levels: int = 0
    cascade_levels: int = 0
    shared: Shared | None = None

    def add_tree(self, trees: int, terms: int, term_bits: int) -> None:
        """``trees`` balanced adder trees over ``terms`` values of ``term_bits`` bits, one bit wider a level."""
        width, left, levels = term_bits, terms, 0
        while left > 1:
            width, pairs, levels = width + 1, left // 2, levels + 1
            self.adders.append(Units(trees * pairs, width))
            left -= pairs
        self.adder_levels += levels

    def sum_of_products(self, sums: int, terms: int, bits: int, other_bits: int) -> None:
        """``sums`` sums of ``terms`` products of two variables each."""
        self.products.append(Units(sums * terms, bits, other_bits))
        if terms > 1:
            self.product_adders.append(Units(sums * (terms - 1), bits + other_bits + terms.bit_length() - 1))
        self.product_levels += 1
        self.cascade_levels += terms - 1

    def matrix(
        self,
        points: int,
        weights: NDArray[np.int64] | tuple[int, ...],
        precision: FixedType,
        weight_bits: int,
        zeros: Sequence[int] = (),
    ) -> None:
        """At each of ``points``, W x + b of a vector x, every element of type ``precision``.

        Args:
            weights: raw W [outputs, inputs], or its shape alone where it is not known.
            zeros: how many low bits of each element are always 0; without it, none.
        """
        if not isinstance(weights, tuple) and min(weight_bits, longest(weights)) < LONG_WEIGHT:
            made = shift_adds(weights, precision, zeros)
            self.shift_adds += points * made.bits  # a carry chain alone adds the bias
            self.adder_levels += made.levels + 1
            return
        outputs, inputs = weights if isinstance(weights, tuple) else weights.shape
        self.constant_products.append(Units(points * outputs * inputs, precision.bits, weight_bits))
        self.add_tree(points * outputs, inputs + 1, precision.bits + weight_bits)
        self.adder_levels += 1

    def divide(self, counts: int, features: int, columns: int, widths: Mapping[str, FixedType]) -> None:
        """``counts`` counts of bits, a table over each, and its product with ``features`` sums."""
        self.adders.append(Units(counts * columns, 2))  # counting bits: about one adder of two bits a bit
        self.tables.append(Units(counts, widths["reciprocal"].bits, columns.bit_length()))
        self.sum_of_products(counts * features, 1, widths["sum"].bits, widths["reciprocal"].bits)

    def activate(self, count: int, given: FixedType, to: FixedType, relu: int) -> None:
        """``count`` requantisers, with a ReLU before them if ``relu`` is 1, which a saturation does besides."""
        before = len(self.selectors)
        self.requantise(count, given, to)
        if relu and len(self.selectors) == before:
            self.selectors.append(Units(count, -(-to.bits // 2)))

    def requantise(self, count: int, given: FixedType, to: FixedType) -> None:
        """``count`` requantisers: an incrementer for rounding, a comparison and a selection for saturation.

        Dropping low bits (floor) and wrapping are wires. The bits below are looked at for ties only.
        """
        low, high = given.fraction - to.fraction, given.integer - to.integer
        logic = 0
        if low > 0 and to.rounding is not Rounding.FLOOR:
            logic += to.bits + (-(-low // 3) if to.rounding is Rounding.HALF_EVEN else 0)
        if (high > 0 or given.signed != to.signed) and to.overflow is not Overflow.WRAP:
            logic += -(-to.bits // 2) + -(-max(high, 0) // 3)
        if logic:
            self.selectors.append(Units(count, logic))
            self.adder_levels += 1
