"""Reports of Vitis HLS and Vivado as files on their own, of any project: csynth.xml, utilisation, timing.

Nothing of the project itself is needed, and nothing of what a file holds is executed: XML with a document type
(where entities are declared) is refused, and so is a file beyond ``LARGEST`` bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from fpgajet.errors import BadInput
from fpgajet.files import read_settings_text

#: Bytes; a csynth.xml of a design that fills a device has a few million.
LARGEST = 1 << 26
UTILISATION = {
    "lut": ("CLB LUTs", "Slice LUTs"),
    "ff": ("CLB Registers", "Slice Registers"),
    "dsp": ("DSPs", "DSP Slices"),
    "bram": ("Block RAM Tile",),
}
LATENCY = "PerformanceEstimates/SummaryOfOverallLatency"
#: Least and largest value of each figure that a tool can report; clocks, ns, or counts.
RANGES = {"latency_cycles": (0.0, 1e9), "ii": (1.0, 1e9), "period_ns": (1e-3, 1e6), "target_ns": (1e-3, 1e6)}
COUNTS = (0.0, 1e9)


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


def read_report(path: Path) -> ToolReport:
    """Read one report; its content says which kind it is.

    Raises:
        BadInput: no such file, too large, none of the known reports, or a figure is missing in it.
    """
    text = _text(path)
    if text.lstrip().startswith("<"):
        return _checked(path, _csynth(path, text))
    if "Design Timing Summary" in text:
        return _checked(path, _timing(path, text))
    if re.search(r"^\| (?:CLB|Slice) LUTs", text, re.MULTILINE):
        return _checked(path, _utilisation(path, text))
    raise BadInput(
        f"{path} is none of the reports that can be judged: csynth.xml of Vitis HLS, or Vivado's report_utilization "
        "(flat, not -hierarchical) or report_timing_summary."
    )


def _checked(path: Path, report: ToolReport) -> ToolReport:
    """The report, if every figure is a number that a tool can have meant."""
    figures = report.figures | ({} if report.target_ns is None else {"target_ns": report.target_ns})
    for name, value in figures.items():
        low, high = RANGES.get(name, COUNTS)
        if not low <= value <= high:
            raise BadInput(f"{path}: {name} is {value:g}, it has to lie between {low:g} and {high:g}.")
    return report


def _text(path: Path) -> str:
    try:
        return read_settings_text(path, largest=LARGEST, errors="replace")
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}.") from error


def _csynth(path: Path, text: str) -> ToolReport:
    values = _leaves(path, text)

    def number(name: str, *others: str) -> float:
        for key in (name, *others):
            if key in values:
                try:
                    return float(values[key])
                except ValueError:
                    raise BadInput(f"{path}: {key} is {values[key]!r}, which is no number.") from None
        raise BadInput(f"{path} has no {name}: it is not a csynth.xml of Vitis HLS or Vivado HLS.")

    area = "AreaEstimates/Resources"
    figures = {
        "period_ns": number("PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod"),
        "lut": number(f"{area}/LUT"),
        "ff": number(f"{area}/FF"),
        "dsp": number(f"{area}/DSP", f"{area}/DSP48E"),
        "bram": number(f"{area}/BRAM_18K") / 2,
    }
    for name, key in (("latency_cycles", "Worst-caseLatency"), ("ii", "Interval-max")):
        # Vitis HLS writes "undef" or "?" for a loop without a fixed count. Then the user has to say it.
        if re.fullmatch(r"[0-9]+", text_of := values.get(f"{LATENCY}/{key}", "?")):
            figures[name] = float(text_of)
    target = number("UserAssignments/TargetClockPeriod")
    return ToolReport(path.name, "hls-csynth", figures, values.get("UserAssignments/Part", ""), target)


def _leaves(path: Path, text: str) -> dict[str, str]:
    """Text of every element by its path below the root; of several with one path, the first counts."""
    found: dict[str, str] = {}
    names: list[str] = []
    pieces: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        names.append(name)
        pieces.clear()

    def end(_: str) -> None:
        found.setdefault("/".join(names[1:]), "".join(pieces).strip())
        names.pop()
        pieces.clear()

    def refuse(*_: object) -> NoReturn:
        raise BadInput(f"{path} declares a document type, which no report of the tools does; it is not read.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = pieces.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise BadInput(f"{path} is not XML: {error}.") from error
    return found


def _utilisation(path: Path, text: str) -> ToolReport:
    figures = {}
    for name, labels in UTILISATION.items():
        choice = "|".join(map(re.escape, labels))
        row = re.search(rf"^\|\s*(?:{choice})\*?\s*\|\s*([\d.]+)\s*\|", text, re.MULTILINE)
        if row is None:
            raise BadInput(
                f"{path} has no row {' or '.join(labels)}; write it again with report_utilization, without -cells "
                "or other filters."
            )
        figures[name] = float(row[1])
    return ToolReport(path.name, _level(path, text), figures, _heading(text, "Device"))


def _timing(path: Path, text: str) -> ToolReport:
    # No pattern crosses lines except at \n, so that the time is linear in the size of the file.
    slack = re.search(r"^[ \t]*WNS\(ns\).*\n[ \t-]*\n[ \t]*(\S+)", text, re.MULTILINE)
    table = re.search(r"^Clock[ \t]+Waveform\(ns\).*\n[ \t-]*\n((?:[ \t]*\S.*\n)*)", text, re.MULTILINE)
    rows = re.compile(r"[ \t]*(\S+)[ \t]+\{[^}]*\}[ \t]+([0-9.]+)[ \t\n]")
    clocks = (
        [found.groups() for line in table[1].splitlines(keepends=True) if (found := rows.match(line))]
        if table
        else []
    )
    if slack is None or not re.fullmatch(r"-?\d+(\.\d+)?", slack[1]):
        raise BadInput(f"{path} states no worst negative slack (WNS): the design has no constrained path.")
    if len(clocks) != 1:
        names = ", ".join(name for name, _ in clocks) or "none"
        raise BadInput(
            f"{path} has to hold one clock, so that the slack belongs to it; it holds {names}. Write it for the "
            "tagger alone (out of context)."
        )
    period = float(clocks[0][1])
    figures = {"period_ns": round(period - float(slack[1]), 6)}
    return ToolReport(path.name, _level(path, text), figures, _heading(text, "Device"), period)


def _level(path: Path, text: str) -> str:
    state = _heading(text, "Design State")
    for word, level in (("routed", "vivado-implementation"), ("synthesized", "vivado-synthesis")):
        if state.lower().endswith(word):
            return level
    raise BadInput(
        f"{path} does not say whether it is of a synthesised or a routed design (Design State: {state or 'none'}), "
        "so its figures have no level."
    )


def _heading(text: str, name: str) -> str:
    found = re.search(rf"^\| {name}\s*:\s*(\S.*?)\s*$", text, re.MULTILINE)
    return found[1] if found else ""
