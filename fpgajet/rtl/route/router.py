"""One run of nextpnr, and the bitstream."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.devices.open_parts import OpenPart
from fpgajet.errors import BudgetMissed, ToolFailed
from fpgajet.files import read_json
from fpgajet.processes import run
from fpgajet.rtl.route.families import bitstream_command, family_of, log_name, router_arguments
from fpgajet.rtl.tools.scratch import refuse_full_disk

REPORT, ROUTED = "report.json", "routed"
#: What nextpnr says when a design does not fit, in its words.
_FULL = r"ERROR: .*([Uu]nable to (find|place)|no (more|BELs)|[Ff]ailed to (place|expand|find)|not enough)"


@dataclass(frozen=True)
class Run:
    """What one run of the router found.

    Attributes:
        seed: of the placement.
        fmax_mhz: highest clock by the router's report.
        used: cells by resource.
        path: critical path, as in the router's report.
    """

    seed: int
    fmax_mhz: float
    used: dict[str, int]
    path: list[dict[str, Any]]


def route(
    folder: Path,
    part: OpenPart,
    seed: int,
    clock_mhz: float,
    timeout: float | None,
    constraints: str = "",
    *,
    quick: bool = False,
) -> Run:
    """Place and route ``netlist.json`` in ``folder``; writes ``routed``, ``report.json`` and ``seed-N.log``.

    Args:
        clock_mhz: what the router works towards; that it misses it is no error.
        timeout: seconds after which the router is ended.
        constraints: name of the file with pins in the folder.
        quick: see :func:`fpgajet.rtl.route.families.router_arguments`.

    Raises:
        MissingTool: the router is not installed.
        BudgetMissed: the design does not fit.
        ToolFailed: the router ended with another error, or took too long; its log stays.
    """
    family, log = family_of(part), log_name(folder, seed)
    family.require()
    (folder / REPORT).unlink(missing_ok=True)
    command = [*family.command(), *router_arguments(part, seed, clock_mhz, constraints, quick=quick)]
    try:
        done = run(command, cwd=folder, log=log, timeout=timeout)
    except ToolFailed as error:
        raise ToolFailed(
            f"{family.program} did not end within {timeout:g} seconds and was stopped. Give it more with "
            f"--timeout, or a smaller design. Its log is {log}."
        ) from error
    if done.status != 0 or not (folder / REPORT).is_file():
        refuse_full_disk(folder)
        said = done.first_line("ERROR|Error|Traceback")
        if re.search(_FULL, said):
            raise BudgetMissed(f"the tagger does not fit {part.name}: {said}. The router's log is {log}.")
        raise ToolFailed(f"{family.program} failed: {said}. Its log is {log}.")
    return read_run(read_json(folder / REPORT), part, seed, log)


def read_run(report: Any, part: OpenPart, seed: int, log: Path) -> Run:
    """A run from the router's report.

    Raises:
        ToolFailed: it holds no clock.
    """
    try:
        clocks = {name: float(entry["achieved"]) for name, entry in report["fmax"].items()}
        name = min(clocks, key=lambda clock: clocks[clock])
        inside = [p for p in report["critical_paths"] if _clock(p["from"]) == _clock(p["to"]) == name]
        cells = {kind: int(entry["used"]) for kind, entry in report["utilization"].items()}
        path = list(inside[0]["path"]) if inside else []
    except (KeyError, TypeError, ValueError) as error:
        raise ToolFailed(f"the router's report for {part.name} has no clock. Its log is {log}.") from error
    used = {
        resource: sum(cells.get(kind, 0) for kind in kinds)
        for resource, kinds in family_of(part).used.items()
    }
    return Run(seed, clocks[name], used, path)


def _clock(end: str) -> str:
    """Name of the clock at an end of a path: ``posedge NAME``."""
    return end.partition(" ")[2]


def pack(folder: Path, part: OpenPart, target: Path) -> None:
    """Pack what the router wrote last in ``folder`` into a bitstream.

    Raises:
        MissingTool: the packer is not installed.
        ToolFailed: it ended with an error; its log stays.
    """
    log, made = folder / "bitstream.log", folder / family_of(part).bitstream
    done = run(bitstream_command(part, made.name), cwd=folder, log=log)
    if done.status != 0 or not made.is_file():
        refuse_full_disk(folder)
        raise ToolFailed(f"no bitstream for {part.name}: {done.first_line('[Ee]rror')}. The log is {log}.")
    if made != target:
        made.replace(target)
