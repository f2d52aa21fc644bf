"""Reports of Vitis HLS and Vivado as files on their own, of any project: csynth, utilisation, timing.

Nothing of the project itself is needed, and nothing of what a file holds is executed: XML with a document type
(where entities are declared) is refused, and so is a file beyond ``LARGEST`` bytes.
"""

from __future__ import annotations

import re
from pathlib import Path

from fpgajet.errors import BadInput
from fpgajet.files import read_settings_text
from fpgajet.hls.csynth_reports import SUMMARY_TITLE, TEXT_TITLE, read_text, read_xml
from fpgajet.hls.tool_report import ToolReport
from fpgajet.hls.vivado_reports import read_timing, read_utilisation

#: Bytes; a csynth.xml of a design that fills a device has a few million.
LARGEST = 1 << 26
#: Least and largest value of each figure that a tool can report; clocks, ns, or counts.
RANGES = {"latency_cycles": (0.0, 1e9), "ii": (1.0, 1e9), "period_ns": (1e-3, 1e6), "target_ns": (1e-3, 1e6)}
COUNTS = (0.0, 1e9)


def read_report(path: Path) -> ToolReport:
    """Read one report; its content says which kind it is.

    Raises:
        BadInput: no such file, too large, none of the known reports, or a figure is missing in it.
    """
    text = _text(path)
    if text.lstrip().startswith("<"):
        return _checked(path, read_xml(path, text))
    if TEXT_TITLE.search(text):
        return _checked(path, read_text(path, text))
    if summary := SUMMARY_TITLE.search(text):
        raise BadInput(
            f"{path} is the summary of a whole project. Give the report of its top function, {summary[1]}_csynth.rpt "
            "or csynth.xml, which lies beside it."
        )
    if "Design Timing Summary" in text:
        return _checked(path, read_timing(path, text))
    if re.search(r"^\| (?:CLB|Slice) LUTs", text, re.MULTILINE):
        return _checked(path, read_utilisation(path, text))
    raise BadInput(
        f"{path} is none of the reports that can be judged: csynth.xml or NAME_csynth.rpt of Vitis HLS, or Vivado's "
        "report_utilization (flat, not -hierarchical) or report_timing_summary."
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
