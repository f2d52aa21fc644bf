"""Reports of Vitis HLS and Vivado HLS: csynth.xml, and the text NAME_csynth.rpt of the top function beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from fpgajet.errors import BadInput
from fpgajet.hls.tool_report import ToolReport

LEVEL = "hls-csynth"
LATENCY = "PerformanceEstimates/SummaryOfOverallLatency"
#: First words of the text reports of the top function, from Vivado HLS 2019 on.
TEXT_TITLE = re.compile(r"^== (?:Vitis|Vivado) HLS Report for '([^']*)'", re.MULTILINE)
#: The text report of the whole project has no figures by name of a hardware row.
SUMMARY_TITLE = re.compile(r"^== Synthesis Summary Report of '([^']*)'", re.MULTILINE)
#: Columns of the table of resources in the text report, by tool version.
COLUMNS = {"lut": ("LUT",), "ff": ("FF",), "dsp": ("DSP", "DSP48E"), "bram": ("BRAM_18K",)}


def read_xml(path: Path, text: str) -> ToolReport:
    """Figures of ``csynth.xml`` or ``NAME_csynth.xml``."""
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
    return ToolReport(path.name, LEVEL, figures, values.get("UserAssignments/Part", ""), target)


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


def read_text(path: Path, text: str) -> ToolReport:
    """Figures of ``NAME_csynth.rpt``, of its summaries of timing, latency and resources."""
    device = re.search(r"^\* Target device:\s*(\S+)", text, re.MULTILINE)
    timing = re.search(
        r"^[ \t]*\|[ \t]*(?!Clock)\w+[ \t]*\|[ \t]*([0-9.]+) ns[ \t]*\|[ \t]*([0-9.]+) ns[ \t]*\|",
        text,
        re.MULTILINE,
    )
    if device is None or timing is None:
        raise BadInput(f"{path} has no target device or no clock in its summary: it is truncated.")
    figures = {"period_ns": float(timing[2]), **_resources(path, text)}
    # Latency (cycles) min, max, latency (absolute) min, max, interval min, max.
    row = re.search(r"\+ Latency:.{0,4000}?\|[ \t]*Type[ \t]*\|\n[^\n]*\n[ \t]*\|([^\n]*)", text, re.DOTALL)
    cells = [cell.strip() for cell in row[1].split("|")] if row else []
    if len(cells) > 5:
        for name, cell in (("latency_cycles", cells[1]), ("ii", cells[5])):
            if re.fullmatch(r"[0-9]+", cell):
                figures[name] = float(cell)
    return ToolReport(path.name, LEVEL, figures, device[1], float(timing[1]))


def _resources(path: Path, text: str) -> dict[str, float]:
    table = re.search(
        r"== Utilization Estimates.{0,4000}?\n(\|[ \t]*Name[ \t]*\|[^\n]*)\n.{0,8000}?\n(\|Total[ \t]*\|[^\n]*)",
        text,
        re.DOTALL,
    )
    if table is None:
        raise BadInput(f"{path} has no table of resources (Utilization Estimates): it is truncated.")
    header, total = ([cell.strip() for cell in line.split("|")] for line in table.groups())
    found = dict(zip(header, total, strict=False))
    figures = {}
    for name, columns in COLUMNS.items():
        cell = next((found[column] for column in columns if column in found), "")
        if not re.fullmatch(r"[0-9]+", cell):
            raise BadInput(f"{path}: the total of {columns[0]} is {cell!r}, which is no number.")
        figures[name] = float(cell) / (2 if name == "bram" else 1)
    return figures
