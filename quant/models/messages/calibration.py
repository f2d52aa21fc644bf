"""Where the binary point of every stage and parameter goes: from the ranges of a float model, then by search."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.roles import Meaning, entity
from quant.models.coordinate_descent import Move, coordinate_descent
from quant.models.loss import class_part, logit_loss
from quant.models.messages.bits import LayerBits
from quant.models.messages.floating import FloatMessages
from quant.models.messages.plan import INPUT, SCORE, MessagePlan
from quant.models.messages.quantised import QuantisedMessages
from quant.models.sample import Sample
from quant.models.scoring import one_or_several
from quant.models.wiring import with_more_integer_bits

#: jets whose values give the ranges, and jets that guide a search; all of the sample choose among starts and ends
OBSERVED_JETS, QUICK_JETS = 4000, 4000
#: share of values that a stage holds without saturation: a search begins at the best of these
KEPT = (0.9999, 0.999, 0.99)
#: the bias of the last layer
BIAS = f"{SCORE}_bias"

Precisions = dict[str, FixedType]
MakePlan = Callable[[Mapping[str, FixedType]], MessagePlan]


def calibrate(
    model: FloatMessages,
    make_plan: MakePlan,
    bits: LayerBits,
    sample: Sample,
    name: str,
    sweeps: int,
    frozen: QuantisedMessages | None = None,
) -> QuantisedMessages:
    """The quantised model of a float model, every binary point placed.

    Args:
        model: trained, its plan made by ``make_plan``.
        make_plan: the network for given types of its stages and parameters.
        bits: widths.
        sample: jets (four-momenta in GeV, before the input form) that ranges are taken from, and that judge.
        name: of the quantised model.
        sweeps: passes over all points that try one bit up and down, until a pass helps nowhere; 0: the ranges alone.
        frozen: a quantised model whose features are kept, weights and types; only the last layer is calibrated then.
    """
    features = torch.from_numpy(model.plan.form.features(sample.momenta.numpy()))
    seen = torch.from_numpy(model.plan.form.seen(sample.momenta[:OBSERVED_JETS].numpy()))
    values = model.folded()
    starts = [_starting_types(model, values, bits, seen, keep) for keep in (KEPT if sweeps else KEPT[:1])]
    movable, unmoved = model.plan.movable, model.plan.front
    if frozen is not None:
        movable = [key for key in movable if key == SCORE or key in frozen.classifier]
        unmoved = {INPUT, *(node.name for node in frozen.wiring.nodes if node.name != SCORE)}
        starts = [{**frozen.precisions} | {key: types[key] for key in movable} for types in starts]

    def build(precisions: Mapping[str, FixedType]) -> QuantisedMessages:
        quantised = QuantisedMessages(make_plan(precisions), name)
        shifted = dict(values)
        outputs = {node.name: node.operator.output for node in quantised.wiring.nodes}
        for key, parameter in model.plan.parameters.items():
            output = outputs[parameter.stage]
            # Rounding down loses half a step on average; half a step more bias makes it rounding to nearest.
            if parameter.meaning is Meaning.BIAS and output.rounding is Rounding.FLOOR:
                shifted[key] = values[key] + output.lsb / 2
        quantised.set_from(shifted)
        if frozen is not None:
            quantised.take_features(frozen)
        return quantised

    quick, loss = (_Loss(features[:n], sample.label[:n], unmoved) for n in (QUICK_JETS, len(features)))
    start = min(starts, key=lambda precisions: loss(build(precisions)))
    moves = _moves(movable)
    end = coordinate_descent(start, lambda _: moves, lambda precisions: quick(build(precisions)), sweeps)
    best = min((start, end), key=lambda precisions: loss(build(precisions)))
    bias = centred_bias(build(best), loss)
    # Its range was taken before it moved: a type that cut it off would move all scores, and the cut at 0 with them.
    # Only with frozen features, where the layers before cannot follow in fine-tuning.
    while frozen is not None and not _holds(best[BIAS], bias):
        best = _moved(BIAS, 1, best)
    found = build(best)
    found.set_from({BIAS: bias})
    return found


def centred_bias(model: QuantisedMessages, loss: _Loss) -> NDArray[np.float64]:
    """The last bias, moved by a quarter of the scores' deviation at most to where the scores suit the labels best.

    With a single score, 0 is then as likely a top quark as not.
    """
    found: NDArray[np.float64] = model.real(BIAS).detach().numpy()
    scores = loss.scores(model)
    if scores.dim() == 2:
        slope, offsets = multinomial(class_part(scores, loss.label), loss.classes)
        wanted = torch.cat([offsets / (slope or 1.0), loss.shifts(scores)]).numpy()
    else:
        slope, offset = logistic(2 * scores, loss.classes)
        wanted = np.array(offset / (2 * slope or 1.0))
    if slope <= 0:
        return found  # a model that has learned nothing
    most = float(scores.std()) / 4
    moved: NDArray[np.float64] = found + np.clip(wanted, -most, most)
    return moved


def centre(model: QuantisedMessages, sample: Sample) -> None:
    """Move the last bias as :func:`centred_bias` says on the jets of a sample, as far as its type goes."""
    features = torch.from_numpy(model.wiring.form.features(sample.momenta.numpy()))
    model.set_from({BIAS: centred_bias(model, _Loss(features, sample.label, set()))})


class _Loss:
    """Cross entropy of a few jets; what no parameter comes before is computed once.

    Of the scores with the slope and the offset that suit them best: rounding moves and stretches all scores
    together, which the last bias and fine-tuning mend at no cost. Without this freedom a search pays for such an
    offset with the order of the jets: one lost 0.0036 of AUC while its cross entropy fell.
    """

    def __init__(self, features: Tensor, label: Tensor, front: set[str]) -> None:
        self.features, self.label, self.front = features, label.double(), front
        self.classes = self.label if label.dim() == 1 else self.label[:, 0]
        self.stages: dict[str, Tensor] = {}

    def __call__(self, model: QuantisedMessages) -> float:
        scores = self.scores(model)
        if scores.dim() == 2:
            of_classes = class_part(scores, self.label)
            slope, offsets = multinomial(of_classes, self.classes)
            moved = [slope * of_classes + offsets, scores[:, len(offsets) :] + self.shifts(scores)]
            return float(logit_loss(torch.cat(moved, 1), self.label))
        logit = 2 * scores
        slope, offset = logistic(logit, self.classes)
        return float(logit_loss((slope * logit + offset) / 2, self.label))

    def shifts(self, scores: Tensor) -> Tensor:
        """What suits the outputs of a regression best if it is added to them, [targets]: a median."""
        if self.label.dim() == 1:
            return torch.zeros(0, dtype=torch.float64)
        wanted = self.label[:, 1:]
        return (wanted - scores[:, -wanted.shape[1] :]).nanmedian(0).values

    def scores(self, model: QuantisedMessages) -> Tensor:
        """Scores [jets], or [jets, outputs]."""
        with torch.no_grad():
            found = model.run(self.stages or model.given(self.features))
            if not self.stages:
                self.stages = {name: x for name, x in found.items() if name in self.front}
            return one_or_several(found[model.wiring.nodes[-1].name])


def logistic(x: Tensor, label: Tensor, steps: int = 8) -> tuple[float, float]:
    """Slope and offset of the logistic regression of labels [jets] on ``x`` [jets], by Newton's method."""
    middle, width = float(x.mean()), float(x.std()) or 1.0
    given = torch.stack([(x - middle) / width, torch.ones_like(x)], 1)
    found = torch.zeros(2, dtype=x.dtype)
    for _ in range(steps):
        p = torch.sigmoid(given @ found)
        curvature = (given * (p * (1 - p))[:, None]).T @ given + 1e-6 * torch.eye(2, dtype=x.dtype)
        found = found + torch.linalg.solve(curvature, given.T @ (label - p)).clamp(-2.0, 2.0)
    slope = float(found[0]) / width
    return slope, float(found[1]) - slope * middle


