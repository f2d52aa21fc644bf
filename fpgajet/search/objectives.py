"""What a search makes large or small, and what of a trial is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fpgajet.devices.tables import suggest
from fpgajet.errors import BadInput

Figures = dict[str, float | None]
Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True)
class Objective:
    """One aim.

    Attributes:
        name: on the command line, and of the figure of a trial. title: in tables and plots.
    """

    name: str
    direction: Direction
    title: str

    @property
    def larger(self) -> bool:
        """Whether a larger value is better."""
        return self.direction == "maximize"


OBJECTIVES = {
    one.name: one
    for one in (
        Objective("auc", "maximize", "AUC, validation"),
        Objective("rejection", "maximize", "1/eps_B at 0.3, validation"),
        Objective("ant", "maximize", "ant factor, validation"),
        Objective("lut", "minimize", "LUT, estimated"),
        Objective("ff", "minimize", "FF, estimated"),
        Objective("dsp", "minimize", "DSP, estimated"),
        Objective("latency", "minimize", "latency (ns), estimated"),
        Objective("parameters", "minimize", "parameters"),
    )
}


def objectives_of(names: Sequence[str]) -> list[Objective]:
    """Objectives by name.

    Raises:
        BadInput: an unknown one, one that is named twice, or none.
    """
    for name in names:
        if name not in OBJECTIVES:
            raise BadInput(f"no objective {name!r}{suggest(name, OBJECTIVES)}.")
    if not names or len(set(names)) < len(names):
        raise BadInput(f"--objectives: give one or more of {', '.join(OBJECTIVES)}, each once.")
    return [OBJECTIVES[name] for name in names]


def dominates(one: Sequence[float], other: Sequence[float], objectives: Sequence[Objective]) -> bool:
    """Whether values are nowhere worse than others and somewhere better."""
    signs = [1 if objective.larger else -1 for objective in objectives]
    gains = [s * (a - b) for s, a, b in zip(signs, one, other, strict=True)]
    return min(gains) >= 0 and max(gains) > 0


def pareto_front(rows: Sequence[Sequence[float]], objectives: Sequence[Objective]) -> list[int]:
    """Indices of the rows that no other dominates."""
    return [
        index
        for index, row in enumerate(rows)
        if not any(dominates(other, row, objectives) for other in rows)
    ]
