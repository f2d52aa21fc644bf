"""When the jets of an event arrive over the links of one tagger instance, and when the tagger takes them.

One sum for all that quotes a latency: ``fpgajet budgets show``, the verdict and the report's waterfall.

Clocks are counted from 1, the clock of the first word. In every clock, every link brings one word. A jet can enter the
tagger once its last word is in, and ``ii`` clocks after the jet before it. The score of the last jet ends the event.
Crossing from the clock of the links to another clock of the tagger costs no more here than waiting for its next
edge; the registers of a synchroniser are not counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fpgajet.devices.budgets import Budget


@dataclass(frozen=True)
class LastJet:
    """The way of the jet that enters the tagger last; its score ends the event.

    Attributes:
        complete: clocks of the tagger until its last word is in. entered: clocks until it enters the tagger.
        output: clocks to register and merge the score. clock_ns: period of the tagger's clock.
    """

    complete: int
    entered: int
    output: int
    clock_ns: float

    @property
    def queue(self) -> int:
        """Clocks that it waits for the jets before it."""
        return self.entered - self.complete

    def latency_ns(self, tagger_cycles: float) -> float:
        """From the first word on the links to the last score out, in ns."""
        return (self.entered + tagger_cycles + self.output) * self.clock_ns


def arrivals(budget: Budget, multiplicity: int) -> list[int]:
    """Clock of the links in which the last word of each jet of one instance arrives, in the order of the jets."""
    jets, links, words = budget.jets_per_instance, budget.input_links, budget.words_per_jet(multiplicity)
    if not links:
        return [1] * jets
    if budget.jet_order == "aligned":
        return [(j + 1) * math.ceil(words / links) for j in range(jets)]
    if budget.jet_order == "interleaved":
        return [math.ceil(((words - 1) * jets + j + 1) / links) for j in range(jets)]
    return [math.ceil((j + 1) * words / links) for j in range(jets)]


def entries(complete: Sequence[int], ii: int) -> list[int]:
    """Clock in which each jet enters the tagger, given the clocks in which they are complete."""
    found: list[int] = []
    for clock in complete:
        found.append(max(clock, found[-1] + ii) if found else clock)
    return found


def last_jet(budget: Budget, multiplicity: int, ii: int, clock_ns: float | None = None) -> LastJet:
    """The way of the last jet of an event.

    Args:
        multiplicity: constituents of a jet. ii: clocks of the tagger between two jets.
        clock_ns: period of the tagger's clock; default: the budget's, which is the clock of the links.
    """
    period = budget.clock_ns if clock_ns is None else clock_ns
    in_links = arrivals(budget, multiplicity)
    complete = [_next_edge(clock * budget.clock_ns, period) for clock in in_links]
    return LastJet(complete[-1], entries(complete, ii)[-1], budget.output_clocks, period)


def _next_edge(time_ns: float, period_ns: float) -> int:
    """Clocks until the first edge at or after a time; 3 ns at 333.333 MHz is one clock in spite of rounding."""
    return math.ceil(time_ns / period_ns - 1e-6)


def busy_clocks(budget: Budget, multiplicity: int) -> int:
    """Clocks per event in which the links of one instance bring its jets."""
    return max(arrivals(budget, multiplicity))
