"""Greedy narrowing: again and again the step that saves most estimated LUTs for the AUC that it loses.

Losses are measured and not predicted: a few thousand validation jets go through the quantised model, from the first
operator on that the step changes. A step that has lost little before mostly loses little again, so all known losses
are kept, and only of the step that looks best the loss is measured anew, until that step stays the best.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fpgajet.ops.network import Network, Tensor
from quant.compression.moves import Move, Narrowed, moved, moves
from quant.metrics import auc
from quant.models.family import AnyFamily
from quant.models.quantised import CHUNK_JETS, QuantisedNetwork
from quant.models.sample import Sample
from quant.models.wiring import Wiring

#: what a step costs at least, in AUC: a smaller loss cannot be told from none
FREE = 2e-5
#: LUTs that a step counts for beside those it saves: a sum gets shorter only once all its terms have lost a bit
WORTH = 20.0

Cost = Callable[[Network], float]


@dataclass
class Narrowing:
    """A search for steps.

    Attributes:
        family: of the model. weights: see :meth:`quant.models.family.Family.prunable`.
        cost: estimated LUT of a network. jets: validation jets, as they come.
    """

    family: AnyFamily
    weights: Mapping[str, NDArray[np.int64]]
    cost: Cost
    jets: Sample

    def down_to(
        self, start: Narrowed, lut: float, say: Callable[[str], None] = lambda line: None
    ) -> tuple[Narrowed, list[Move]]:
        """Take steps until the estimate is at most ``lut``, or there is none left."""
        now, taken, losses = start, list[Move](), dict[Move, float]()
        size = self.cost(now.model.network())
        while size > lut:
            judge = Judge(now.model, self.jets)
            smaller = self._smaller(now, size)
            if not smaller:
                break
            move = self._best(now, smaller, size, judge, losses)
            now, taken, size = smaller[move][0], [*taken, move], smaller[move][1]
            say(f"{size:,.0f} LUT, {losses.pop(move):+.5f} AUC lost: {move}")
        return now, taken

    def _smaller(self, now: Narrowed, size: float) -> dict[Move, tuple[Narrowed, float]]:
        """Steps that make the network no larger: the model after each, and its estimate."""
        found = {}
        for move in moves(now, self.weights):
            try:
                after = moved(self.family, now, move, self.weights)
                cost = self.cost(after.model.network())
            except ValueError:
                continue  # no such type, or not one of this input form
            if cost <= size:
                found[move] = after, cost
        return found

    def _best(
        self,
        now: Narrowed,
        smaller: Mapping[Move, tuple[Narrowed, float]],
        size: float,
        judge: Judge,
        losses: dict[Move, float],
    ) -> Move:
        """The step of most LUTs per AUC; ``losses`` holds what steps lost when they were last looked at."""
        fresh: set[Move] = set()

        def gain(move: Move) -> float:
            return (size - smaller[move][1] + WORTH) / max(losses.get(move, 0.0), FREE)

        while True:
            move = max(smaller, key=gain)
            if move in fresh:
                return move
            losses[move] = judge.loss(smaller[move][0].model)
            fresh.add(move)


class Judge:
    """AUC of models that differ little from a given one.

    Args:
        model: whose stages are kept. jets: as they come.
    """

    def __init__(self, model: QuantisedNetwork, jets: Sample) -> None:
        self.jets, self.wiring, self.constants = jets, model.wiring, _constants(model)
        self.last = model.wiring.nodes[-1].name
        with torch.no_grad():
            self.stages = [model.run(given) for given in self._given(model)]
        self.auc = auc(jets.labels, torch.cat([part[self.last] for part in self.stages]).flatten().numpy())

    def loss(self, other: QuantisedNetwork) -> float:
        """AUC lost against the given model."""
        with torch.no_grad():
            if other.wiring.form == self.wiring.form:
                kept = self._same(other.wiring, _constants(other))
                given = [{name: part[name] for name in kept} for part in self.stages]
            else:
                given = self._given(other)
            scores = [other.run(part)[self.last] for part in given]
        return self.auc - float(auc(self.jets.labels, torch.cat(scores).flatten().numpy()))

    def _given(self, model: QuantisedNetwork) -> list[dict[str, torch.Tensor]]:
        """The input stage, a part of the jets at a time."""
        features = torch.from_numpy(model.wiring.form.features(self.jets.momenta.numpy()))
        return [model.given(part) for part in torch.split(features, CHUNK_JETS)]

    def _same(self, wiring: Wiring, constants: Mapping[str, Mapping[str, Tensor]]) -> list[str]:
        """The input, and stages whose values are the same in a network with this wiring."""
        kept = [wiring.input_name]
        for old, new in zip(self.wiring.nodes, wiring.nodes, strict=True):
            unchanged = old.operator == new.operator and all(name in kept for name in new.inputs)
            if unchanged and _equal(self.constants[old.name], constants[new.name]):
                kept.append(new.name)
        return kept


def _constants(model: QuantisedNetwork) -> dict[str, Mapping[str, Tensor]]:
    """The quantised constants of every node."""
    return {node.name: node.tensors for node in model.network().nodes}


def _equal(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> bool:
    return all(
        known.type == second[name].type and np.array_equal(known.values.raw, second[name].values.raw)
        for name, known in first.items()
    )
