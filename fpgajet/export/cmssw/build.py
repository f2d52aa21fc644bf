"""Compile an emulator repository with the Makefile it ships, in a folder of its own, and run its test program."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from fpgajet.errors import Mismatch, MissingTool, ToolFailed
from fpgajet.export.cmssw.package import Repository
from fpgajet.export.templates import render
from fpgajet.files import write_text
from fpgajet.processes import run

_OUTCOME = re.compile(r": (\d+) events, (\d+) differ")


def check_repository(repository: Repository, work: Path) -> int:
    """Events on which the library, opened by ``dlopen``, gives the scores of the test vectors.

    Args:
        work: an empty folder for a copy, so that no binary gets into the repository.

    Raises:
        MissingTool: make, g++ or a C compiler is not on PATH.
        ToolFailed: the repository does not compile, or its test program fails.
        Mismatch: a score differs.
    """
    missing = [name for name in ("make", "g++", "gcc") if shutil.which(name) is None]
    if missing:
        raise MissingTool(
            f"the target cmssw is compiled before it is exported, and {', '.join(missing)} is not on PATH. Install it "
            "(Debian, Ubuntu: apt-get install build-essential; Alma, Rocky: dnf install gcc-c++ make) and run again."
        )
    copy = Path(shutil.copytree(repository.folder, work / "repository"))
    write_text(work / "extras" / "include" / "hls4ml" / "emulator.h", render("cmssw", "interface.h"))
    done = run(["make", "check", f"EMULATOR_EXTRAS={work / 'extras'}", "HLS_ROOT="], cwd=copy)
    found = _OUTCOME.search(done.output)
    if found and int(found[2]):
        raise Mismatch(
            f"the emulator for CMSSW differs from the integer reference on {found[2]} of {found[1]} events. Nothing "
            "was exported. Please report this with the model: it is a fault of fpgajet or of the compiler."
        )
    if done.status != 0 or not found or int(found[1]) != repository.events:
        raise ToolFailed(f"the emulator for CMSSW did not pass its own test: {done.first_line('[Ee]rror')}.")
    return int(found[1])
