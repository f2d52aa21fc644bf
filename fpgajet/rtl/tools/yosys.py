"""Counting cells with Yosys, one pipeline stage at a time.

The stages share no logic, so their sum is the whole; taken singly they fit in memory at any N, and an
unchanged stage is never synthesised twice.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.files import read_json, write_json, write_text
from fpgajet.processes import program_threads, run
from fpgajet.rtl.tools.installed import require, yosys_command, yosys_name
from fpgajet.rtl.tools.scratch import refuse_full_disk, temporary_folder
from fpgajet.rtl.write.design import RtlDesign

CACHE_FILE = "synthesis.json"
ADDERS = Path(__file__).with_name("yosys_adders.v")

#: Modules of ours that become one DSP block each; Yosys need not look inside.
DSP_FILE = "fpgajet_dsp.v"
DSP_MODULES = ("fpgajet_product", "fpgajet_mac")

_SYNTH = (
    "synth_xilinx -family xcup -flatten -nodsp -nobram -nolutram -nosrl -noiopad -noclkbuf "
    "-top {top} -run {phase}"
)
# All of synth_xilinx but what does nothing here and costs half the time of a small stage: reading the black boxes of
# cells_xtra.v, and mapping memories to RAM blocks, since tables are logic and `memory_map` leaves no memory.
_SCRIPT = """\
read_verilog -defer {logic}
read_verilog -lib {blocks}
read_verilog -lib -specify +/xilinx/cells_sim.v
hierarchy -check -top {top}
{prepare}
memory_collect
memory_map -rom-only
techmap -map {adders}
{coarse}
{rest}
tee -q -o {result} stat -json
"""


@dataclass(frozen=True)
class Cells:
    """Cells of a design by logic synthesis, before placement.

    Attributes:
        lut: look-up tables of any size; a pair of small ones that could share one counts twice.
        carry8: carry blocks of 8 bits, from Yosys' blocks of 4.
        dsp: DSP blocks, one for each product module.
        by_type: every primitive that Yosys counted.
        tool: the Yosys that counted.
    """

    lut: int
    carry8: int
    dsp: int
    by_type: dict[str, int]
    tool: str


def synthesise(
    design: RtlDesign, progress: Callable[[str], None] = lambda text: None, jobs: int = 2
) -> Cells:
    """Count the cells of a design; the counts of every stage are kept in ``synthesis.json`` beside it.

    Args:
        progress: called with a line for every stage that is synthesised.
        jobs: how many Yosys run side by side.

    Raises:
        MissingTool: Yosys is not installed.
        ToolFailed: Yosys ended with an error.
    """
    require("yosys")
    path = design.directory / CACHE_FILE
    cache = _read_cache(path)
    stages = design.stages
    keys = {name: _key(design, name) for name in stages}
    missing = [name for name in stages if keys[name] not in cache]
    try:
        with program_threads(jobs) as pool:
            for name, counts in zip(missing, pool.map(lambda n: _stage(design, n), missing), strict=True):
                progress(f"synthesised {name}")
                cache[keys[name]] = counts
    finally:  # what was counted before Ctrl-C or a failure is not counted again
        if missing:
            write_json(path, {key: cache[key] for key in sorted(keys.values()) if key in cache})
    total: Counter[str] = Counter()
    for name in stages:
        total.update(cache[keys[name]])
    return summary(total)


def summary(cells: Counter[str]) -> Cells:
    """Totals from counts by primitive."""
    lut = sum(n for cell, n in cells.items() if re.fullmatch(r"LUT\d(_2)?", cell))
    carry8 = -(-cells["CARRY4"] // 2) + cells["CARRY8"]
    dsp = sum(cells[name] for name in DSP_MODULES)
    return Cells(lut, carry8, dsp, dict(sorted(cells.items())), yosys_name())


def _read_cache(path: Path) -> dict[str, dict[str, int]]:
    try:
        content = read_json(path)
    except BadInput:
        return {}  # never run, or damaged: count again
    found = content.items() if isinstance(content, dict) else ()
    return {key: cells for key, cells in found if isinstance(cells, dict) and all_counts(cells)}


def all_counts(cells: dict[str, Any]) -> bool:
    """Whether every value is a number of cells."""
    return all(type(count) is int for count in cells.values())


def _library(design: RtlDesign) -> list[str]:
    """Sources that every stage may instantiate."""
    return [name for name in design.sources if not name.startswith(("fpgajet_stage_", "fpgajet_top"))]


def _key(design: RtlDesign, name: str) -> str:
    digest = hashlib.sha256(f"{_SYNTH}{_SCRIPT}{yosys_name()}".encode())
    for source in [ADDERS, *(design.directory / file for file in (name, *_library(design)))]:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _stage(design: RtlDesign, name: str) -> dict[str, int]:
    """Primitives of one stage, without those inside DSP blocks."""
    return count_cells(name.removesuffix(".v"), *stage_sources(design, name))


def stage_sources(design: RtlDesign, name: str) -> tuple[list[Path], list[Path]]:
    """Verilog files of a stage and of what it may instantiate, and those of blocks that are counted only."""
    folder = design.directory.resolve()
    return [folder / name, *(folder / file for file in _library(design) if file != DSP_FILE)], [
        folder / DSP_FILE
    ]


def count_cells(
    top: str, logic: list[Path], blocks: list[Path], netlist: Path | None = None
) -> dict[str, int]:
    """Primitives of a module after logic synthesis.

    Args:
        top: name of the module.
        logic: Verilog files of the module and what it instantiates; read where the first one lies.
        blocks: Verilog files whose modules are counted, not looked into.
        netlist: file that gets the counted cells and their wires as Verilog.

    Raises:
        ToolFailed: Yosys ended with an error.
    """
    with temporary_folder("fpgajet-yosys-") as work:
        result, script = work / "cells.json", work / "script.ys"
        write_text(
            script,
            _SCRIPT.format(
                logic=" ".join(f'"{path}"' for path in logic),
                blocks=" ".join(f'"{path}"' for path in blocks),
                top=top,
                prepare=_SYNTH.format(top=top, phase="prepare:coarse"),
                coarse=_SYNTH.format(top=top, phase="coarse:map_memory"),
                rest=_SYNTH.format(top=top, phase="fine:"),
                adders=f'"{ADDERS}"',
                result=f'"{result}"',
            )
            + (f'write_verilog -noattr "{netlist}"\n' if netlist else ""),
        )
        done = run(yosys_command(script), cwd=logic[0].parent, env={"TMPDIR": str(work)}, yields=True)
        if done.status != 0 or not result.is_file():
            refuse_full_disk(work)
            raise ToolFailed(f"Yosys could not synthesise {logic[0]}: {done.first_line('ERROR')}.")
        return cells_of(read_json(result))


def cells_of(statistics: dict[str, Any]) -> dict[str, int]:
    """Counts by cell type from ``stat -json``, whose form differs between versions of Yosys."""
    counts = statistics["design"]["num_cells_by_type"]
    cells: Counter[str] = Counter()
    for kind, value in counts.items():
        plain = next((m for m in DSP_MODULES if m in kind), kind)  # parametrised: $paramod...\fpgajet_product
        cells[plain] += value["count"] if isinstance(value, dict) else value
    return dict(cells)
