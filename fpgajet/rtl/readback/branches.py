"""The branch of our library that synthesis sees, proved equal to the plain one by a SAT solver.

A proof of the files is about the plain branch. For each set of parameters in use, Yosys reads both branches, with
simple models of AMD's primitives, and its solver looks for an input on which they differ. The modules of DSP blocks
have one branch only: they are the same text for simulation and synthesis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from fpgajet.errors import ToolFailed
from fpgajet.files import write_text
from fpgajet.processes import run
from fpgajet.rtl.tools.installed import require, yosys_command
from fpgajet.rtl.tools.scratch import refuse_full_disk, temporary_folder
from fpgajet.rtl.write.design import LIBRARY

PRIMITIVES = Path(__file__).with_name("primitives.v")

#: Modules with two branches: their file, and their parameters in order.
BRANCHED = {
    "fpgajet_ternary": ("fpgajet_ternary.v", ("W", "NB", "NC")),
    "fpgajet_limit": ("fpgajet_limit.v", ("W", "OVERS", "GATES", "KILLS")),
    "fpgajet_distance": ("fpgajet_distance.v", ("W", "SIGNED")),
    "fpgajet_rom": ("fpgajet_rom.v", ("A", "INIT")),
    "fpgajet_rom2": ("fpgajet_rom.v", ("A", "INIT0", "INIT1")),
}

_BRANCH = """\
read_verilog {option} "{source}"{models}
hierarchy -check -top {module}{parameters}
proc
flatten
rename -top {name}
design -stash {name}
"""
_COMPARE = """\
design -reset
{plain}{synthesis}design -copy-from plain -as plain plain
design -copy-from synthesis -as synthesis synthesis
miter -equiv -make_assert -flatten plain synthesis both
hierarchy -top both
sat -verify -prove-asserts both
"""


class Parameters(NamedTuple):
    """A module and its parameters, as they stand in the Verilog."""

    module: str
    values: tuple[str, ...]


def parameters_in(texts: Mapping[str, str]) -> set[Parameters]:
    """The sets in use in files of stages, by file name."""
    pattern = re.compile(r"\b(" + "|".join(BRANCHED) + r") #\(([^)]*)\)")
    return {
        Parameters(module, tuple(values.split(", ")))
        for text in texts.values()
        for module, values in pattern.findall(text)
    }


def differing(sets: Iterable[Parameters], library: Path = LIBRARY) -> list[Parameters]:
    """The sets of parameters for which the branches are not proved equal; empty if they are for all.

    Args:
        sets: all in one run of Yosys, and one by one if that fails.
        library: folder of the modules' files.

    Raises:
        MissingTool: Yosys is not installed.
        ToolFailed: it does not accept the library.
    """
    ordered = sorted(sets)
    if not ordered or _proved(ordered, library):
        return []
    if len(ordered) == 1:
        return ordered
    middle = len(ordered) // 2
    return differing(ordered[:middle], library) + differing(ordered[middle:], library)


def _proved(sets: list[Parameters], library: Path) -> bool:
    require("yosys")
    with temporary_folder("fpgajet-branches-") as work:
        script, marker = work / "script.ys", work / "finished"
        steps = "".join(_compared(given, library.resolve()) for given in sets)
        write_text(script, steps + f'tee -q -o "{marker}" log all equal\n')
        done = run(yosys_command(script), cwd=work, env={"TMPDIR": str(work)})
        if done.status == 0 and marker.is_file():
            return True
        refuse_full_disk(work)
        if "model found: FAIL" not in done.output:
            raise ToolFailed(f"Yosys does not accept the library in {library}: {done.first_line('ERROR')}.")
        return False


def _compared(given: Parameters, library: Path) -> str:
    file, names = BRANCHED[given.module]
    parameters = "".join(f" -chparam {n} {v}" for n, v in zip(names, given.values, strict=True))

    def branch(name: str, option: str, models: str) -> str:
        return _BRANCH.format(
            option=option,
            source=library / file,
            models=models,
            module=given.module,
            parameters=parameters,
            name=name,
        )

    plain, synthesis = branch("plain", "-nosynthesis", ""), branch("synthesis", "", f' "{PRIMITIVES}"')
    return _COMPARE.format(plain=plain, synthesis=synthesis)
