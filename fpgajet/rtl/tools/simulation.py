"""Cycle-exact simulation of a design, whatever runs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import Mismatch
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
    """A design that can be clocked. Every :meth:`clock` starts with registers that hold anything."""

    language: ClassVar[str]
    design: RtlDesign

    @abstractmethod
    def clock(self, jets: NDArray[Any], valid: NDArray[Any], reset: NDArray[Any]) -> Clocked:
        """Apply one row of each array per clock.

        Args:
            jets: raw inputs [clocks, inputs].
            valid, reset: bits [clocks]. What the outputs show before the first reset means nothing.
        """

    def scores(self, raw: NDArray[Any]) -> RawValues:
        """Raw outputs [jets, outputs]; see :meth:`outcome`."""
        return self.outcome(raw).scores

    def outcome(self, raw: NDArray[Any]) -> Clocked:
        """What the outputs show for each jet; see :meth:`stream`."""
        return self.stream(raw)[1]

    def stream(
        self, raw: NDArray[Any], resets: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.intp], Clocked]:
        """A new jet every II clocks, sampled at the stated latency; a reset, with a jet at the input, comes before.

        Between the jets the input shows other values, which must not matter.

        Args:
            raw: jets [jets, ...].
            resets: whether there is a reset too, at each clock from the first jet on [jets * II].

        Returns:
            Numbers of the jets that no reset has dropped, and what the outputs showed for each.

        Raises:
            Mismatch: the valid bit is not set exactly when these scores are sampled.
        """
        jets, ii = np.asarray(raw).reshape(len(raw), -1), self.design.ii
        busy, latency = len(jets) * ii, self.design.latency_cycles
        clocks = np.zeros((1 + busy + latency - 1, jets.shape[1]), dtype=jets.dtype)
        valid, reset = (np.zeros(len(clocks), dtype=bool) for _ in range(2))
        clocks[0] = jets[-1] if len(jets) else 0
        valid[0] = reset[0] = True
        for between in range(ii):
            clocks[1 + between : 1 + busy : ii] = np.roll(jets, between, axis=0)
        valid[1 : 1 + busy : ii] = True
        if resets is not None:
            reset[1 : 1 + busy] = resets
        shown = self.clock(clocks, valid, reset)
        entered = np.flatnonzero(valid)
        dropped = np.concatenate([[0], np.cumsum(reset)])
        came = entered[dropped[entered + latency] == dropped[entered]]
        expected = np.zeros(len(clocks), dtype=bool)
        expected[came + latency - 1] = True
        if (shown.valid != expected).any():
            raise Mismatch(
                f"the {self.language} in {self.design.directory} does not have the latency that it states, or a "
                "reset does not drop the jets under way."
            )
        decision = None if shown.decision is None else shown.decision[expected]
        return (came - 1) // ii, Clocked(np.asarray(shown.scores[expected]), shown.valid[expected], decision)
