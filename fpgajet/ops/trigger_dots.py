"""TriggerDots: d_ij of all pairs of constituents from integers pT, eta, phi: two small tables, two products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.angular import AngularDots
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.momenta import pairs_of
from fpgajet.ops.operator import Shape
from fpgajet.ops.roles import TABLE, TensorRole


@dataclass(frozen=True)
class TriggerDots(AngularDots):
    """d_ij = pT_i pT_j (H[|eta_i - eta_j|] + C[|phi_i - phi_j|]) for i < j, rounded once; d_ii = 0.

    H holds (cosh - 1) and C (1 - cos), see :func:`fpgajet.ops.angular.angular_parts`, both times the square of
    the unit of pT, so that d is in GeV^2. Tensors ``eta_table`` and ``phi_table``: H and C, [2^address bits].

    Input [..., N, 3]: integers (pT, eta, phi), see :class:`fpgajet.ops.forms.Trigger`. Output [..., N, N],
    symmetric. Source: p_i . p_j of massless momenta, as in arXiv 2310.16121, section 2.
    """

    tensors: ClassVar[dict[str, TensorRole]] = {"eta_table": TABLE, "phi_table": TABLE}
    function: ClassVar[str] = "trigger_dots"

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return dict.fromkeys(self.tensors, (1 << self.address.bits,))

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        pt, eta, phi = self.columns(a, inputs[0])
        i, j, _ = pairs_of(self.constituents)
        high = a.lookup(tensors["eta_table"], self.distance(a, eta, i, j))
        wide = a.lookup(tensors["phi_table"], self.distance(a, phi, i, j))
        angular = a.note("angular", high + wide)
        product = a.note("product", a.take(pt, i, -1) * a.take(pt, j, -1))
        d = a.note("accumulator", product * angular)
        return self.square(a, a.quantise("output", d, self.output))

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        pairs = self.constituents * (self.constituents - 1) // 2
        units = Inventory()
        self.count_distances(units, pairs, [widths["eta_table"].bits, widths["phi_table"].bits])
        units.adders.append(Units(pairs, widths["angular"].bits))
        units.adder_levels += 1
        units.products += [
            Units(pairs, self.pt.bits, self.pt.bits),
            Units(pairs, widths["product"].bits, widths["angular"].bits),
        ]
        units.product_levels += 1  # pT_i pT_j is ready before the tables are
        units.requantise(pairs, widths["accumulator"], self.output)
        return self.shared_between_pairs(units, pairs)
