"""The arithmetic units of a block: what the analytical estimate counts."""

from __future__ import annotations

from dataclasses import dataclass, field


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
        adders: two-input adders and subtractors.
        products: products of two variables (``bits`` x ``other_bits``).
        constant_products: products of a variable (``bits``) with a weight of ``other_bits``.
        selectors: requantisers, saturation, gates and comparisons, counted as ``bits`` of logic.
        tables: look-ups, ``bits`` wide with ``other_bits`` address bits.
        adder_levels: adders one after the other on the longest path.
        product_levels: products of two variables one after the other on the longest path.
    """

    adders: list[Units] = field(default_factory=list)
    products: list[Units] = field(default_factory=list)
    constant_products: list[Units] = field(default_factory=list)
    selectors: list[Units] = field(default_factory=list)
    tables: list[Units] = field(default_factory=list)
    adder_levels: int = 0
    product_levels: int = 0

    def add_tree(self, trees: int, terms: int, term_bits: int) -> None:
        """``trees`` balanced adder trees over ``terms`` values, one bit wider a level."""
        width, left, levels = term_bits, terms, 0
        while left > 1:
            width, pairs, levels = width + 1, left // 2, levels + 1
            self.adders.append(Units(trees * pairs, width))
            left -= pairs
        self.adder_levels += levels
