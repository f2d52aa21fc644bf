"""The netlist whose cells Yosys counts, proved equal to the Verilog of a build."""

from __future__ import annotations

import re
from pathlib import Path

from fpgajet.errors import BadInput
from fpgajet.folders import atomic_folder
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.prove_flow import NETLIST, Outcome
from fpgajet.prove.proof import Level, Proof


def prove_counted(build: BuildDirectory, keep: Path | None = None) -> Outcome:
    """Prove the netlist of every stage; ``rtl/netlist.json`` lists them.

    Args:
        build: a build with Verilog.
        keep: folder that is made or replaced, for netlists and miters.

    Raises:
        BadInput: ``keep`` holds something else.
        MissingTool, ToolFailed: see :func:`fpgajet.rtl.readback.synthesised.prove_synthesised`.
    """
    from fpgajet.rtl import RtlDesign
    from fpgajet.rtl.readback.synthesised import prove_synthesised

    design = RtlDesign.read(build.verilog)
    if keep is None:
        found = prove_synthesised(design)
    else:
        refuse_others(keep, r"fpgajet_stage_\d+\.(v|aig)")
        with atomic_folder(keep) as folder:
            found = prove_synthesised(design, folder)
    cells = sum(sum(stage.cells.values()) for stage in found)
    seconds = round(sum(stage.seconds for stage in found), 1)
    wrong = [stage for stage in found if not stage.equal]
    differs = [stage for stage in wrong if stage.equal is False]
    level = Level.REFUTED if differs else Level.COMPARED if wrong else Level.PROVED
    reason = next((f"{stage.stage}: {stage.reason}" for stage in [*differs, *wrong]), "")
    if len(wrong) > 1:
        reason += f" ({len(wrong)} of {len(found)} stages are not proved)"
    return Outcome(Proof(NETLIST, level, reason, cells=cells, seconds=seconds))


def refuse_others(keep: Path, pattern: str) -> None:
    """Do not replace a folder that holds other files than a proof's.

    Raises:
        BadInput: it does.
    """
    if keep.exists():
        others = [path.name for path in keep.iterdir() if not re.fullmatch(pattern, path.name)]
        if others:
            raise BadInput(f"{keep} holds other files ({others[0]}): name a new folder for the proof.")
