"""The netlist whose cells are counted, proved equal to its Verilog, one pipeline stage at a time.

Yosys synthesises a stage as it does to count its cells, and writes the netlist. The file is read again, with Yosys'
models of the primitives (``cells_sim.v``), its cells are counted once more, and it is joined with the stage as it is
simulated (the plain branch of our library) into a miter: a circuit whose one output is 1 where an output of the stage
differs. ABC (``&cec``: simulation and SAT) shows that it is 0 for every input, or gives an input for which it is 1.

Blocks of DSPs are cut out: blocks of the same name must be of one module with one set of parameters on both sides;
their outputs become inputs of the miter, and their inputs outputs. So the netlist equals the Verilog whatever such a
block computes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fpgajet.errors import ToolFailed
from fpgajet.files import read_json, write_json, write_text
from fpgajet.processes import program_threads, run
from fpgajet.rtl.tools.installed import abc_command, require, yosys_command, yosys_name
from fpgajet.rtl.tools.scratch import refuse_full_disk, temporary_folder
from fpgajet.rtl.tools.yosys import DSP_MODULES, cells_of, count_cells, stage_sources
from fpgajet.rtl.write.design import RtlDesign

#: Beside the Verilog: what was proved of each stage.
RESULT_FILE = "netlist.json"
MITER = "miter.aig"

# Modules stay apart until ABC reads them: the model of a primitive is made into gates once, not for every cell.
# `setundef`: an undefined bit is 0 on both sides, never a value that may be chosen.
_SIDE = """\
hierarchy -check -top {top}
proc
memory_map
techmap
check -assert {top}
setundef -zero
select {blocks}
write_json -selected "{side}.json"
select -clear
expose -evert {blocks}
rename -top stage
write_blif -top stage "{side}.blif"
"""
_SCRIPT = """\
read_verilog "{netlist}"
hierarchy -top {top}
tee -q -o counts.json stat -json
{blocks}read_verilog +/xilinx/cells_sim.v
{netlist_side}design -reset
read_verilog -nosynthesis {logic}
{blocks}{verilog_side}"""
_SOLVE = (
    f"miter verilog.blif netlist.blif; strash; write_aiger -s {MITER}; &get; &cec -m; write_cex -n input.txt"
)


@dataclass(frozen=True)
class StageNetlist:
    """What was found out about the netlist of one stage.

    Attributes:
        stage: its file.
        equal: proved; False: it differs; None: neither is shown.
        reason: why it is not proved, with an input on which the two differ.
        cells: the netlist's, by type.
        blocks: those of DSPs among them, cut out.
        seconds: of synthesis and proof.
    """

    stage: str
    equal: bool | None
    reason: str
    cells: dict[str, int]
    blocks: int
    seconds: float


def prove_synthesised(
    design: RtlDesign,
    keep: Path | None = None,
    say: Callable[[str], None] = lambda text: None,
    jobs: int = 2,
) -> list[StageNetlist]:
    """Synthesise every stage of a design and prove its netlist; ``netlist.json`` beside it lists them.

    Args:
        design: Verilog on disk.
        keep: folder that gets ``fpgajet_stage_N.v``, the netlists, and ``fpgajet_stage_N.aig``, the miters.
        say: told about every stage.
        jobs: stages side by side.

    Raises:
        MissingTool: Yosys or its ABC is not installed.
        ToolFailed: one of them ended with an error.
    """
    require("yosys")
    abc_command()
    stages = design.stages
    found = []
    with program_threads(jobs) as pool:
        for result in pool.map(lambda name: _synthesised(design, name, keep), stages):
            say(f"{result.stage}: netlist {'proved' if result.equal else result.reason}")
            found.append(result)
    write_json(
        design.directory / RESULT_FILE, {"tool": yosys_name(), "stages": [asdict(one) for one in found]}
    )
    return found


def _synthesised(design: RtlDesign, name: str, keep: Path | None) -> StageNetlist:
    with temporary_folder("fpgajet-netlist-") as work:
        folder, started = work if keep is None else keep, time.perf_counter()
        netlist, top, sources = folder / name, name.removesuffix(".v"), stage_sources(design, name)
        counted = count_cells(top, *sources, netlist)
        equal, reason, cells = compare_netlist(top, sources, netlist, netlist.with_suffix(".aig"))
        counted.pop("$scopeinfo", None)  # where a cell came from; no hardware, and not written
        if cells != counted:
            equal, reason = None, "the netlist was written with other cells than were counted"
    blocks = sum(cells.get(module, 0) for module in DSP_MODULES)
    return StageNetlist(name, equal, reason, cells, blocks, round(time.perf_counter() - started, 1))


def compare_netlist(
    top: str, sources: tuple[list[Path], list[Path]], netlist: Path, miter: Path
) -> tuple[bool | None, str, dict[str, int]]:
    """Compare a netlist with the Verilog that it was made from.

    Args:
        top: name of the module.
        sources: its files, and those of blocks that are not looked into.
        netlist: file of its netlist, Verilog of cells.
        miter: file that gets the miter, in the format AIGER.

    Returns:
        Whether they are equal (None: not shown); why not; the cells of the netlist by type.

    Raises:
        ToolFailed: Yosys does not read the files.
    """
    logic, dsp = sources

    def side(label: str) -> str:
        blocks = " ".join(f"{top}/t:{module}" for module in DSP_MODULES)
        return _SIDE.format(top=top, side=label, blocks=blocks)

    with temporary_folder("fpgajet-miter-") as work:
        script = work / "script.ys"
        text = _SCRIPT.format(
            netlist=netlist.resolve(),
            top=top,
            blocks="".join(f'read_verilog -lib "{path}"\n' for path in dsp),
            logic=" ".join(f'"{path}"' for path in logic),
            netlist_side=side("netlist"),
            verilog_side=side("verilog"),
        )
        write_text(script, text)
        done = run(yosys_command(script), cwd=work, env={"TMPDIR": str(work)})
        refuse_full_disk(work)
        counts = work / "counts.json"
        cells = cells_of(read_json(counts)) if counts.is_file() else {}
        sides = [work / "netlist.json", work / "verilog.json"]
        if all(path.is_file() for path in sides):
            differing = _differing_block(*(_blocks(read_json(path)) for path in sides))
            if differing:
                return False, f"the DSP block {differing} differs", cells
        if done.status != 0 or not (work / "verilog.blif").is_file():
            raise ToolFailed(f"Yosys cannot compare {netlist} with {top}: {done.first_line('ERROR')}.")
        equal, reason = _solved(work)
        if (work / MITER).is_file():
            miter.write_bytes((work / MITER).read_bytes())
    return equal, reason, cells


def _blocks(content: dict[str, Any]) -> dict[str, tuple[str, dict[str, int]]]:
    """Module and parameters of every block, by its name."""
    return {
        name: (cell["type"], {key: int(bits, 2) for key, bits in cell["parameters"].items()})
        for module in content["modules"].values()
        for name, cell in module["cells"].items()
    }


def _differing_block(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Name of the first block that is not the same on both sides; empty if all are."""
    return next((name for name in sorted({*one, *other}) if one.get(name) != other.get(name)), "")


def _solved(work: Path) -> tuple[bool | None, str]:
    """Whether the miter in a folder is 0 for every input; the outcome in words where it is not shown to be."""
    done = run([abc_command(), "-c", _SOLVE], cwd=work)
    if re.search(r"^Networks are equivalent\b", done.output, re.MULTILINE):
        return True, ""
    if "Networks are NOT EQUIVALENT" not in done.output:
        return None, f"ABC shows nothing ({done.first_line('UNDECIDED|rror')})"
    path = work / "input.txt"
    ones = re.findall(r"(?:^|\s)(\S+)@0=1\b", path.read_text(encoding="utf-8")) if path.is_file() else []
    return False, "differs where these bits alone are 1: " + (", ".join(ones) or "none")
