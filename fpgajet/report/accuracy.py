"""How far the estimates were off, once a tool has run."""

from __future__ import annotations

from fpgajet.report.model import HardwareRow, Report

#: Level of a tool's report -> level of the estimate that predicted it. The RTL is another design: not predicted.
PREDICTED_BY = {
    "hls-csynth": "model-csynth",
    "vivado-synthesis": "model",
    "vivado-implementation": "model",
}


def estimate_errors(report: Report, row: HardwareRow) -> dict[str, float]:
    """Estimate / measured - 1 by quantity, for a row that a tool measured; empty for estimates.

    Quantities that were not measured, are zero, or were estimated for another clock or part, are left out.
    """
    wanted = PREDICTED_BY.get(row.level)
    estimate = next((r for r in report.hardware if r.level == wanted), None)
    if estimate is None:
        return {}
    if row.clock_mhz and estimate.clock_mhz and abs(row.clock_mhz / estimate.clock_mhz - 1) > 0.01:
        return {}
    errors = {}
    for name in ("latency_cycles", "ii", "lut", "ff", "dsp", "bram"):
        measured, predicted = getattr(row, name), getattr(estimate, name)
        if measured and predicted is not None:
            errors[name] = predicted / measured - 1
    return errors
