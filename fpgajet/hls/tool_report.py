"""What one report of a vendor tool says, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ToolReport:
    """What one report says.

    Attributes:
        source: name of the file.
        level: "hls-csynth", "vivado-synthesis" or "vivado-implementation".
        figures: by name of a hardware row: latency_cycles and ii in clocks, period_ns (shortest clock period), lut,
            ff, dsp, bram (blocks of 36 Kb).
        part: as the tool names it, or "". target_ns: clock period that the design was made for.
    """

    source: str
    level: str
    figures: dict[str, float]
    part: str = ""
    target_ns: float | None = None
