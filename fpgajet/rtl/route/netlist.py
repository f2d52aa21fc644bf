"""From Verilog to the cells of a family, by Yosys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpgajet.devices.open_parts import OpenPart
from fpgajet.errors import BudgetMissed, ToolFailed
from fpgajet.files import read_json, write_text
from fpgajet.processes import run
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.tools.installed import require, yosys_command
from fpgajet.rtl.tools.scratch import refuse_full_disk

NETLIST, LOG, CELLS = "netlist.json", "synthesis.log", "cells.json"
#: The same cells for a simulator.
NETLIST_VERILOG = "netlist.v"
#: Of our library the plain branch: the other one names look-up tables and carries of UltraScale.
GENERIC = "FPGAJET_GENERIC"
RESOURCES = {
    "lut": "look-up tables of 4 inputs",
    "ff": "flip-flops",
    "dsp": "multipliers of 18 x 18 bits",
    "bram": "block RAMs",
}


def synthesise(
    sources: Sequence[Path], top: str, part: OpenPart, folder: Path, timeout: float | None
) -> dict[str, int]:
    """Write ``netlist.json``, ``netlist.v``, ``cells.json`` and ``synthesis.log`` to ``folder``.

    Args:
        sources: Verilog files. top: name of the top module.
        timeout: seconds after which Yosys is ended.

    Returns:
        How much of each resource the cells use.

    Raises:
        MissingTool: Yosys is not installed.
        ToolFailed: it ended with an error, or took too long; the log stays.
        BudgetMissed: the part has less than that.
    """
    require("yosys")
    family, script, log = family_of(part), folder / "synthesis.ys", folder / LOG
    files = " ".join(f'"{path.resolve()}"' for path in sources)
    lines = [
        f"read_verilog -D{GENERIC} {files}",
        family.synthesis.format(top=top),
        f"tee -q -o {CELLS} stat -json",
        f"write_json {NETLIST}",
        f"write_verilog -noattr {NETLIST_VERILOG}",
    ]
    write_text(script, "\n".join([*lines, ""]))
    done = run(yosys_command(script.resolve()), cwd=folder, log=log, timeout=timeout)
    if done.status != 0 or not (folder / NETLIST).is_file():
        refuse_full_disk(folder)
        raise ToolFailed(
            f"Yosys could not synthesise the tagger for {part.name}: {done.first_line('ERROR')}. Its log is {log}."
        )
    statistics = read_json(folder / CELLS)["design"]["num_cells_by_type"]
    cells = {kind: value["count"] if isinstance(value, dict) else value for kind, value in statistics.items()}
    used = family.count(cells)
    require_room(used, part)
    return used


def require_room(used: dict[str, int], part: OpenPart) -> None:
    """Raise if a part has less than what is used.

    Raises:
        BudgetMissed: names every resource of which there is too little.
    """
    there = {"lut": part.lut, "ff": part.ff, "dsp": part.dsp, "bram": part.bram18}
    missing = [
        f"{used[name]:,} {RESOURCES[name]} of {there[name]:,}" for name in there if used[name] > there[name]
    ]
    if missing:
        raise BudgetMissed(
            f"the tagger does not fit {part.name}: it needs {', '.join(missing)}. Share hardware with "
            "a higher --ii, move products with --multipliers lut or --max-dsp, or take a larger part."
        )
