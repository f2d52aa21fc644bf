"""Layers of a foreign graph as operators: the stages of a network, each with what it is in the file.

A layer is a matrix with real factors and summands, and the quantiser behind it. Where the factors are powers of two it
is one Dense, whose bias keeps its effect (:mod:`fpgajet.graph.foreign.biases`). Otherwise the sums are one stage, and
a Rescale with a product that is equal to the quantiser for every sum (:mod:`fpgajet.graph.foreign.steps`) is the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.foreign.biases import bias_before
from fpgajet.graph.foreign.imported import Affine, Numbers, Origin, exponent_of, spread
from fpgajet.graph.foreign.precisions import Grid, ends_of_sums, holding
from fpgajet.graph.foreign.steps import fixed_product
from fpgajet.ops.dense import Dense
from fpgajet.ops.exactness import CARRIED_BITS
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Node, Tensor
from fpgajet.ops.operator import Operator, Shape
from fpgajet.ops.pooling import FlatConstituents
from fpgajet.ops.rescale import Rescale


@dataclass
class Layers:
    """The network as far as it is made.

    Attributes:
        types, shapes, origins: by stage. values: by tensor of the file, what it is over the stages.
        rounded, carried: as in :class:`fpgajet.graph.foreign.imported.Imported`.
    """

    source: str
    nodes: list[Node] = field(default_factory=list)
    types: dict[str, FixedType] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rounded: bool = False
    carried: bool = True

    def place(
        self, name: str, operator: Operator, inputs: tuple[str, ...], tensors: dict[str, Tensor]
    ) -> None:
        """One operator."""
        self.nodes.append(Node(name, operator, inputs, tensors))
        self.types[name] = operator.output
        self.shapes[name] = operator.output_shape(*(self.shapes[i] for i in inputs))

    def stage(self, name: str, index: NDArray[np.int64], unit: Numbers, offset: Numbers) -> Affine:
        """The tensor ``name`` of the file as the stage of the same name."""
        count = self.shapes[name][-1]
        units, offsets = spread(unit, count), spread(offset, count)
        self.carried &= all(exponent_of(u) is not None for u in units)
        self.origins[name] = Origin(name, units.astype(np.float64), offsets.astype(np.float64), index)
        return Affine(name, None, units, offsets, index)

    def flattened(self, value: Affine) -> Affine:
        """A stage of constituents as one list of features; places stay what they are."""
        constituents = self.shapes[value.stage][0]
        name = f"{value.stage}.flat"
        if name not in self.shapes:
            self.place(name, FlatConstituents(self.types[value.stage], constituents), (value.stage,), {})
        factor, offset = (np.tile(numbers, constituents) for numbers in (value.factor, value.offset))
        return replace(value, stage=name, factor=factor, offset=offset)

    def rectified(self, value: Affine) -> Affine:
        """A ReLU of a stage as a stage, where its numbers have no offset."""
        if value.weight is not None or any(value.offset) or any(f <= 0 for f in value.factor):
            return value
        name = f"{value.stage}.relu"
        if name not in self.shapes:
            given, count = self.types[value.stage], value.features
            kind = FixedType(
                False, max(given.bits - given.signed, 1), given.fraction, Rounding.FLOOR, Overflow.SAT
            )
            one, zero = np.ones(count, np.int64), np.zeros(count, np.int64)
            tensors = {"weight": tensor(one, 0), "bias": tensor(zero, given.fraction)}
            self.place(name, Rescale(kind, 1), (value.stage,), tensors)
        return replace(value, stage=name, relu=False)

    def quantised(self, given: Affine, grid: Grid, name: str, index: NDArray[np.int64]) -> Affine:
        """A layer and its quantiser."""
        step, lsb = spread(grid.step, given.features), Fraction(1, 2) ** self.types[given.stage].fraction
        alpha, beta = given.factor * lsb / step, given.offset / step
        beta = np.array([b + grid.shift for b in beta], dtype=object)
        exponents = [exponent_of(a) for a in alpha]
        if given.weight is None and self._is_nothing(given, grid, alpha, beta):
            return given
        if grid.rounding is not None and None not in exponents:
            self._exact(given, alpha, beta, grid.type(grid.rounding), name)
        else:
            self._product(given, alpha, beta, grid, name)
        return self.stage(name, index, grid.unit, grid.offset)

    def _is_nothing(self, given: Affine, grid: Grid, alpha: Numbers, beta: Numbers) -> bool:
        kind = self.types[given.stage]
        """A quantiser behind another one of the same scale and a range that is no wider."""
        fits = kind.lowest >= grid.quantiser.lowest and kind.highest <= grid.quantiser.highest
        return fits and not given.relu and all(a == 1 for a in alpha) and not any(beta)

    def _exact(self, given: Affine, alpha: Numbers, beta: Numbers, kind: FixedType, name: str) -> None:
        """Factors that are powers of two: only binary points move."""
        fraction = self.types[given.stage].fraction
        # In units of the result's least significant bit a sum is alpha A + beta.
        lowest = min(exponent_of(a) or 0 for a in alpha)
        factors = np.array([int(a * Fraction(2) ** -lowest) for a in alpha], np.int64)
        raw = factors if given.weight is None else given.weight * factors[:, None]
        weight = tensor(raw, kind.fraction - fraction - lowest)
        values = beta * Fraction(1, 2) ** kind.fraction
        bias, at = bias_before(kind, values, kind.fraction - lowest)
        self.operator(given, kind, {"weight": weight, "bias": tensor(bias, at)}, name)
        self.check_sums(raw, given)

    def check_sums(self, raw: NDArray[np.int64], given: Affine) -> None:
        """Whether float32 carries the sums."""
        rows = raw.reshape(len(raw), -1)
        kind = holding(ends_of_sums(rows, self.types[given.stage]), 0)
        self.carried &= kind.bits <= CARRIED_BITS

    def operator(self, given: Affine, kind: FixedType, tensors: dict[str, Tensor], name: str) -> None:
        if given.weight is None:
            operator: Operator = Rescale(kind, int(given.relu))
        else:
            operator = Dense(kind, given.features, int(given.relu))
        self.place(name, operator, (given.stage,), tensors)

    def _product(self, given: Affine, alpha: Numbers, beta: Numbers, grid: Grid, name: str) -> None:
        """Other factors: the sums, then a product of fixed-point numbers."""
        self.carried = False
        signs = np.array([-1 if a < 0 else 1 for a in alpha], np.int64)
        # Whole steps of the sum are added to the sum, so that the summand of the product stays short.
        whole = self._whole_steps(given, alpha, beta)
        beta = np.array([b - abs(a) * w for a, b, w in zip(alpha, beta, whole, strict=True)], dtype=object)
        stage, ends = self.sums(given, signs, whole, f"{name}.sum")
        quantiser = grid.quantiser
        if given.relu:
            quantiser = replace(quantiser, lowest=max(quantiser.lowest, 0))
        found = fixed_product(list(alpha * signs), list(beta), ends, quantiser)
        if found.wrong:
            self.rounded = True
            self.notes.append(
                f"the scale of {given.name or name} is rounded to 2^-{found.fraction}: {found.wrong} of "
                f"{sum(high - low + 1 for low, high in ends):,} sums give the next integer"
            )
        factor = found.factor * (signs if stage == given.stage else 1)
        kind, fraction = grid.type(found.rounding), self.types[stage].fraction
        at = found.fraction + grid.fraction
        tensors = {"weight": tensor(factor, at - fraction), "bias": tensor(found.summand, at)}
        self.place(name, Rescale(kind, int(given.relu)), (stage,), tensors)

    def _whole_steps(self, given: Affine, alpha: Numbers, beta: Numbers) -> list[int]:
        """The integers next to beta / |alpha|, as far as sums reach."""
        if given.weight is None:
            return [0] * given.features
        reach = [max(-low, high) for low, high in ends_of_sums(given.weight, self.types[given.stage])]
        return [
            min(max(round(b / abs(a)), -most), most) if a else 0
            for a, b, most in zip(alpha, beta, reach, strict=True)
        ]

    def sums(
        self, given: Affine, signs: NDArray[np.int64], moved: list[int], name: str
    ) -> tuple[str, list[tuple[int, int]]]:
        """A stage of the sums, each times its sign and moved by whole steps, and their ends."""
        kind = self.types[given.stage]
        if given.weight is None:
            ends = [(kind.lowest, kind.highest) if s > 0 else (-kind.highest, -kind.lowest) for s in signs]
            return given.stage, ends
        raw = given.weight * signs[:, None]
        ends = [(low + m, high + m) for (low, high), m in zip(ends_of_sums(raw, kind), moved, strict=True)]
        whole = holding(ends, kind.fraction)
        if whole.bits > CARRIED_BITS:
            raise ValueError(
                f"its sums have {whole.bits} bits, more than the {CARRIED_BITS} that a stage can have"
            )
        bias = tensor(np.array(moved, np.int64), kind.fraction)
        operator = Dense(whole, given.features, 0)
        self.place(name, operator, (given.stage,), {"weight": tensor(raw, 0), "bias": bias})
        return name, ends


def tensor(raw: NDArray[Any], fraction: int) -> Tensor:
    """A constant of whole numbers in the narrowest type."""
    values = np.ascontiguousarray(raw, np.int64)
    bits = max(int(np.abs(values).max(initial=0)).bit_length() + 1, 2)
    kind = FixedType(True, bits, fraction, Rounding.HALF_EVEN, Overflow.SAT)
    return Tensor(FixedArray(values, fraction), kind)
