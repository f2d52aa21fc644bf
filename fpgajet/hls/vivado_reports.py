"""Reports of Vivado: report_utilization and report_timing_summary."""

from __future__ import annotations

import re
from pathlib import Path

from fpgajet.errors import BadInput
from fpgajet.hls.tool_report import ToolReport

UTILISATION = {
    "lut": ("CLB LUTs", "Slice LUTs"),
    "ff": ("CLB Registers", "Slice Registers"),
    "dsp": ("DSPs", "DSP Slices"),
    "bram": ("Block RAM Tile",),
}


def read_utilisation(path: Path, text: str) -> ToolReport:
    """Figures of a flat report_utilization."""
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
    level = _level(path, text, placed_is_final=True)
    return ToolReport(path.name, level, figures, _device(text))


def read_timing(path: Path, text: str) -> ToolReport:
    """The shortest period by report_timing_summary."""
    # No pattern crosses lines except at \n, so that the time is linear in the size of the file.
    slack = re.search(r"^[ \t]*WNS\(ns\).*\n[ \t-]*\n[ \t]*(\S+)", text, re.MULTILINE)
    table = re.search(r"^Clock[ \t]+Waveform\(ns\).*\n[ \t-]*\n((?:[ \t]*\S.*\n)*)", text, re.MULTILINE)
    row = re.compile(r"[ \t]*(\S+)[ \t]+\{[^}]*\}[ \t]+([0-9.]+)\s")
    lines = table[1].splitlines(keepends=True) if table else []
    clocks = [found.groups() for line in lines if (found := row.match(line))]
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
    level = _level(path, text, placed_is_final=False)
    return ToolReport(path.name, level, figures, _device(text), period)


def _level(path: Path, text: str, *, placed_is_final: bool) -> str:
    """The level of a design's state. Its resources are final once it is placed, its timing once it is routed."""
    state = _heading(text, "Design State") or _state_of_paths(text)
    last = state.lower().replace(" ", "")
    if last.endswith(("routed", "postroute")) or (placed_is_final and last.endswith(("placed", "postplace"))):
        return "vivado-implementation"
    if last.endswith(("synthesized", "optimized")):  # opt_design, as in hls4ml's vivado_synth.tcl
        return "vivado-synthesis"
    raise BadInput(
        f"{path} is of a design in the state {state or '(none given)'!r}, and has no level therefore: write it after "
        "synth_design, opt_design or route_design."
    )


def _state_of_paths(text: str) -> str:
    """The state that the nets of the timing paths show: Vivado up to 2022 does not state it in the heading."""
    nets = set(re.findall(r"net \(fo=\d+, (\w+)\)", text))
    states = {"unplaced": "Synthesized", "estimated": "Placed", "routed": "Routed"}
    return next((state for net, state in states.items() if net in nets), "")


def _device(text: str) -> str:
    """The part. Vivado leaves the first letters of a 7-series part out."""
    name = _heading(text, "Device")
    return f"xc{name}" if name.startswith("7") else name


def _heading(text: str, name: str) -> str:
    found = re.search(rf"^\| {name}\s*:\s*(\S.*?)\s*$", text, re.MULTILINE)
    return found[1] if found else ""
