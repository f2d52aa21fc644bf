"""SignedLog and PairLog: Mitchell's logarithm, for values that span many octaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType, Overflow
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.dense import rows_and_columns
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import PAIR_CHANNELS, Axes


@dataclass(frozen=True)
class SignedLog(Operator):
    """y = sign(x) q(M(1 + q_argument(|x|) / 2^unit)), M(2^k (1 + f)) = k + f for 0 <= f < 1.

    M is log2, exact at powers of two and linear between them: a priority encoder and a shifter, no table.
    Input ``x`` of any shape [..., F]; its size is first put into the unsigned type ``argument``, whose LSB is
    at most 2^``unit``. Where ``output`` is unsigned, negative x counts as 0. Output: like x.

    Source: J. N. Mitchell, IRE Trans. Electron. Comput. EC-11 (1962) 512; psi of LorentzNet
    (arXiv 2201.08187, equation 4), up to the factor ln 2.
    """

    function: ClassVar[str] = "signed_log"

    argument: FixedType
    unit: int

    @property
    def unit_bit(self) -> int:
        """Position of the unit in the raw argument."""
        return self.unit + self.argument.fraction

    @property
    def width(self) -> int:
        """Bits of 1 + |x| / unit in LSBs of the argument."""
        return max(self.argument.bits, self.unit_bit) + 1

    def output_shape(self, *shapes: Shape) -> Shape:
        precision = self.argument
        expect(
            not precision.signed and precision.overflow is Overflow.SAT,
            f"the argument of {self.op_type} is unsigned and saturates, not {precision}",
        )
        expect(
            self.unit_bit >= 0, f"the unit of {self.op_type} is at least one LSB of its argument, {precision}"
        )
        return shapes[0]

    def output_axes(self, *axes: Axes) -> Axes:
        return axes[0]

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        x, zero = inputs[0], a.constant(np.array(0.0))
        if not self.output.signed:
            return self.logarithm(a, a.relu(x))
        negative = a.less(x, zero)
        y = self.logarithm(a, a.note("magnitude", a.abs(x)))
        return a.select(negative, zero - y, y)

    def logarithm(self, a: Arithmetic[A], x: A) -> A:
        """q(M(1 + q_argument(x) / 2^unit)) of x >= 0."""
        raw = a.scale(a.quantise("argument", x, self.argument), self.argument.fraction)
        u = raw + a.constant(np.array(2.0**self.unit_bit))
        width, exponent = self.width, None
        # Binary search for the leading one: where the top bits are all 0, shift it up.
        for step in self.steps():
            top = FixedType(False, step, step - width, overflow=Overflow.SAT)
            found = a.nonzero(a.quantise("top", u, top))
            shifted = a.bounded(a.scale(u, step), FixedType(False, width, 0))
            u = a.select(found, u, shifted)
            bits = a.scale(found, step.bit_length() - 1)
            exponent = bits if exponent is None else exponent + bits
        fraction = a.scale(u, 1 - width) - a.constant(np.array(1.0))
        fraction = a.bounded(fraction, FixedType(False, max(width - 1, 1), max(width - 1, 1)))
        offset = width - 1 - sum(self.steps()) - self.unit_bit
        y = fraction + a.constant(np.array(float(offset)))
        return a.quantise("output", a.note("logarithm", y if exponent is None else y + exponent), self.output)

    def steps(self) -> list[int]:
        """Shifts of the search, largest first."""
        return [1 << k for k in reversed(range((self.width - 1).bit_length()))]

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        rows, columns = rows_and_columns(shapes[0])
        return {"rows": rows, "columns": columns, "features": shapes[0][-1]} | self.search_constants()

    def search_constants(self) -> dict[str, int]:
        """What the C++ of one value needs."""
        return {
            "is_signed": int(self.output.signed),
            "unit_bit": self.unit_bit,
            "argument_bits": self.argument.bits,
            "width": self.width,
            "first_step": self.steps()[0],
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self.units(prod(shapes[0]), rows_and_columns(shapes[0])[1], widths)

    def units(
        self, values: int, columns: int, widths: Mapping[str, FixedType], used: float = 1.0
    ) -> Inventory:
        """Units for a number of values, dealt out in columns, of which a part is used if nothing is shared."""
        given, width = widths["input0"], self.width
        lanes = Inventory()  # adding the unit is a carry chain alone
        if self.output.signed:
            lanes.adders += [Units(values, given.bits), Units(values, self.output.bits)]
            lanes.adder_levels += 2
        lanes.requantise(values, given, self.argument)
        # A search step looks at the top bits and selects those that the later steps and the result can still see.
        steps, seen = self.steps(), max(self.output.fraction, 0) + 1
        for later, step in enumerate(steps, 1):
            selected = min(seen + sum(steps[later:]), width)
            lanes.selectors.append(Units(values, -(-selected // 2) + -(-step // 5)))
        lanes.adder_levels += 1 + len(steps)
        lanes.requantise(values, widths["logarithm"], self.output)
        return Inventory(shared=Shared(lanes, columns, values * given.bits, distinct=used))


@dataclass(frozen=True)
class PairLog(SignedLog):
    """:class:`SignedLog` of a symmetric x_ij = x_ji, computed for i <= j and copied to (j, i).

    Input ``x`` [..., N, N] with ``channels`` = 0, else [..., N, N, E], E = ``channels``. Output
    [..., N, N, max(E, 1)]: the last axis holds the features that an edge function takes.
    """

    function: ClassVar[str] = "pair_log"

    slots: int
    channels: int

    def output_shape(self, *shapes: Shape) -> Shape:
        super().output_shape(*shapes)
        n, channels = self.slots, self.channels
        wanted = (n, n, channels) if channels else (n, n)
        expect(tuple(shapes) == (wanted,), f"PairLog needs {list(wanted)}, not {list(shapes)}")
        return (n, n, max(channels, 1))

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIR_CHANNELS

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        return True

    @property
    def reads_diagonal(self) -> bool:
        return False  # as in all message passing, nobody uses (i, i) of what becomes of it

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        x = inputs[0] if self.channels else a.expand(inputs[0], -1)
        i, j, number = pairs_of(self.slots)
        # One axis of pairs: row i of every pair, then the element in column j of that row.
        every = a.concat([a.take(a.take(x, k, -3), j[i == k], -2) for k in range(self.slots)], -2)
        return a.take(super().forward(a, [every], tensors), number, -2)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"slots": self.slots, "features": max(self.channels, 1)} | self.search_constants()

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        # The C++ deals out distances |i - j| = 0 ... N / 2 around a ring of slots.
        n, distances = self.slots, self.slots // 2 + 1
        used = (n - 1) / 2 / distances if n > 1 else 1.0
        return self.units(n * distances * max(self.channels, 1), distances, widths, used)
