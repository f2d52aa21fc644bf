"""The clock that a design may reach, as an interval, from placed and routed designs of the same kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fpgajet.files import read_json

CALIBRATION_FILE = Path(__file__).with_name("data") / "calibration.json"


@dataclass(frozen=True)
class ClockInterval:
    """Shortest period after place and route, in ns; ``evidence`` says what stands behind it."""

    lower_ns: float
    upper_ns: float
    evidence: str

    @property
    def slowest_mhz(self) -> float:
        """Clock at the long end of the interval."""
        return 1000.0 / self.upper_ns

    @property
    def fastest_mhz(self) -> float:
        """Clock at the short end of the interval."""
        return 1000.0 / self.lower_ns


@cache
def calibration() -> dict[str, Any]:
    """What ``scripts/calibrate_yosys.py --write`` found."""
    content: dict[str, Any] = read_json(CALIBRATION_FILE)
    return content


def clock_interval(lut: int, slowest_stage_ns: float) -> ClockInterval:
    """80 % interval of the achievable period for a design of ``lut`` look-up tables.

    The fit knows pipelines of about two adders a stage; where the delay model sees a slower stage, the
    interval moves up with it. A faster one does not move it down: nets, not logic, then set the clock.
    """
    fit = calibration()["clock"]
    centre = fit["offset_ns"] + fit["ns_per_100k_lut"] * lut / 100_000
    centre *= max(1.0, slowest_stage_ns / fit["stage_ns"])
    evidence = (
        f"period against size of {fit['designs']} placed and routed adder networks on UltraScale+ -2 "
        f"(JEDI-linear, arXiv 2508.15468), leave-one-out rms {fit['rms']:.0%}; designs with many DSP blocks "
        "and other parts are not covered"
    )
    width = fit["half_width"]
    return ClockInterval(round(centre * (1 - width), 3), round(centre * (1 + width), 3), evidence)
