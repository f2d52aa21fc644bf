"""Pythia objects, seeds and charges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from fpgajet.errors import BadInput, ToolFailed

LARGEST_PYTHIA_SEED = 900_000_000


def streams_of(seed: tuple[int, ...]) -> tuple[int, np.random.Generator]:
    """Pythia's seed, and numpy's stream, of any tuple of non-negative numbers."""
    streams = np.random.SeedSequence(seed).spawn(2)
    number = 1 + int(streams[0].generate_state(1)[0]) % LARGEST_PYTHIA_SEED
    return number, np.random.Generator(np.random.PCG64(streams[1]))


def pythia_with(settings: Iterable[str], seed: int, what: str) -> Any:
    """A Pythia object ready to generate.

    Raises:
        BadInput: a line is not a setting.
        ToolFailed: the settings contradict each other.
    """
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for line in [*settings, "Random:setSeed = on", f"Random:seed = {seed}"]:
        if not pythia.readString(line):
            raise BadInput(f"Pythia does not know the setting {line!r}: correct `pythia` in the recipe.")
    if not pythia.init():
        raise ToolFailed(f"Pythia could not be initialised for {what}; its settings contradict.")
    return pythia


class Charges(dict[int, float]):
    """Charge in e by PDG code, asked from Pythia once for each."""

    def __init__(self, table: Any) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, code: int) -> float:
        self[code] = float(self._table.charge(code))
        return self[code]