def multinomial(scores: Tensor, label: Tensor, steps: int = 8) -> tuple[float, Tensor]:
    """The common slope and the offsets [classes] of the softmax regression of labels on scores, by Newton's method.

    Only differences of offsets count; their mean is 0.
    """
    size, middle = scores.shape[1], scores.mean(0)
    unit = float((scores - middle).std()) or 1.0
    wanted = functional.one_hot(label.long(), size).double()
    # By jet, class and unknown: the derivative of a logit. Offsets count from that of the first class.
    others = torch.eye(size, dtype=torch.float64)[:, 1:].expand(len(scores), -1, -1)
    design = torch.cat([((scores - middle) / unit)[..., None], others], -1)
    found = torch.zeros(size, dtype=torch.float64)
    for _ in range(steps):
        p = torch.softmax(design @ found, 1)
        centred = design - (p[..., None] * design).sum(1, keepdim=True)
        gradient = ((wanted - p)[..., None] * design).sum((0, 1))
        curvature = torch.einsum("jk,jku,jkv->uv", p, centred, centred) + 1e-6 * torch.eye(size).double()
        found = found + torch.linalg.solve(curvature, gradient).clamp(-2.0, 2.0)
    slope = float(found[0]) / unit
    offsets = torch.cat([torch.zeros(1, dtype=torch.float64), found[1:]]) - slope * middle
    return slope, offsets - offsets.mean()


