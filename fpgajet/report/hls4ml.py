"""The report's hardware figures under the keys of hls4ml's report dictionaries.

``hls4ml.report.parse_vivado_report`` gives {"CSynthesisReport": {...}, "VivadoSynthReport": {...}, ...}; scripts
written for it read these keys. Values are strings, as they are there; BRAM_18K counts halves of 18 Kb.
"""

from __future__ import annotations

from fpgajet.report.model import HardwareRow, Report

#: Level in our report -> section in hls4ml's. Estimates have sections of their own: they are not tool reports.
SECTIONS = {
    "model": "FpgajetModel",
    "model-csynth": "FpgajetCSynthesisModel",
    "hls-csynth": "CSynthesisReport",
    "vivado-synthesis": "VivadoSynthReport",
    "vivado-implementation": "ImplementationReport",
}
#: Sections with clock, latency and interval beside the resources, as in csynth.xml.
WITH_TIMING = ("FpgajetModel", "FpgajetCSynthesisModel", "CSynthesisReport")


def hls4ml_report(report: Report) -> dict[str, dict[str, str]]:
    """One section per level that hls4ml has a name for; quantities that were not measured are left out."""
    sections: dict[str, dict[str, str]] = {}
    for row in report.hardware:
        section = SECTIONS.get(row.level)
        if section is not None and row.name == "total":
            sections[section] = _section(row, section in WITH_TIMING)
    return sections


def _section(row: HardwareRow, timing: bool) -> dict[str, str]:
    values: dict[str, float | None] = {}
    if timing:
        values["TargetClockPeriod"] = 1000.0 / row.clock_mhz if row.clock_mhz else None
        values["EstimatedClockPeriod"] = row.period_ns
        values["BestLatency"] = values["WorstLatency"] = row.latency_cycles
        values["IntervalMin"] = values["IntervalMax"] = row.ii
    values |= {
        "BRAM_18K": None if row.bram is None else 2 * row.bram,
        "DSP": row.dsp,
        "FF": row.ff,
        "LUT": row.lut,
    }
    return {
        key: f"{value:.6g}" if value % 1 else f"{value:.0f}"
        for key, value in values.items()
        if value is not None
    }
