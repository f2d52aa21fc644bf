"""PairLogits and SoftmaxMean: attention as in GATv2, with tables for exponential and reciprocal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.activation import MOST_BITS
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.maxima import largest_real
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import CONSTITUENT_CHANNELS, PAIR_CHANNELS, TABLE, WEIGHT, Axes, TensorRole

#: bits behind the point of the slope of LeakyReLU
SLOPE_BITS = 4


@dataclass(frozen=True)
class PairLogits(Operator):
    """e_ijh = sum_{c in head h} w_hc l(z_ic + z_jc), l(x) = x for x > 0 and ``slope`` / 16 x below, rounded once.

    Input ``z`` [..., N, F]. Tensor ``weight`` [H, F / H]: head h has the channels from h F / H on. Output
    [..., N, N, H], the same for (i, j) and (j, i), and computed for i <= j.
    Source: GATv2, arXiv 2105.14491, equation 7, with one linear map for both sides, which is in z.
    """

    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT}
    header: ClassVar[str] = "fpgajet_attention.h"
    function: ClassVar[str] = "pair_logits"

    slots: int
    features: int
    heads: int
    slope: int

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(self.heads >= 1 and self.features % self.heads == 0, "every head has as many channels")
        expect(0 <= self.slope < 1 << SLOPE_BITS, "the slope is 0 to 15 sixteenths")
        wanted = (self.slots, self.features)
        expect(tuple(shapes[0]) == wanted, f"PairLogits needs {list(wanted)}, not {list(shapes[0])}")
        return (self.slots, self.slots, self.heads)

    def output_axes(self, *axes: Axes) -> Axes:
        return PAIR_CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.heads, self.features // self.heads)}

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        return True

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        i, j, number = pairs_of(self.slots)
        zero = a.constant(np.array(0.0))
        pair = a.note("pair", a.take(inputs[0], i, -2) + a.take(inputs[0], j, -2))
        opposite = a.note("opposite", zero - pair)
        multiple = a.note("multiple", a.relu(opposite) * a.constant(np.array(float(self.slope))))
        below = a.note("below", a.scale(multiple, -SLOPE_BITS))
        activated = a.note("activated", a.relu(pair) - below)
        heads = np.arange(self.features).reshape(self.heads, -1)
        logit = a.note("accumulator", a.sum(a.take(activated, heads, -1) * tensors["weight"], -1))
        return a.take(a.quantise("output", logit, self.output), number, -2)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "slots": self.slots,
            "features": self.features,
            "heads": self.heads,
            "slope": self.slope,
            "slope_bits": SLOPE_BITS,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        pairs, f = self.slots * (self.slots + 1) // 2, self.features
        of_head, activated = f // self.heads, widths["activated"].bits
        units = Inventory(adder_levels=3)
        # A sum, two multiples of it for the slope, and the choice between them.
        units.adders.append(Units(pairs * f, widths["pair"].bits))
        units.adders.append(Units(pairs * f, activated))
        units.selectors.append(Units(pairs * f, activated))
        units.constant_products.append(Units(pairs * f, activated, widths["weight"].bits))
        units.add_tree(pairs * self.heads, of_head, activated + widths["weight"].bits)
        units.requantise(pairs * self.heads, widths["accumulator"], self.output)
        return units


@dataclass(frozen=True)
class SoftmaxMean(Operator):
    """y_ic = r(t_ih) sum_j m_j p_ijh z_jc, t_ih = sum_j m_j p_ijh, rounded once; h is the head of channel c.

    p_ijh = x[q(max_k e_ikh - e_ijh)] with a table x of exp(-d) and the largest of the real k, so that one of the p is
    always x[0]; r is a table of 1 / t at the address q(t). Without any real j the result is 0: entry 0 of r is 0.

    Inputs: ``z`` [..., N, F], ``e`` [..., N, N, H], ``mask`` m [..., N]. Tensors: ``exponential`` [2^bits of
    ``argument``] and ``reciprocal`` [2^bits of ``denominator``], see :func:`fpgajet.ops.tables.softmax_tables`. Both
    addresses are unsigned and saturate. Output [..., N, F].
    Source: GATv2, arXiv 2105.14491, equations 3 and 4.
    """

    inputs: ClassVar[int] = 3
    tensors: ClassVar[dict[str, TensorRole]] = {"exponential": TABLE, "reciprocal": TABLE}
    header: ClassVar[str] = "fpgajet_attention.h"
    function: ClassVar[str] = "softmax_mean"

    argument: FixedType
    denominator: FixedType
    slots: int
    features: int
    heads: int

    def output_shape(self, *shapes: Shape) -> Shape:
        n, f, h = self.slots, self.features, self.heads
        wanted = [(n, f), (n, n, h), (n,)]
        expect(h >= 1 and f % h == 0, "every head has as many channels")
        expect([tuple(s) for s in shapes] == wanted, f"SoftmaxMean needs {wanted}, not {list(shapes)}")
        for address in (self.argument, self.denominator):
            expect(
                not address.signed and address.bits <= MOST_BITS,
                f"addresses of SoftmaxMean are unsigned with at most {MOST_BITS} bits, not {address}",
            )
        return (n, f)

    def output_axes(self, *axes: Axes) -> Axes:
        return CONSTITUENT_CHANNELS

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"exponential": (1 << self.argument.bits,), "reciprocal": (1 << self.denominator.bits,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        z, e, mask = inputs
        real = a.expand(a.expand(mask, -1), -3)
        largest, _ = largest_real(a, e, real, self.slots)
        distance = a.note("distance", a.expand(largest, -2) - e)
        p = a.lookup(tensors["exponential"], self._address(a, "argument", distance, self.argument))
        p = a.note("share", a.gate(p, real))
        total = a.note("total", a.sum(p, -2))
        r = a.lookup(tensors["reciprocal"], self._address(a, "denominator", total, self.denominator))
        head = np.repeat(np.arange(self.heads), self.features // self.heads)
        heard = a.note("heard", a.sum(a.take(p, head, -1) * a.expand(z, -3), -2))
        return a.quantise("output", a.note("product", heard * a.take(r, head, -1)), self.output)

    def _address(self, a: Arithmetic[A], name: str, x: A, to: FixedType) -> A:
        return a.note(f"{name}_address", a.scale(a.quantise(name, x, to), to.fraction))

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {
            "slots": self.slots,
            "features": self.features,
            "heads": self.heads,
            "exponential_entries": 1 << self.argument.bits,
            "reciprocal_entries": 1 << self.denominator.bits,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        n, f, h = self.slots, self.features, self.heads
        logit, share = widths["input1"].bits, widths["share"].bits
        units = Inventory(adder_levels=2 * (n - 1).bit_length() + 2)
        units.selectors.append(Units(n * h * (n - 1), -(-logit // 2) * 2 + 1))
        units.adders.append(Units(n * n * h, widths["distance"].bits))
        units.requantise(n * n * h, widths["distance"], self.argument)
        units.tables.append(Units(n * n * h, share, self.argument.bits))
        units.selectors.append(Units(n * n * h, -(-share // 2)))
        units.add_tree(n * h, n, share)
        units.requantise(n * h, widths["total"], self.denominator)
        units.tables.append(Units(n * h, widths["reciprocal"].bits, self.denominator.bits))
        units.sum_of_products(n * f, n, widths["input0"].bits, share)
        units.sum_of_products(n * f, 1, widths["heard"].bits, widths["reciprocal"].bits)
        units.requantise(n * f, widths["product"], self.output)
        return units
