"""hls4ml's back ends that fpgajet supports, each declared once, and the compiler of the C simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Compiles the C simulation.
COMPILER = "g++"


@dataclass(frozen=True)
class BackEnd:
    """One back end.

    Attributes:
        hls4ml: its name in hls4ml.
        commands: programs that can run a project's ``build_prj.tcl``, best first, with their arguments.
    """

    hls4ml: str
    commands: Mapping[str, tuple[str, ...]]


#: By the name that users give.
BACKENDS = {
    "vitis": BackEnd(
        "Vitis",
        {
            "vitis-run": ("--mode", "hls", "--tcl", "build_prj.tcl"),
            "vitis_hls": ("-f", "build_prj.tcl"),
        },
    ),
    "vivado": BackEnd("Vivado", {"vivado_hls": ("-f", "build_prj.tcl")}),
}
