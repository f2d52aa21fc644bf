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

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.foreign.biases import bias_alone, bias_before
from fpgajet.graph.foreign.imported import Affine, Numbers, Origin, exponent_of, fractions, spread
from fpgajet.graph.foreign.precisions import Grid, ends_of_sums, holding
from fpgajet.graph.foreign.steps import fixed_product
from fpgajet.ops.dense import Dense
from fpgajet.ops.exactness import CARRIED_BITS
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Node, Tensor
from fpgajet.ops.operator import Operator, Shape
from fpgajet.ops.pooling import FlatConstituents
from fpgajet.ops.rescale import Rescale

#: Bits of scores that nothing rounds and that have a factor of their own each.
SCORE_BITS = 20


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
        self._operator(given, kind, {"weight": weight, "bias": tensor(bias, at)}, name)
        self._check_sums(raw, given)

    def _check_sums(self, raw: NDArray[np.int64], given: Affine) -> None:
        """Whether float32 carries the sums."""
        rows = raw.reshape(len(raw), -1)
        kind = holding(ends_of_sums(rows, self.types[given.stage]), 0)
        self.carried &= kind.bits <= CARRIED_BITS

    def _operator(self, given: Affine, kind: FixedType, tensors: dict[str, Tensor], name: str) -> None:
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
        stage, ends = self._sums(given, signs, whole, f"{name}.sum")
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

    def _sums(
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

    def finished(self, given: Affine, name: str) -> Affine:
        """A last layer without a quantiser keeps every bit of its sums, if its factors allow that."""
        lsb = Fraction(1, 2) ** self.types[given.stage].fraction
        alpha = given.factor * lsb
        exponents = [exponent_of(a / alpha[0]) if alpha[0] else None for a in alpha]
        if None in exponents:
            return self._rounded_scores(given, alpha, name)
        unit = Fraction(1) if exponent_of(alpha[0]) is not None else abs(alpha[0])
        factors, offsets = alpha / unit, given.offset / unit
        grid = -min(exponent_of(a) or 0 for a in factors)
        bias, fraction, exact = bias_alone(offsets, grid)
        scaled = np.array([int(a * Fraction(2) ** grid) for a in factors], np.int64)
        raw = scaled[:, None] if given.weight is None else given.weight * scaled[:, None]
        more = fraction - grid
        rows = raw if given.weight is not None else np.diag(raw[:, 0])
        sums = ends_of_sums(rows, self.types[given.stage])
        ends = [
            (low * 2**more + b, high * 2**more + b)
            for (low, high), b in zip(sums, bias.tolist(), strict=True)
        ]
        kind = holding(ends, fraction)
        if kind.bits > CARRIED_BITS:
            raise BadInput(
                f"{self.source}: its output {name!r} needs {kind.bits} bits, more than float32 carries; "
                "put a Quant behind the last layer."
            )
        left = np.array(
            [o - b * Fraction(1, 2) ** fraction for o, b in zip(offsets, bias.tolist(), strict=True)], object
        )
        if not exact:
            place = f"2^-{fraction}" if unit == 1 else f"multiples of {float(unit):g}"
            most = float(max(abs(o) for o in left) * unit)
            self.notes.append(
                f"the bias of {given.name or name} is rounded to {place}, so that scores differ from those of the "
                f"file by constants of up to {most:.3g}"
            )
            # Behind a ReLU the difference is no constant.
            self.rounded |= given.relu
        if unit != 1:
            self.carried = False
            self.notes.append(f"the scores are in units of {float(unit):g}")
        self._check_sums(raw, given)
        weight = tensor(
            raw if given.weight is not None else raw[:, 0], grid - self.types[given.stage].fraction
        )
        self._operator(given, kind, {"weight": weight, "bias": tensor(bias, fraction)}, name)
        return self.stage(name, given.index, np.array([unit], object), left * unit * (not given.relu))

    def _rounded_scores(self, given: Affine, alpha: Numbers, name: str) -> Affine:
        """Scores with factors of their own are rounded to a common grid."""
        signs = np.ones(given.features, np.int64)
        stage, ends = self._sums(given, signs, [0] * given.features, f"{name}.sum")
        real = [(float(a * e + o) for e in end) for a, o, end in zip(alpha, given.offset, ends, strict=True)]
        largest = max(max(abs(v) for v in pair) for pair in real) or 1.0
        fraction = SCORE_BITS - 1 - int(np.ceil(np.log2(largest * (1 + 2.0**-SCORE_BITS))))
        kind = FixedType(True, SCORE_BITS, fraction, Rounding.HALF_EVEN, Overflow.SAT)
        at = fraction + CARRIED_BITS - 2 - SCORE_BITS
        lsb = Fraction(1, 2) ** self.types[stage].fraction
        finest = CARRIED_BITS - 2 - int(np.ceil(np.log2(max(float(abs(a / lsb)) for a in alpha))))
        factor = np.array([round(a / lsb * Fraction(2) ** finest) for a in alpha], np.int64)
        summand = np.array([round(o * Fraction(2) ** at) for o in given.offset], np.int64)
        self.rounded, self.carried = True, False
        self.notes.append(f"the scores have a scale each and are rounded to 2^-{fraction}")
        tensors = {"weight": tensor(factor, finest), "bias": tensor(summand, at)}
        self.place(name, Rescale(kind, int(given.relu)), (stage,), tensors)
        return self.stage(name, given.index, fractions([1.0]), fractions([0.0]))


def tensor(raw: NDArray[Any], fraction: int) -> Tensor:
    """A constant of whole numbers in the narrowest type."""
    values = np.ascontiguousarray(raw, np.int64)
    bits = max(int(np.abs(values).max(initial=0)).bit_length() + 1, 2)
    kind = FixedType(True, bits, fraction, Rounding.HALF_EVEN, Overflow.SAT)
    return Tensor(FixedArray(values, fraction), kind)
