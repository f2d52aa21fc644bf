"""From a network to cycle-exact Verilog: traced by alkaid, pipelined, simulated by Verilator, counted by Yosys.

The tools are optional: nothing here imports them before they are needed; ``available()`` says what is there.
"""

from __future__ import annotations

from fpgajet.rtl.build import RtlResult, Verilog, build, compare
from fpgajet.rtl.design import RtlDesign, emit, trace
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.tools.installed import Tool, available
from fpgajet.rtl.tools.verilator import Simulation, simulate

__all__ = [
    "RtlDesign",
    "RtlOptions",
    "RtlResult",
    "Simulation",
    "Tool",
    "Verilog",
    "available",
    "build",
    "compare",
    "emit",
    "simulate",
    "trace",
]
