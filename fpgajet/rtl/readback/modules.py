"""Modules and cells as Yosys reads them from Verilog, nothing optimised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from fpgajet.errors import ToolFailed
from fpgajet.files import read_json, write_text
from fpgajet.processes import run
from fpgajet.rtl.tools.installed import require, yosys_command
from fpgajet.rtl.tools.scratch import refuse_full_disk, temporary_folder

#: A number of a wire's bit inside a module, or a constant "0", "1", "x", "z".
Bit = int | str

_SCRIPT = """\
read_verilog {options} {sources}
{models}
hierarchy -check -top {top}
proc -noopt
write_json "{result}"
"""


class Driver(NamedTuple):
    """Which cell drives a bit, at which port and place."""

    cell: str
    port: str
    place: int


@dataclass(frozen=True)
class Cell:
    """An operation or an instance of a module."""

    kind: str
    parameters: dict[str, int]
    ports: dict[str, tuple[Bit, ...]]


@dataclass(frozen=True)
class Module:
    """One module, its parameters filled in.

    Attributes:
        origin: name in the file, without parameters.
        inputs, outputs: bits of the ports.
        nets: bits of every named signal.
        drivers: by bit, what drives it.
    """

    name: str
    origin: str
    parameters: dict[str, int]
    inputs: dict[str, tuple[Bit, ...]]
    outputs: dict[str, tuple[Bit, ...]]
    cells: dict[str, Cell]
    nets: dict[str, tuple[Bit, ...]]
    drivers: dict[Bit, Driver] = field(default_factory=dict)


def read_modules(
    directory: Path, sources: Sequence[str], top: str, *, synthesis: bool = False, models: str = ""
) -> dict[str, Module]:
    """Let Yosys read Verilog files.

    Args:
        directory: of the files.
        sources: their names.
        top: the top module.
        synthesis: the branch of the library that synthesis sees, with primitives; else the plain one.
        models: commands that read models of primitives.

    Raises:
        MissingTool: Yosys is not installed.
        ToolFailed: it does not accept the files.
    """
    require("yosys")
    folder = directory.resolve()
    with temporary_folder("fpgajet-readback-") as work:
        script, result = work / "script.ys", work / "modules.json"
        files = " ".join(f'"{folder / name}"' for name in sources)
        options = "" if synthesis else "-nosynthesis"
        text = _SCRIPT.format(options=options, sources=files, models=models, top=top, result=result)
        write_text(script, text)
        done = run(yosys_command(script), cwd=folder, env={"TMPDIR": str(work)})
        if done.status != 0 or not result.is_file():
            refuse_full_disk(work)
            raise ToolFailed(f"Yosys does not accept the Verilog in {directory}: {done.first_line('ERROR')}.")
        content = read_json(result)
    return {name: _module(name, found) for name, found in content["modules"].items()}


def _module(name: str, found: dict[str, Any]) -> Module:
    ports: dict[str, dict[str, tuple[Bit, ...]]] = {"input": {}, "output": {}, "inout": {}}
    for port, entry in found["ports"].items():
        ports[entry["direction"]][port] = tuple(entry["bits"])
    if ports["inout"]:
        raise ToolFailed(f"the module {name} has a port that is input and output.")
    cells, drivers = {}, {}
    for label, entry in found["cells"].items():
        directions = entry["port_directions"]
        connections = {port: tuple(bits) for port, bits in entry["connections"].items()}
        cells[label] = Cell(entry["type"], _numbers(entry["parameters"]), connections)
        for port, bits in connections.items():
            if directions[port] == "output":
                for place, bit in enumerate(bits):
                    if bit in drivers:
                        raise ToolFailed(f"two cells of the module {name} drive one bit: {label}.{port}.")
                    drivers[bit] = Driver(label, port, place)
    origin = found["attributes"].get("hdlname", name)
    given = _numbers(found.get("parameter_default_values", {}))
    nets = {label: tuple(entry["bits"]) for label, entry in found["netnames"].items()}
    return Module(name, origin, given, ports["input"], ports["output"], cells, nets, drivers)


def _numbers(parameters: dict[str, Any]) -> dict[str, int]:
    """Parameters are strings of bits; those that are text do not occur in what is read here."""
    return {
        key: int(value, 2) for key, value in parameters.items() if set(str(value)) <= {"0", "1"} and value
    }
