"""Two wrong implementations of npelican-n8-c2 that 70,003 random events did not tell from the right one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, from_real, requantise
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.network import Network


class NarrowTrace(IntegerArithmetic):
    """The accumulator of the diagonal has fewer bits than the analysis asks for, and wraps."""

    def __init__(self, widths: dict[str, FixedType], missing: int) -> None:
        needed = widths["trace_accumulator"]
        self.narrow = FixedType(needed.signed, needed.bits - missing, needed.fraction)

    def note(self, name: str, x: FixedArray) -> FixedArray:
        if name != "trace_accumulator":
            return x
        return FixedArray(requantise(x.raw, x.fraction, self.narrow), x.fraction)


class ClippedScore(IntegerArithmetic):
    """The score's upper clip is too low."""

    def __init__(self, missing: int) -> None:
        self.stage, self.missing = "", missing

    def enter(self, stage: str) -> None:
        self.stage = stage

    def quantise(self, name: str, x: FixedArray, to: FixedType) -> FixedArray:
        found = super().quantise(name, x, to)
        if (self.stage, name) != ("score", "output"):
            return found
        return FixedArray(np.minimum(found.raw, to.highest - self.missing), found.fraction)


@dataclass
class Mutant:
    """An implementation: a network in an arithmetic of its own."""

    name: str
    network: Network
    arithmetic: IntegerArithmetic

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        precision = self.network.input_type
        given = FixedArray(from_real(jets, precision), precision.fraction)
        stages = self.network.evaluate(self.arithmetic, given, lambda tensor: tensor.values)
        return {node.name: stages[node.name].real for node in self.network.nodes}


def mutants(network: Network, missing: int = 1) -> list[Mutant]:
    """Both mutants; with ``missing`` = 0 nothing is wrong with them."""
    return [
        Mutant("narrow trace", network, NarrowTrace(network.widths()["score"], missing)),
        Mutant("clipped score", network, ClippedScore(missing)),
    ]
