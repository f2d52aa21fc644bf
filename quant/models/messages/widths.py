"""Widths of single weights and channels, learned together with the weights: where low bits do not pay, they go.

A weight w of a type whose step is 2^-f keeps bits down to 2^(d - f): w_q = 2^(d - f) round(w / 2^(d - f)) is an integer
of that type that ends in d zeros, so no operator and no file changes, and d large enough makes it 0. A channel of
activations ends in zeros as well, which :meth:`quant.models.messages.plan.MessagePlan.own_bits` makes. With rounding
straight-through, d(w_q)/dd = ln 2 (w_q - w): the gradient of a width in HGQ (arXiv 2405.00645, section III).

The cost is HGQ's count of effective bit operations: the bits of a weight, from its first to the last that d leaves,
times those of the activation that it multiplies, times how often hardware without sharing makes the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import torch
from brevitas.core.function_wrapper import RoundSte
from torch import Tensor, nn

from fpgajet.ops import AffineMean, Dense, EdgeDense, PairDense
from fpgajet.ops.network import Node
from fpgajet.ops.operator import Shape
from fpgajet.ops.roles import Meaning
from quant.models.layered.blocks import KEPT, SHRUNK
from quant.models.messages.plan_settings import PlanSettings
from quant.models.messages.quantised import QuantisedMessages
from quant.models.quantised import QuantisedNetwork
from quant.models.training_settings import TrainingSettings

#: bits in one unit of a width's parameter, so that the learning rate of weights suits widths too
UNIT = 16.0


class LearnedWidths(QuantisedMessages):
    """A quantised model that has, beside its parameters, how many low bits are left out (in units of ``UNIT`` bits).

    ``WEIGHT_dropped`` [outputs, inputs], or [outputs, 1] with ``width_per`` = ``channel``, and ``STAGE_dropped``
    [channels] of every stage that may have bits of its own for each channel. All start at 0.

    Args:
        model: calibrated. settings: of the run.
    """

    def __init__(self, model: QuantisedMessages, settings: PlanSettings) -> None:
        self.settings, plain = settings, settings.plan(model.precisions)
        plan = settings.plan_dropping(model.precisions, {k: (0,) * n for k, n in plain.channels.items()})
        super().__init__(plan, model.name)
        self.round, shapes = RoundSte(), plan.shapes
        with torch.no_grad():
            for key, values in model.named_parameters():
                own = self.get_parameter(key)
                own.copy_(values).requires_grad_(values.requires_grad)
        #: the most low bits that can be left out of a weight or a stage
        self.most: dict[str, int] = {k: model.precisions[k].bits - 1 for k in plain.channels}
        #: of every weight with widths of its own: stage, columns and number of points of the products made with it
        self.products: dict[str, list[tuple[str, slice, int]]] = {}
        self.bits = {node.name: node.operator.output.bits for node in self.wiring.nodes}
        self.bits[self.wiring.input_name] = self.wiring.input_type.bits
        by_name = {node.name: node for node in self.wiring.nodes}
        for key, parameter in plan.parameters.items():
            node = by_name[parameter.stage]
            read = multiplied(node, [shapes[name] for name in node.inputs])
            if parameter.meaning is Meaning.WEIGHT and read:
                self.products[key], self.most[key] = read, model.precisions[key].bits - 1
        for key in self.most:
            shape: Shape = (plain.channels[key],) if key in plain.channels else plan.parameters[key].shape
            if key in self.products and settings.width_per == "channel":
                shape = (shape[0], 1)
            zeros = torch.zeros(shape, dtype=torch.float64)
            self.register_parameter(f"{key}_dropped", nn.Parameter(zeros))

    def dropped(self, key: str) -> Tensor:
        """Low bits left out, whole numbers, of a weight or a stage."""
        whole: Tensor = self.round(UNIT * self.get_parameter(f"{key}_dropped"))
        return whole

    def clamp(self) -> None:
        """Bring widths back to where they can be, after a step of an optimiser."""
        with torch.no_grad():
            for key, most in self.most.items():
                self.get_parameter(f"{key}_dropped").clamp_(0.0, most / UNIT)

    def real(self, parameter: str) -> Tensor:
        given = super().real(parameter)
        if parameter not in self.products:
            return given
        precision, dropped = self.wiring.types[parameter], self.dropped(parameter)
        step = torch.exp2(dropped) * precision.lsb
        with torch.no_grad():  # the largest multiple of a step that the type holds
            most = torch.floor(precision.highest * precision.lsb / step)
        whole = torch.minimum(torch.maximum(self.round(given / step), -most), most)
        return whole * step

    def _constant(self, name: str) -> Tensor:
        for suffix, sign in ((f"{SHRUNK}_weight", -1), (f"{KEPT}_weight", 1)):
            if name.endswith(suffix) and (stage := name.removesuffix(suffix)) in self.most:
                return torch.exp2(sign * self.dropped(stage))
        return super()._constant(name)

    def _bits_of(self, stage: str) -> Tensor | int:
        """Of each channel of a stage."""
        rounded = stage.removesuffix(KEPT)
        return self.bits[stage] - self.dropped(rounded) if rounded in self.most else self.bits[stage]

    def operations(self) -> Tensor:
        """Effective bit operations of all products with weights."""
        parts = []
        for key, read in self.products.items():
            raw = (self.real(key).detach() / self.wiring.types[key].lsb).abs()
            bits = torch.where(
                raw > 0, torch.floor(torch.log2(raw.clamp(min=1.0))) + 1 - self.dropped(key), 0.0
            )
            parts += [
                (points * bits[:, columns] * self._bits_of(stage)).sum() for stage, columns, points in read
            ]
        return torch.stack(parts).sum()

    def fixed(self) -> QuantisedMessages:
        """The model with the widths as they are: its weights end in zeros, and channels drop what they drop."""
        drops: dict[str, Sequence[int]] = {}
        values = {}
        with torch.no_grad():
            for key in self.most.keys() - self.products.keys():
                whole = [int(d) for d in self.dropped(key).tolist()]
                if any(whole):
                    drops[key] = whole
            ordered = {key: drops[key] for key in self.drops if key in drops}
            found = QuantisedMessages(self.settings.plan_dropping(self.precisions, ordered), self.name)
            for key, _ in found.named_parameters():
                values[key] = self.real(key).numpy()
        found.set_from(values)
        return found


def multiplied(node: Node, shapes: Sequence[Shape]) -> list[tuple[str, slice, int]]:
    """What the columns of a node's weight multiply: a stage, which columns, at how many points; none: not known.

    Args:
        shapes: of the inputs.
    """
    operator, points = node.operator, prod(shapes[0][:-1])
    if not isinstance(operator, Dense | PairDense | AffineMean):
        return []
    read = [(node.inputs[0], points)]
    if not isinstance(operator, Dense):
        read *= 2  # the receiving constituent and the sending one
    if isinstance(operator, EdgeDense):
        read.append((node.inputs[1], prod(shapes[1][:-1])))
    ends = [0]
    for stage, _ in read:
        ends.append(ends[-1] + shapes[node.inputs.index(stage)][-1])
    return [(stage, slice(*ends[k : k + 2]), points) for k, (stage, points) in enumerate(read)]


def learned_widths(settings: TrainingSettings, model: QuantisedNetwork) -> LearnedWidths | None:
    """The model with widths to be learned, if the settings want them."""
    if not isinstance(settings, PlanSettings) or settings.width_per == "tensor":
        return None
    assert isinstance(model, QuantisedMessages)
    return LearnedWidths(model, settings)
