"""Which trainings make the transfer study, the most useful ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

SIZES = (125, 500, 2000, 8000)
#: no transfer; features of the source as they are; features of the source, trained on
VARIANTS = ("none", "fixed", "tuned")
MODELS = ("event-gnn", "event-gat")
SOURCE = ("ttbar", "Zprime")


@dataclass(frozen=True)
class Pair:
    """A target: its two classes, background first, and what it has in common with the source."""

    name: str
    background: str
    signal: str
    kind: str

    @property
    def processes(self) -> tuple[str, str]:
        return self.background, self.signal


PAIRS = {
    pair.name: pair
    for pair in (
        Pair("mass", "ttbar", "Zprime750", "same processes, mass of 750 GeV"),
        Pair("WH", "Wjets", "WH", "neither process, no tops"),
        Pair("ttH", "ttbar", "ttH", "same background"),
        Pair("tops", "Wjets", "ttbar", "background of the source as signal"),
        Pair("mixed", "ttbar", "WH", "same background, signal without tops"),
    )
}


@dataclass(frozen=True)
class Training:
    """One training of a target. ``events``: of both classes together. ``bits``: of weights and activations."""

    model: str
    bits: int
    pair: str
    events: int
    seed: int
    variant: str

    @property
    def source(self) -> tuple[str, int, int]:
        """What decides the model that this one starts from: family, bits, seed."""
        return self.model, self.bits, self.seed

    @property
    def name(self) -> str:
        return f"{self.model}-b{self.bits}-{self.pair}-{self.events}-s{self.seed}-{self.variant}"


def trainings() -> Iterator[Training]:
    """All of the study, so ordered that a stop at any time leaves the most useful part; none comes twice."""
    first, later = (1, 2, 3), (4, 5)
    parts = (
        (("event-gnn",), (8,), ("mass", "WH"), first),
        (("event-gat",), (8,), ("mass",), (1,)),
        (("event-gnn",), (6,), ("mass",), (1,)),
        (("event-gnn",), (8,), ("tops", "mixed"), (1,)),
        (("event-gnn",), (6,), ("mass",), (2, 3)),
        (("event-gat",), (8,), ("mass",), (2, 3)),
        (("event-gnn",), (8,), ("tops", "mixed"), (2, 3)),
        (("event-gnn",), (8,), ("mass", "WH"), later),
        (("event-gat",), (8,), ("WH",), first),
        (("event-gnn",), (6,), ("WH",), first),
        (("event-gnn",), (8,), ("ttH",), first),
        (("event-gnn",), (8,), ("tops", "mixed", "ttH"), later),
        (("event-gat",), (8,), ("tops", "mixed", "ttH"), first),
        (("event-gat",), (8,), ("mass", "WH"), later),
        (("event-gnn",), (6,), ("mass", "WH"), later),
    )
    for models, bits, pairs, seeds in parts:
        for model, width, seed, pair, events, variant in product(models, bits, seeds, pairs, SIZES, VARIANTS):
            yield Training(model, width, pair, events, seed, variant)
