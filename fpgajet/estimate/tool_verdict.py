"""A verdict on reports of vendor tools: of any project, one report for each kind of figure, or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fpgajet.devices import Budget, Part, chosen_clock, parts
from fpgajet.devices import part as part_named
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.devices.verdict_row import VerdictRow
from fpgajet.errors import BadInput
from fpgajet.estimate.verdict import Verdict, verdict
from fpgajet.hls.tool_report import ToolReport
from fpgajet.hls.tool_reports import read_report

#: The most trustworthy last: its figures replace those of the others.
LEVELS = ("hls-csynth", "vivado-synthesis", "vivado-implementation")
RESOURCES = ("lut", "ff", "dsp", "bram")
#: What a user has to hand in for a figure that no report holds.
WAY_OUT = {
    "latency_cycles": "csynth.xml or NAME_csynth.rpt of Vitis HLS, or --latency-cycles",
    "ii": "csynth.xml or NAME_csynth.rpt of Vitis HLS, or --ii",
    **dict.fromkeys(RESOURCES, "csynth.xml, NAME_csynth.rpt or report_utilization of Vivado"),
}
MOST_CLOCKS = 1e9
#: csynth.xml states periods to 0.01 ns: 360 MHz as 2.78.
ROUNDING_NS = 0.005


def row_of_reports(
    paths: Sequence[Path],
    budget: Budget,
    *,
    part: str | None = None,
    clock_mhz: float | None = None,
    latency_cycles: float | None = None,
    ii: float | None = None,
) -> tuple[HardwareRow, Part]:
    """One hardware row from reports of one design, and the part it is for.

    Of a figure that several reports hold, the one of the highest level counts. ``evidence`` says for each figure
    which report it comes from, and of which level that is.

    Args:
        paths: csynth.xml or NAME_csynth.rpt, report_utilization, report_timing_summary; at most one of a kind and
            level.
        part: default: the one that the reports name, else the budget's.
        clock_mhz: the design's clock; default: the period that the reports name, else the budget's.
        latency_cycles, ii: in clocks, where no report holds them or they are wrong.

    Raises:
        BadInput: an unusable report, reports that contradict each other, or a figure that is missing.
    """
    reports = sorted((read_report(path) for path in paths), key=lambda report: LEVELS.index(report.level))
    figures: dict[str, float] = {}
    evidence: dict[str, str] = {}
    seen: dict[tuple[str, str], str] = {}
    for report in reports:
        for name, value in report.figures.items():
            if (other := seen.setdefault((name, report.level), report.source)) != report.source:
                raise BadInput(f"{other} and {report.source} both state {name} of {report.level}: give one.")
            figures[name], evidence[name] = value, f"{report.level}, {report.source}"
    for name, given in (("latency_cycles", latency_cycles), ("ii", ii)):
        if given is not None:
            if not 1 <= given <= MOST_CLOCKS:
                raise BadInput(f"{name} is {given:g}, it has to be at least 1 clock (and at most 1e9).")
            figures[name], evidence[name] = given, "given by the user"
    for name, way_out in WAY_OUT.items():
        if name not in figures:
            raise BadInput(f"no report holds {name}, and the verdict needs it. Give {way_out} as well.")
    device = _part(reports, budget, part)
    clock = chosen_clock(clock_mhz, budget.clock_mhz) if clock_mhz is not None else _clock(reports, budget)
    values = {
        "level": evidence["lut"].partition(",")[0],
        "part": device.full_name,
        "clock_mhz": clock,
        "latency_ns": figures["latency_cycles"] * 1000 / clock,
        "evidence": evidence,
    }
    row = HardwareRow.model_validate(values | figures)
    return row, device


def _part(reports: Sequence[ToolReport], budget: Budget, given: str | None) -> Part:
    if given is not None:
        return part_named(given)
    named: dict[str, Part] = {}
    for report in reports:
        if report.part:
            found = _named(report)
            # Of two names of one die, the one with package and speed grade.
            if found.name not in named or found.full_name.lower() == report.part.lower():
                named[found.name] = found
    if len(named) > 1:
        raise BadInput(f"the reports are of different parts: {', '.join(named)}.")
    return next(iter(named.values()), None) or part_named(budget.part)


def _named(report: ToolReport) -> Part:
    """The part of a report. Vivado leaves the speed grade out of some names, and a hyphen out of others."""
    try:
        return part_named(report.part)
    except BadInput as error:
        dies = [row.name for row in parts() if report.part.lower().startswith(row.name)]
        if not dies:
            raise BadInput(f"{report.source}: {error} Or give the part with --part.") from error
        return part_named(max(dies, key=len))


def _clock(reports: Sequence[ToolReport], budget: Budget) -> float:
    targets = {report.target_ns for report in reports if report.target_ns}
    if not targets or all(abs(target - budget.clock_ns) <= ROUNDING_NS for target in targets):
        return budget.clock_mhz
    if max(targets) - min(targets) > ROUNDING_NS:
        periods = ", ".join(f"{target:g} ns" for target in sorted(targets))
        raise BadInput(
            f"the reports are of different clocks ({periods}); give the right one with --clock-mhz."
        )
    return chosen_clock(1000 / min(targets), budget.clock_mhz)


def judge_reports(row: HardwareRow, budget: Budget, part: Part, multiplicity: int) -> Verdict:
    """The verdict on such a row. Every explanation ends with the level and report of its figure.

    Args:
        multiplicity: constituents per jet that arrive over the links.
    """
    judged = verdict(row, budget, part, multiplicity)
    return replace(judged, rows=tuple(_explained(one, row) for one in judged.rows))


def _explained(judged: VerdictRow, row: HardwareRow) -> VerdictRow:
    assert isinstance(row.evidence, dict)
    names = {"latency": "latency_cycles", "initiation interval": "ii", "clock period": "period_ns"}
    name = names.get(judged.name) or judged.name.partition(" ")[0].lower()
    if name not in row.evidence:  # the links are the budget's own
        return judged
    text = judged.explanation
    if name == "period_ns":
        text = f"shortest period that the tool reports, against {row.clock_mhz:.6g} MHz"
    return replace(judged, explanation=f"{text} [{row.evidence[name]}]")