def _holds(kind: FixedType, values: NDArray[np.float64]) -> bool:
    return not np.any((values < kind.lowest * kind.lsb) | (values > kind.highest * kind.lsb))


def _moves(keys: Sequence[str]) -> list[list[Move[Precisions]]]:
    """One bit down and one bit up for each key."""
    return [[partial(_moved, key, step) for step in (-1, 1)] for key in keys]


def _moved(key: str, step: int, precisions: Precisions) -> Precisions:
    return precisions | {key: with_more_integer_bits(precisions[key], step)}


def _starting_types(
    model: FloatMessages, values: Mapping[str, np.ndarray], bits: LayerBits, seen: Tensor, keep: float
) -> dict[str, FixedType]:
    """Types that hold the share ``keep`` of the observed values."""
    with torch.no_grad():
        stages = model.eval().run(seen)
    real, scales = {of: stages[name] > 0 for of, name in model.plan.masks.items()}, model.scales()
    precisions = dict(bits.front(model.plan.form))
    for node in model.wiring.nodes:
        if node.name in model.plan.front:
            continue
        x = stages[node.name]
        if node.name in scales:
            x = x * scales[node.name].to(x.dtype)
        if (of := entity(model.plan.axes[node.name])) in real:
            x = x[real[of]]
        low, reach = float(x.min()), float(torch.quantile(x.abs().flatten()[:4_000_000].double(), keep))
        width = bits.score if node is model.wiring.nodes[-1] else bits.of(node.operator)
        precisions[node.name] = _holding(reach, width, signed=low < 0)
    for name, parameter in values.items():
        weight = model.plan.parameters[name].meaning is Meaning.WEIGHT
        integer = 1 + math.ceil(math.log2(float(np.abs(parameter).max()) or 1.0))
        width = bits.weight if weight else bits.bias
        overflow = Overflow.SAT_SYM if weight else Overflow.SAT
        precisions[name] = FixedType(True, width, width - integer, Rounding.HALF_EVEN, overflow)
    return precisions


def _holding(reach: float, bits: int, *, signed: bool) -> FixedType:
    integer = math.ceil(math.log2(reach or 1.0)) + signed
    return FixedType(signed, bits, bits - integer, Rounding.FLOOR, Overflow.SAT)
