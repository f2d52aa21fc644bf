"""A tagger placed and routed with several seeds, and the row that a report shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.devices.open_parts import OpenPart
from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_errors, write_json, write_text
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.route.harness import PINS, TOP, added_registers, shifted
from fpgajet.rtl.route.netlist import NETLIST, require_room, synthesise
from fpgajet.rtl.route.paths import CriticalPath, critical_path
from fpgajet.rtl.route.pins import constraint_file
from fpgajet.rtl.route.router import Run, route
from fpgajet.rtl.tools.installed import yosys_name
from fpgajet.rtl.write.design import RtlDesign

LEVEL = "routed"
#: In the folder of a target: every run, so that none is done twice; and the row, which the caller keeps.
RUNS_FILE, ROW_FILE = "runs.json", "routed.json"
#: Raised when the meaning of a run changes.
_FORMAT = 1


@dataclass(frozen=True)
class Routed:
    """What placing and routing found.

    Attributes:
        part: where. runs: one for each seed.
        path: critical path of the slowest run.
        row: for the ``hardware`` list of a report.
    """

    part: OpenPart
    runs: tuple[Run, ...]
    path: CriticalPath
    row: HardwareRow


def place_and_route(
    design: RtlDesign,
    part: OpenPart,
    clock_mhz: float,
    origin: Sequence[str],
    *,
    seeds: int = 3,
    timeout: float | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Routed:
    """Place and route a design with the seeds 1 ... ``seeds``; what is known of the same files is not done again.

    Args:
        design: its folder gets the netlist, the logs, ``runs.json``.
        clock_mhz: what the router works towards.
        origin: by cell of the circuit, its operator.
        timeout: seconds that a single run of a tool may take.
        say: told about progress, a line at a time.

    Raises:
        MissingTool, ToolFailed, BudgetMissed, CannotWrite: see :func:`~fpgajet.rtl.route.netlist.synthesise` and
            :func:`~fpgajet.rtl.route.router.route`.
    """
    family, folder = family_of(part), design.directory
    family.require()
    require_room(
        {"lut": 0, "ff": design.registers, "dsp": design.dsp, "bram": 0}, part
    )  # before minutes of synthesis
    write_text(folder / f"{TOP}.v", shifted(design))
    sources = [folder / f"{TOP}.v", *(folder / name for name in design.sources)]
    constraints = ""
    if part.pins:
        constraints, text = constraint_file(
            part, dict(zip(PINS, part.pins, strict=False)), PINS[0], clock_mhz
        )
        write_text(folder / constraints, text)
    key = _key(sources, part, clock_mhz)
    known = _known(folder / RUNS_FILE, key)
    runs: list[Run] = []
    for seed in range(1, seeds + 1):
        found = known.get(seed)
        if found is None:
            if not (folder / NETLIST).is_file() or not _is_of(folder, key):
                with write_errors(folder):
                    (folder / "netlist.key").unlink(missing_ok=True)
                say(f"synthesis for {part.name} with {yosys_name()}")
                synthesise(sources, TOP, part, folder, timeout)
                write_text(folder / "netlist.key", key)
            found = route(folder, part, seed, clock_mhz, timeout, constraints)
        runs.append(found)
        known[seed] = found
        write_json(folder / RUNS_FILE, {"key": key, "runs": [asdict(known[n]) for n in sorted(known)]})
        say(f"{part.name}, seed {seed}: {found.fmax_mhz:.1f} MHz, {found.used['lut']:,} look-up tables")
    path = critical_path(min(runs, key=lambda run: run.fmax_mhz).path, origin)
    row = routed_row(design, part, clock_mhz, runs, path)
    return Routed(part, tuple(runs), path, row)


def routed_row(
    design: RtlDesign, part: OpenPart, clock_mhz: float, runs: Sequence[Run], path: CriticalPath
) -> HardwareRow:
    """The row of a report: cells and clock as the router reports them, the median and the ends of all seeds."""
    family = family_of(part)
    tools = f"{yosys_name()} and {family.version()}"
    periods = sorted(1000.0 / run.fmax_mhz for run in runs)
    period = periods[len(periods) // 2]
    seeds = f"{len(runs)} seed{'s' * (len(runs) > 1)}"
    used = {name: sorted(run.used[name] for run in runs)[len(runs) // 2] for name in family.used}
    cells = f"router's report, {tools}, with the shift registers around the tagger"
    row: dict[str, Any] = {
        "level": LEVEL,
        "part": part.name,
        "clock_mhz": clock_mhz,
        "latency_cycles": design.latency_cycles,
        "latency_ns": round(design.latency_cycles * period, 2),
        "ii": design.ii,
        "lut": used["lut"],
        "ff": used["ff"],
        "dsp": used["dsp"],
        "bram": used["bram"],
        "period_ns": round(period, 3),
        "intervals": {
            "period_ns": [round(periods[0], 3), round(periods[-1], 3)],
            "latency_ns": [round(design.latency_cycles * end, 2) for end in (periods[0], periods[-1])],
        },
        "evidence": {
            "latency_cycles": "cycle-exact Verilog",
            "latency_ns": f"the cycles at period_ns; in brackets the fastest and slowest of {seeds}",
            "ii": "by construction",
            "lut": f"look-up tables of 4 inputs, a bit of a carry chain counts as one: {cells}",
            "ff": f"{cells}, which have {added_registers(design):,}",
            "dsp": f"multipliers of 18 x 18 bits: {cells}",
            "bram": f"block RAMs of 18 Kb: {cells}",
            "period_ns": f"router's report, median of {seeds}, in brackets the fastest and the slowest; registers were "
            f"placed for {clock_mhz:g} MHz. Critical path of the slowest: {path.sentence()}",
        },
    }
    return HardwareRow.model_validate(row)


def _key(sources: Sequence[Path], part: OpenPart, clock_mhz: float) -> str:
    """Changes with everything that the outcome depends on, the seed left out."""
    family = family_of(part)
    told = [_FORMAT, family.synthesis, part.device, part.package, part.speed, clock_mhz]
    digest = hashlib.sha256(repr([*told, yosys_name(), family.version()]).encode())
    for source in sources:
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def _is_of(folder: Path, key: str) -> bool:
    """Whether the netlist in a folder is the one of these files."""
    path = folder / "netlist.key"
    return path.is_file() and path.read_bytes().strip() == key.encode()


def _known(path: Path, key: str) -> dict[int, Run]:
    """Runs of the same files, by seed; none where the file is damaged."""
    try:
        content = read_json(path)
        return {row["seed"]: Run(**row) for row in content["runs"]} if content["key"] == key else {}
    except (BadInput, KeyError, TypeError):
        return {}
