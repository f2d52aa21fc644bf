"""The critical path of a routed tagger in words: stage, operator, and what its delay consists of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: A signal or a module of our library in the logic of a stage (``stage_3.v120``, ``stage_3.p120.a``), or a register in
#: front of a stage (``r3_120``).
_SIGNAL = re.compile(r"\bstage_(\d+)\.[a-z]+(\d+)|\br(\d+)_(\d+)")
#: Kinds of cells by what their names hold.
_KINDS = {"multiplier": r"MULT", "carry chain": r"CCU2C|ALU", "memory": r"DPR16|BSRAM|DP16KD"}


@dataclass(frozen=True)
class CriticalPath:
    """The slowest way from register to register.

    Attributes:
        stage: pipeline stage, -1 where no name tells it.
        operators: names of the operators on it, in order.
        logic_ns, routing_ns, registers_ns: its delay by cause; the last is clock-to-output and setup.
        cells: how many cells of each kind it goes through.
    """

    stage: int
    operators: tuple[str, ...]
    logic_ns: float
    routing_ns: float
    registers_ns: float
    cells: Mapping[str, int]

    @property
    def total_ns(self) -> float:
        """The period that this path needs."""
        return self.logic_ns + self.routing_ns + self.registers_ns

    def sentence(self) -> str:
        """For people."""
        where = "outside the stages" if self.stage < 0 else f"stage {self.stage}"
        names = f" ({', '.join(self.operators)})" if self.operators else ""
        through = ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in self.cells.items())
        share = self.routing_ns / self.total_ns if self.total_ns else 0.0
        return f"{where}{names}: {self.total_ns:.1f} ns through {through or 'no cell'}, {share:.0%} of it in wires"


def critical_path(path: Sequence[Mapping[str, Any]], origin: Sequence[str]) -> CriticalPath:
    """From the segments of the router's report.

    Args:
        origin: by cell of the circuit, the operator it belongs to, see :func:`fpgajet.rtl.route.origins.origins`.
    """
    delays = {"logic": 0.0, "routing": 0.0}
    cells: dict[str, int] = {}
    stages: list[int] = []
    signals: list[int] = []
    nets = [segment["net"] for segment in path if segment["type"] == "routing"]
    for segment in path:
        kind = segment["type"]
        delays[kind] = delays.get(kind, 0.0) + float(segment["delay"])
        if kind == "logic":
            name = _kind(segment["from"]["cell"])
            cells[name] = cells.get(name, 0) + 1
    # The first net leaves a register: it tells the stage, but was computed before it.
    for place, net in enumerate(nets):
        for found in _SIGNAL.finditer(net):
            stage, signal = (int(text) for text in found.groups() if text is not None)
            stages.append(stage)
            if place:
                signals.append(signal)
    operators = [origin[signal] for signal in signals if signal < len(origin) and origin[signal]]
    # A register behind the last net may carry the name of the next stage.
    stage = min(stages, default=-1)
    return CriticalPath(
        stage,
        tuple(dict.fromkeys(operators)),
        delays["logic"],
        delays["routing"],
        sum(delay for kind, delay in delays.items() if kind not in ("logic", "routing")),
        cells,
    )


def _kind(cell: str) -> str:
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, cell)), "look-up table")
