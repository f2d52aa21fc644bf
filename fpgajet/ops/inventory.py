"""The arithmetic units of a block: what the analytical estimate counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from fpgajet.fixed import FixedType, Overflow, Rounding


@dataclass(frozen=True)
class Units:
    """``count`` equal units; ``bits`` is the result width of an adder, or the wider factor of a product."""

    count: int
    bits: int
    other_bits: int = 0


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
        selectors: requantisers, saturation, gates and comparisons, counted as ``bits`` of logic.
        tables: look-ups, ``bits`` wide with ``other_bits`` address bits.
        adder_levels: adders one after the other on the longest path.
        product_levels: products of two variables one after the other on the longest path.
        cascade_levels: further DSPs on the longest path, each adding its product to the one before.
    """

    adders: list[Units] = field(default_factory=list)
    product_adders: list[Units] = field(default_factory=list)
    products: list[Units] = field(default_factory=list)
    constant_products: list[Units] = field(default_factory=list)
    matrix_ebops: float = 0.0
    selectors: list[Units] = field(default_factory=list)
    tables: list[Units] = field(default_factory=list)
    adder_levels: int = 0
    product_levels: int = 0
    cascade_levels: int = 0

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
