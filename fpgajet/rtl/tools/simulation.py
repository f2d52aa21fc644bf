"""Cycle-exact simulation of a design, whatever runs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import ToolFailed
from fpgajet.rtl.tools.bus import RawValues
from fpgajet.rtl.write.design import RtlDesign


@dataclass(frozen=True)
class Clocked:
    """What the outputs showed after every clock edge: raw scores [clocks, outputs] and the valid bit.

    ``decision``: the bit beside the score, None where the design has none.
    """

    scores: RawValues
    valid: NDArray[np.bool_]
    decision: NDArray[np.bool_] | None = None


class Simulation(ABC):
    """A design that can be clocked. Every :meth:`clock` starts from an unreset, empty pipeline."""

    language: ClassVar[str]
    design: RtlDesign

    @abstractmethod
    def clock(self, jets: NDArray[Any], valid: NDArray[Any], reset: NDArray[Any]) -> Clocked:
        """Apply one row of each array per clock.

        Args:
            jets: raw inputs [clocks, inputs].
            valid, reset: bits [clocks].
        """

    def scores(self, raw: NDArray[Any]) -> RawValues:
        """Raw outputs [jets, outputs]; see :meth:`outcome`."""
        return self.outcome(raw).scores

    def outcome(self, raw: NDArray[Any]) -> Clocked:
        """What the outputs show for each jet: a new jet every II clocks, sampled at the stated latency.

        Between the jets the input shows other values, which must not matter.

        Raises:
            ToolFailed: the valid bit is not set exactly when the scores are sampled.
        """
        jets, ii = np.asarray(raw).reshape(len(raw), -1), self.design.ii
        first = self.design.latency_cycles - 1
        clocks = np.zeros((len(jets) * ii + first, jets.shape[1]), dtype=jets.dtype)
        for between in range(ii):
            clocks[between : len(jets) * ii : ii] = np.roll(jets, between, axis=0)
        valid = np.zeros(len(clocks), dtype=bool)
        valid[: len(jets) * ii : ii] = True
        shown = self.clock(clocks, valid, np.zeros(len(valid)))
        expected = np.concatenate([np.zeros(first, dtype=bool), valid[: len(valid) - first]])
        if (shown.valid != expected).any():
            raise ToolFailed(
                f"the {self.language} in {self.design.directory} does not have the latency that it states."
            )
        decision = None if shown.decision is None else shown.decision[expected]
        return Clocked(np.asarray(shown.scores[expected]), shown.valid[expected], decision)
