"""Where the binary point of every stage and parameter goes: from the ranges of a float model, then by search."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fpgajet.fixed import FixedType, Overflow, Rounding
from quant.models.messages.bits import MessageBits
from quant.models.messages.floating import FloatMessages
from quant.models.messages.plan import Plan
from quant.models.messages.quantised import QuantisedMessages
from quant.training.data import Sample

#: jets whose values give the ranges, and jets on which the search judges a candidate
OBSERVED_JETS, JUDGED_JETS = 4000, 2000
#: share of values that a stage holds without saturation at first
KEEP = 0.9999

MakePlan = Callable[[Mapping[str, FixedType]], Plan]


def calibrate(
    model: FloatMessages, make_plan: MakePlan, bits: MessageBits, sample: Sample, name: str, sweeps: int
) -> QuantisedMessages:
    """The quantised model of a float model, every binary point placed.

    Args:
        model: trained, its plan made by ``make_plan``.
        make_plan: the network for given types of its stages and parameters.
        bits: widths.
        sample: jets (four-momenta in GeV, before the input form) that ranges are taken from.
        name: of the quantised model.
        sweeps: passes over all points that try one bit up and down; a pass ends early where nothing helps.
    """
    features = torch.from_numpy(model.plan.form.features(sample.momenta[:OBSERVED_JETS].numpy()))
    seen = torch.from_numpy(model.plan.form.momenta(features.numpy()).astype(np.float32))
    values = model.folded()
    start = _starting_types(model, values, bits, seen)

    def build(kinds: Mapping[str, FixedType]) -> QuantisedMessages:
        quantised = QuantisedMessages(make_plan(kinds), name)
        shifted = dict(values)
        for key in values:
            stage = key.removesuffix("_bias")
            # Rounding down loses half a step on average; half a step more bias makes it rounding to nearest.
            if key != stage and kinds[stage].rounding is Rounding.FLOOR:
                shifted[key] = values[key] + kinds[stage].lsb / 2
        quantised.set_from(shifted)
        return quantised

    loss = _Loss(features[:JUDGED_JETS], sample.label[:JUDGED_JETS], model.plan.front)
    return build(search(start, list(_movable(model.plan)), lambda kinds: loss(build(kinds)), sweeps))


class _Loss:
    """Cross entropy of a few jets; what no parameter comes before is computed once."""

    def __init__(self, features: Tensor, label: Tensor, front: set[str]) -> None:
        self.features, self.label, self.front = features, label, front
        self.stages: dict[str, Tensor] = {}

    def __call__(self, model: QuantisedMessages) -> float:
        with torch.no_grad():
            found = model.run(self.stages or model.given(self.features))
            if not self.stages:
                self.stages = {name: x for name, x in found.items() if name in self.front}
            score = found[model.wiring.nodes[-1].name][:, 0]
            return float(functional.binary_cross_entropy_with_logits(2 * score, self.label))


def search(
    kinds: dict[str, FixedType], keys: list[str], cost: Callable[[dict[str, FixedType]], float], sweeps: int
) -> dict[str, FixedType]:
    """Move one binary point at a time by one bit, keep what lowers the cost, for at most ``sweeps`` passes."""
    best = cost(kinds)
    for _ in range(sweeps):
        before = best
        for key in keys:
            for step in (-1, 1):
                moved = kinds | {key: _moved(kinds[key], step)}
                if (value := cost(moved)) < best:
                    best, kinds = value, moved
                    break
        if best == before:
            break
    return kinds


def _moved(kind: FixedType, step: int) -> FixedType:
    return FixedType(kind.signed, kind.bits, kind.fraction - step, kind.rounding, kind.overflow)


def _movable(plan: Plan) -> list[str]:
    """Stages and parameters whose type the search may move: not what the float model has seen already."""
    stages = [node.name for node in plan.wiring().nodes if node.name not in plan.front]
    return [*stages, *plan.parameters]


def _starting_types(
    model: FloatMessages, values: Mapping[str, np.ndarray], bits: MessageBits, seen: Tensor
) -> dict[str, FixedType]:
    """Types that hold the observed ranges."""
    with torch.no_grad():
        stages = model.eval().run(seen)
    edges, mask = stages["edges"] > 0, stages["mask"] > 0
    kinds = dict(bits.front())
    for node in model.wiring.nodes:
        if node.name in model.plan.front:
            continue
        x = stages[node.name]
        if x.dim() > 2:
            x = x[edges] if x.shape[1:3] == edges.shape[1:] else x[mask]
        low, reach = float(x.min()), float(torch.quantile(x.abs().flatten()[:4_000_000].double(), KEEP))
        width = bits.score if node is model.wiring.nodes[-1] else bits.of(node.operator)
        kinds[node.name] = _holding(reach, width, signed=low < 0)
    for name, parameter in values.items():
        weight = name.endswith("_weight")
        integer = 1 + math.ceil(math.log2(float(np.abs(parameter).max()) or 1.0))
        width = bits.weight if weight else bits.bias
        overflow = Overflow.SAT_SYM if weight else Overflow.SAT
        kinds[name] = FixedType(True, width, width - integer, Rounding.HALF_EVEN, overflow)
    return kinds


def _holding(reach: float, bits: int, *, signed: bool) -> FixedType:
    integer = math.ceil(math.log2(reach or 1.0)) + signed
    return FixedType(signed, bits, bits - integer, Rounding.FLOOR, Overflow.SAT)
