"""From a network to cycle-exact Verilog: traced by alkaid, pipelined, simulated by Verilator, counted by Yosys.

The tools are optional and imported only where they are needed; ``available()`` lists which are installed.

The packages, lowest first; a module imports only from its own package and from those before it:

1. ``ir``: cells, netlists, their values, delays and areas.
2. ``trace``: from a network to a netlist (needs alkaid).
3. ``passes``: rewritings of the netlist.
4. ``share``: hardware used several times by one jet.
5. ``schedule``: stages and registers.
6. ``write``: Verilog and VHDL, and the design on disk.
7. ``tools``: Verilator, GHDL and Yosys.
8. ``readback``: the written Verilog as exact integers, for the proof.
9. ``route``: placed and routed by open tools, for families that these know.
10. The files here, in this order: ``options``, ``clock``, ``signal_map``, ``design``, ``hardware``, ``build``,
   ``cuts``, ``by_operator``, ``proof``, ``mutants``.
"""

from __future__ import annotations

from fpgajet.rtl.build import RtlResult, VerilogImplementation, build, compare
from fpgajet.rtl.design import emit, trace_network
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.tools.installed import Tool, available
from fpgajet.rtl.tools.simulation import Simulation
from fpgajet.rtl.tools.verilator import VerilogSimulation
from fpgajet.rtl.write.design import RtlDesign

__all__ = [
    "RtlDesign",
    "RtlOptions",
    "RtlResult",
    "Simulation",
    "Tool",
    "VerilogImplementation",
    "VerilogSimulation",
    "available",
    "build",
    "compare",
    "emit",
    "trace_network",
]
