"""PairDense and EdgeDense: the first layer of an edge function, whose constituents' parts are O(N)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.dense import check_relu, zeros_of
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Shared, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS, PAIR_CHANNELS, WEIGHT, Axes, Hook, TensorRole


@dataclass(frozen=True)
class PairDense(Operator):
    """m_ij = act(W [s_i, s_j] + b), rounded once, from constituents alone.

    Input ``s`` [..., N, F]. Tensors: ``weight`` [G, 2 F], columns for the receiving constituent i first;
    ``bias`` [G]. Output [..., N, N, G]. Both products with W are made once a constituent, not once a pair.
    Source: arXiv 2202.06941, section 2.4; the O(N) parts as in JEDI-linear, arXiv 2508.15468.
    """

    skips_diagonal: ClassVar[bool] = True
    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT, "bias": BIAS}
    hooks: ClassVar[tuple[Hook, ...]] = (Hook.BATCH_NORM,)
    header: ClassVar[str] = "fpgajet_edge_dense.h"
    function: ClassVar[str] = "pair_dense"

    features: int
    width: int
    relu: int

    def output_shape(self, *shapes: Shape) -> Shape:
        check_relu(self.relu)
        expect(
            len(shapes[0]) == 2 and shapes[0][1] == self.features,
            f"{self.op_type} needs constituents [N, {self.features}], not {list(shapes[0])}",
        )
        return (shapes[0][0], shapes[0][0], self.width)

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIR_CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.width, 2 * self.features), "bias": (self.width,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        return self.activated(a, self.of_constituents(a, inputs[0], tensors))

    def of_constituents(self, a: Arithmetic[A], s: A, tensors: Mapping[str, A]) -> A:
        """W_i s_i + b + W_j s_j for all pairs, exact, [..., N, N, G]."""
        receiving = a.take(tensors["weight"], np.arange(self.features), -1)
        sending = a.take(tensors["weight"], np.arange(self.features, 2 * self.features), -1)
        row = a.note("receiver", a.linear(s, receiving) + tensors["bias"])
        column = a.note("sender", a.linear(s, sending))
        return a.expand(row, -2) + a.expand(column, -3)

    def activated(self, a: Arithmetic[A], y: A) -> A:
        """ReLU, if wanted, and the one rounding."""
        y = a.note("accumulator", a.hook(Hook.BATCH_NORM, y))
        return a.quantise("output", a.relu(y) if self.relu else y, self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "slots": shapes[0][0],
            "features": self.features,
            "outputs": self.width,
            "relu": self.relu,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        parts = [(self.width, self.features)] * 2 + [(self.width, shape[-1]) for shape in shapes[1:]]
        return self._counted(shapes, widths, parts)

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        f = self.features
        parts = np.split(tensors["weight"].raw, [f, 2 * f][: len(shapes)], axis=1)
        return self._counted(shapes, widths, parts, [zeros_of(tensors, k) for k in range(len(shapes))])

    def _counted(
        self,
        shapes: Sequence[Shape],
        widths: Mapping[str, FixedType],
        parts: Sequence[NDArray[np.int64] | tuple[int, ...]],
        zeros: Sequence[Sequence[int]] = ((), ()),
    ) -> Inventory:
        """Units, given the weights of the receiver, of the sender and, for an EdgeDense, of the pair."""
        n, g = shapes[0][0], self.width
        given, weight, wide = widths["input0"], widths["weight"].bits, widths["accumulator"]
        lanes, pairs = Inventory(), n * n * g
        for part in parts[:2]:
            lanes.matrix(n, part, given, weight, zeros[0])
        lanes.adder_levels //= 2  # the products do not wait for each other
        read = n * self.features * given.bits + n * g * widths["sender"].bits
        if len(shapes) == 2:
            of_constituents = lanes.adder_levels
            lanes.matrix(n * n, parts[2], widths["input1"], weight, zeros[1])
            lanes.adder_levels = max(of_constituents, lanes.adder_levels - of_constituents) + 1
            # Finer bits that only one of the two has are wires.
            finest = min(widths["input1"].fraction + widths["weight"].fraction, wide.fraction)
            lanes.adders.append(Units(pairs, wide.integer + finest))
            read += n * n * shapes[1][-1] * widths["input1"].bits
        lanes.adders.append(Units(pairs, min(widths["sender"].bits + 1, wide.bits)))
        lanes.adder_levels += 1
        lanes.activate(pairs, wide, self.output, self.relu)
        return Inventory(shared=Shared(lanes, n, read))


@dataclass(frozen=True)
class EdgeDense(PairDense):
    """m_ij = act(W [s_i, s_j, x_ij] + b), rounded once.

    Inputs: ``s`` [..., N, F] and ``x`` [..., N, N, E]. Tensors: ``weight`` [G, 2 F + E], columns in the order
    receiving constituent i, sending constituent j, pair; ``bias`` [G]. Output [..., N, N, G].
    Source: phi_s and phi_h of arXiv 2202.06941, section 2.4.
    """

    inputs: ClassVar[int] = 2
    function: ClassVar[str] = "edge_dense"

    edge_features: int

    def output_shape(self, *shapes: Shape) -> Shape:
        n = shapes[0][0]
        expect(
            tuple(shapes[1]) == (n, n, self.edge_features),
            f"EdgeDense needs pairs [{n}, {n}, {self.edge_features}], not {list(shapes[1])}",
        )
        return super().output_shape(shapes[0])

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.width, 2 * self.features + self.edge_features), "bias": (self.width,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        s, x = inputs
        of_pair = a.take(tensors["weight"], 2 * self.features + np.arange(self.edge_features), -1)
        return self.activated(a, self.of_constituents(a, s, tensors) + a.linear(x, of_pair))

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return super().hls_constants(*shapes) | {"edge_features": self.edge_features}
