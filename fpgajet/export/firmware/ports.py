"""The target ``ports``: a parallel top whose ports carry the names of what goes into them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import fpgajet
from fpgajet.export.firmware.core import Core
from fpgajet.export.firmware.interface import Interface
from fpgajet.export.templates import render
from fpgajet.files import write_json, write_text
from fpgajet.quoting import comment
from fpgajet.rtl.write.design import RtlDesign

PROTOCOL = (
    "A jet is taken at every rising edge at which `valid_in` is 1; `valid_out` marks its score. Jets come at least\n"
    "the initiation interval apart. There is no backpressure. Between jets the inputs may have any value."
)


def write_ports(core: Core, interface: Interface, title: str) -> None:
    """Top modules in Verilog and VHDL, and the interface sheet.

    Without VHDL of the core, the VHDL top declares the Verilog module as a component.

    Raises:
        CannotWrite: the folder cannot be written.
    """
    values = _values(core, interface, title)
    write_text(core.folder / "verilog" / f"{core.name}.v", render("firmware", "ports.v", **values))
    write_text(core.folder / "vhdl" / f"{core.name}.vhd", render("firmware", "ports.vhd", **values))
    sheet = {
        "top": core.name,
        "files": [f"`verilog/{core.name}.v`", f"`vhdl/{core.name}.vhd`"],
        "clock": "clk",
        "clock_mhz": core.design.clock_mhz,
        "reset": "`rst`, high, synchronous; it clears the valid bits only",
        "interval": f"{core.design.ii} clock(s)",
        "latency": f"{core.design.latency_cycles} clocks from a jet before a rising edge to its score after an edge",
        "protocol": PROTOCOL,
    }
    write_sheet(core.folder, interface, values | sheet)


def write_sheet(folder: Path, interface: Interface, values: dict[str, object]) -> None:
    """``interface.md`` for people and ``interface.json`` for programs."""
    write_text(folder / "interface.md", render("firmware", "interface.md", **values))
    facts = {k: values[k] for k in ("name", "top", "clock_mhz", "ii", "latency_cycles")}
    write_json(folder / "interface.json", {"schema_version": 1, **facts, **interface.document()})


def simulated_ports(core: Core, interface: Interface, work: Path) -> RtlDesign:
    """The Verilog of the export behind the buses that fpgajet simulates; its shim goes to ``work``."""
    shim = work / "fpgajet_top.v"
    write_text(shim, render("firmware", "ports_shim.v", **_values(core, interface, "")))
    sources = [shim, core.folder / "verilog" / f"{core.name}.v", *(core.folder / f for f in core.verilog)]
    return replace(core.design, sources=tuple(str(path.resolve()) for path in sources))


def _values(core: Core, interface: Interface, title: str) -> dict[str, object]:
    return {
        "name": core.name,
        "title": comment(title),
        "version": fpgajet.__version__,
        "ii": core.design.ii,
        "latency": core.design.latency_cycles,
        "latency_cycles": core.design.latency_cycles,
        "inputs": interface.inputs,
        "outputs": interface.outputs,
        "bits_in": core.bits_in,
        "bits_out": core.bits_out,
        "vhdl": bool(core.vhdl),
    }
