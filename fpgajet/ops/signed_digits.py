"""Integers in canonical signed-digit form: the fewest signed powers of two that add up to them.

Also called the non-adjacent form, since of two neighbouring digits one is zero (G. W. Reitwiesner, "Binary
arithmetic", Advances in Computers 1 (1960) 231).
"""

from __future__ import annotations

from collections.abc import Iterable


def signed_digits(value: int) -> list[tuple[int, int]]:
    """Places and signs (1 or -1) of the non-zero digits, the lowest first; none for 0."""
    digits = []
    place, rest = 0, value
    while rest:
        zeros = (rest & -rest).bit_length() - 1
        place, rest = place + zeros, rest >> zeros
        sign = 2 - (rest & 3)
        digits.append((place, sign))
        rest -= sign
    return digits


def count_digits(value: int) -> int:
    """Number of non-zero digits.

    Source: 3v xor v has a one for every such digit of v (Prodinger, "On binary representations of integers
    with digits -1, 0, 1", 2000).
    """
    value = abs(value)
    return ((3 * value) ^ value).bit_count()


def mean_digits(values: Iterable[int]) -> float:
    """Mean number of non-zero digits; 0 for no values."""
    counts = [count_digits(int(value)) for value in values]
    return sum(counts) / len(counts) if counts else 0.0
