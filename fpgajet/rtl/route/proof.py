"""The netlist that is placed and routed, proved equal to its Verilog for all inputs.

Yosys' cells of ECP5 are replaced by Yosys' description of them. A register of the netlist has the name of the register
of the Verilog that it holds. All pairs of one name are taken to be equal for some clocks, and SAT shows that they, and
the outputs, are then equal one clock later, and so for ever (k-induction). Registers that synthesis has merged or
removed have no pair: what they hold follows from those before them, which is why several clocks are needed.

What is not covered: the first clocks after power-up, for which a simulation with any registers has to do; multipliers,
which are not looked into, so that a design with some is not proved; wires and look-up tables after placement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.files import write_text
from fpgajet.processes import run
from fpgajet.rtl.route.netlist import GENERIC, NETLIST_VERILOG
from fpgajet.rtl.tools.installed import require, yosys_command
from fpgajet.rtl.tools.scratch import refuse_full_disk, temporary_folder

#: Clocks for which pairs are taken to be equal, at most.
CLOCKS = 8
_MULTIPLIER = "MULT18X18D"
# `setundef`: an undefined bit is 0 on both sides, never a value that may be chosen. Names of the netlist that no
# register has are hidden: half of them are of wires that lead nowhere. Equal registers of the Verilog become one, as in
# synthesis.
_SCRIPT = """\
read_verilog -D{generic} {sources}
hierarchy -check -top {top}
proc
memory_map
flatten
opt_merge -share_all
splitnets
setundef -zero
rename {top} gold
design -stash gold
read_verilog "{netlist}"
splitnets
select -set registers t:TRELLIS_FF %x1:+TRELLIS_FF[Q] w:* %i
rename -hide w:* @registers %d
read_verilog -nooverwrite +/ecp5/cells_sim.v
hierarchy -check -top {top}
proc
flatten
setundef -zero
rename {top} gate
design -stash gate
design -copy-from gold -as gold gold
design -copy-from gate -as gate gate
equiv_make gold gate equiv
hierarchy -top equiv
async2sync
clean
equiv_simple
equiv_induct -seq {clocks}
equiv_status
"""


@dataclass(frozen=True)
class MappedProof:
    """What was shown.

    Attributes:
        pairs: bits of registers and outputs that were compared. unproved: those that are not shown to be equal.
    """

    pairs: int
    unproved: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether every pair is proved."""
        return self.pairs > 0 and not self.unproved


def prove_mapped(
    sources: Sequence[Path], top: str, folder: Path, clocks: int = CLOCKS, timeout: float | None = None
) -> MappedProof:
    """Prove the ``netlist.v`` in a folder equal to the Verilog that it was made from.

    Args:
        sources: Verilog files. top: name of the top module.
        clocks: for which pairs are taken to be equal, at most; more prove more, and take longer.
        timeout: seconds after which Yosys is ended.

    Raises:
        BadInput: the netlist has multipliers.
        MissingTool: Yosys is not installed.
        ToolFailed: Yosys ended with an error, or took too long.
    """
    require("yosys")
    netlist = (folder / NETLIST_VERILOG).resolve()
    if re.search(rf"\b{_MULTIPLIER}\b", netlist.read_text(encoding="utf-8")):
        raise BadInput(
            f"{netlist} has multipliers, which are not looked into: it is not proved. Products go to look-up tables "
            "with --multipliers lut; simulation compares the netlist as it is."
        )
    with temporary_folder("fpgajet-mapped-") as work:
        script = work / "script.ys"
        files = " ".join(f'"{path.resolve()}"' for path in sources)
        write_text(
            script, _SCRIPT.format(generic=GENERIC, sources=files, top=top, netlist=netlist, clocks=clocks)
        )
        done = run(yosys_command(script), cwd=work, timeout=timeout)
        refuse_full_disk(work)
    last = re.findall(r"^Found (\d+) \$equiv cells in equiv:", done.output, re.MULTILINE)
    if done.status != 0 or not last:
        raise ToolFailed(f"Yosys cannot compare {netlist} with its Verilog: {done.first_line('ERROR')}.")
    status = done.output[done.output.rindex("$equiv cells in equiv:") :]
    unproved = re.findall(r"Unproven \$equiv \S+ \\?(\S+?)_gold", status)
    return MappedProof(int(last[-1]), tuple(unproved))
