"""What a hardware language must be able to write, so that :mod:`fpgajet.rtl.write.expressions` says every cell once.

Every signal is a plain vector of bits, also where it is one bit wide; arithmetic is modulo 2**width.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Body:
    """Statements of a module under construction, and the signals (name, width) that they need."""

    signals: list[tuple[str, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


class Syntax(ABC):
    """Expressions and statements of a language as text."""

    @abstractmethod
    def literal(self, value: int, width: int) -> str:
        """``value`` modulo 2**width."""

    @abstractmethod
    def part(self, signal: str, high: int, low: int) -> str:
        """Bits ``high`` .. ``low`` of a signal."""

    @abstractmethod
    def fill(self, signal: str, place: int, width: int, invert: bool = False) -> str:
        """One bit of a signal, or its complement, ``width`` times."""

    @abstractmethod
    def join(self, parts: Sequence[str]) -> str:
        """Vectors side by side, the highest bits first."""

    @abstractmethod
    def complement(self, vector: str) -> str:
        """Every bit inverted."""

    @abstractmethod
    def bitwise(self, operation: str, left: str, right: str) -> str:
        """``and``, ``or``, ``xor`` of two vectors of one width."""

    @abstractmethod
    def reduced(self, operation: str, signal: str) -> str:
        """``and``, ``or`` of all bits of a signal, one bit."""

    def total(self, operands: Sequence[tuple[str, bool]], width: int) -> str:
        """Sum of vectors of one width, those with True subtracted; the first one may be."""
        (first, negative), *others = operands
        start = f"{self.literal(0, width)} - {first}" if negative else first
        terms = [f"{'-' if minus else '+'} {text}" for text, minus in others]
        return f"({' '.join([start, *terms])})"

    @abstractmethod
    def assign(self, target: str, expression: str) -> str:
        """A statement."""

    @abstractmethod
    def choose(self, target: str, choices: Sequence[tuple[str, int, str]], otherwise: str) -> str:
        """A multiplexer: the first expression whose bit (signal, place) is 1."""

    @abstractmethod
    def instance(
        self,
        body: Body,
        module: str,
        label: str,
        parameters: Sequence[int | tuple[int, int]],
        inputs: Sequence[tuple[str, int]],
        outputs: Sequence[str],
    ) -> None:
        """A module of our library, ports in its order.

        Args:
            body: gets the statement.
            parameters: whole numbers, or (value, bits) of vectors.
            inputs: expressions and their widths.
            outputs: signals, or parts of them; several are one port in Verilog, the highest bits first.
        """
