"""Readers of ``fpgajet verdict``, ``import`` and ``prove``; a set of their own, so that inputs of the first stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.files import write_json, write_text
from studies.fuzzing.readers import Reader

#: As `report_utilization` and `report_timing_summary` of Vivado print, shortened.
UTILIZATION = """\
| Tool Version : Vivado v.2023.2 (lin64)
| Device       : xcvu9p-flga2104-2L-e
| Design State : Routed
1. CLB Logic
| Site Type | Used | Fixed | Prohibited | Available | Util% |
| CLB LUTs* | 4100 |     0 |          0 |   1182240 |  0.35 |
| CLB Registers | 3000 | 0 | 0 | 2364480 | 0.13 |
| Block RAM Tile | 0 | 0 | 0 | 2160 | 0.00 |
| URAM | 0 | 0 | 0 | 960 | 0.00 |
| DSPs | 144 | 0 | 0 | 6840 | 2.11 |
"""
TIMING = """\
| Device       : xcvu9p-flga2104
| Design State : Routed
| Design Timing Summary
    WNS(ns)      TNS(ns)  TNS Failing Endpoints
    -------      -------  ---------------------
      0.102        0.000                      0
Clock   Waveform(ns)       Period(ns)      Frequency(MHz)
-----   ------------       ----------      --------------
ap_clk  {0.000 1.389}      2.778           360.000
"""
CSYNTH = """\
<profile><UserAssignments><TargetClockPeriod>2.78</TargetClockPeriod><Part>xcvu9p-flga2104-2L-e</Part>
<TopModelName>myproject</TopModelName></UserAssignments>
<PerformanceEstimates><SummaryOfTimingAnalysis><EstimatedClockPeriod>2.1</EstimatedClockPeriod>
</SummaryOfTimingAnalysis><SummaryOfOverallLatency><Best-caseLatency>15</Best-caseLatency>
<Worst-caseLatency>15</Worst-caseLatency><Interval-min>1</Interval-min><Interval-max>1</Interval-max>
</SummaryOfOverallLatency></PerformanceEstimates>
<AreaEstimates><Resources><BRAM_18K>0</BRAM_18K><DSP>144</DSP><FF>3000</FF><LUT>11000</LUT><URAM>0</URAM></Resources>
</AreaEstimates></profile>
"""
HEADER = """\
// nobj: 8
const float invnave = 0.1; const float invnave2 = 0.01; /* means */
const float batch1_2to2[3] = {0.1, 1.0, 0.0};
const float w1_2to2[2][6] = {{1,2,3,4,5,6},{1,2,3,4,5,6}};
const float b1_2to2[2] = {0,0}; const float b1_diag_2to2[2] = {0,0};
const float batch2_2to0[2][3] = {{0,1,0},{0,1,0}};
const float w2_2to0[2][2] = {{1,1},{1,1}}; const float b2_2to0[1] = {0};
"""
DESIGN = {
    "sources": ["fpgajet_top.v"], "latency_cycles": 3, "ii": 1, "clock_mhz": 360, "part": "xcvu9p", "registers": 9,
    "dsp": 1, "slowest_stage_ns": 2.5, "jet": [[True, 15, 4]], "score": [[True, 16, -3]], "vhdl": [],
}  # fmt: skip


def _text(text: str) -> Callable[[Path], None]:
    return lambda path: write_text(path, text)


def _verdict(path: Path) -> object:
    from fpgajet.hls.tool_reports import read_report

    return read_report(path)


def _arrays(path: Path) -> None:
    shapes = {
        "w1": (2, 6),
        "w2": (1, 4),
        "b1": (2,),
        "b1_diag": (2,),
        "b2": (1,),
        "pmu": (3, 6, 4),
        "logit": (3, 1),
    }
    arrays: dict[str, Any] = {name: np.ones(shape) for name, shape in shapes.items()}
    arrays |= {f"bn{k}_{name}": np.ones(k) for k in (1, 2) for name in ("mean", "var", "gamma", "beta")}
    np.savez(path, **arrays)


def _read_arrays(path: Path) -> object:
    from quant.importing.arrays import read_arrays

    return read_arrays(path, nbar=None, beams=None).checked(str(path))


def _read_header(path: Path) -> object:
    from quant.importing.weights_header import read_header

    return read_header(path, nbar=None, beams=None).checked(str(path))


def _design(path: Path) -> None:
    write_json(path, DESIGN)


def _read_design(path: Path) -> object:
    from fpgajet.rtl import RtlDesign

    return RtlDesign.read(path.parent)


LATER_READERS = (
    Reader("csynth.xml", _text(CSYNTH), _verdict),
    Reader("utilization.rpt", _text(UTILIZATION), _verdict),
    Reader("timing.rpt", _text(TIMING), _verdict),
    Reader("weights.h", _text(HEADER), _read_header),
    Reader("weights.npz", _arrays, _read_arrays),
    Reader("design.json", _design, _read_design, "json"),
)
