"""Cycle-exact simulation of the Verilog with Verilator."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import write_text
from fpgajet.rtl.tools.bus import pack, unpack
from fpgajet.rtl.tools.installed import require, verilator_root
from fpgajet.rtl.tools.scratch import run_tool, temporary_folder
from fpgajet.rtl.tools.simulation import Clocked, Simulation
from fpgajet.rtl.write.design import RtlDesign

HARNESS = Path(__file__).with_name("harness.cpp")
FOLDER = "fpgajet-verilator-"
GENERATED = "the generated code"


class VerilogSimulation(Simulation):
    """The Verilog of a design, compiled."""

    language = "Verilog"

    def __init__(self, design: RtlDesign) -> None:
        """Compile the Verilog in ``design.directory``.

        Raises:
            MissingTool: Verilator or g++ is not installed.
            ToolFailed: the Verilog or its simulation does not compile.
            CannotWrite: the temporary directory is full.
        """
        self.design = design
        require("verilator", "g++")
        with temporary_folder(FOLDER) as work:  # once loaded, the library needs no file
            sources = [design.directory.resolve() / name for name in design.sources]
            defines = [] if design.threshold is None else ["FPGAJET_DECISION"]
            self._library = ctypes.CDLL(str(compile_verilog(sources, work, defines=defines)))
        for size in (self._library.jet_bytes, self._library.score_bytes):
            size.restype = ctypes.c_uint

    def clock(self, jets: NDArray[Any], valid: NDArray[Any], reset: NDArray[Any]) -> Clocked:
        clocks = len(jets)
        given = pack(jets, self.design.jet, self._library.jet_bytes())
        shown = np.zeros((clocks, self._library.score_bytes()), dtype=np.uint8)
        shown_valid = np.zeros(clocks, dtype=np.uint8)
        decisions = np.zeros(clocks, dtype=np.uint8)
        bits = [np.ascontiguousarray(x, dtype=np.uint8) for x in (valid, reset)]
        pointers = [ctypes.c_void_p(x.ctypes.data) for x in (given, *bits, shown, shown_valid, decisions)]
        self._library.run(ctypes.c_ulong(clocks), *pointers)
        decided = None if self.design.threshold is None else decisions.astype(bool)
        return Clocked(unpack(shown, self.design.score), shown_valid.astype(bool), decided)


def compile_verilog(
    sources: Sequence[Path],
    work: Path,
    top: str = "fpgajet_top",
    harness: Path = HARNESS,
    defines: Sequence[str] = (),
) -> Path:
    """Shared library, in ``work``, of a top module and a harness that knows it as ``Vfpgajet_top``.

    ``defines``: names that the harness sees.
    """
    root = verilator_root()
    assert root is not None
    environment = {"VERILATOR_ROOT": str(root), "TMPDIR": str(work)}
    verilate = [str(root / "bin" / "verilator_bin"), "--cc", "-O3", "--x-assign", "unique", "-Wno-fatal"]
    verilate += ["-Wno-lint", "-Wno-style", "--top-module", top, "--Mdir", str(work)]
    verilate += ["--prefix", "Vfpgajet_top"]
    run_tool(
        [*verilate, *map(str, sources)],
        work,
        FOLDER,
        f"Verilator does not accept {GENERATED}",
        env=environment,
    )
    # One translation unit: most of the compile time of many would be the same headers again.
    parts = [harness, *sorted(work.glob("*.cpp"))]
    parts += [root / "include" / name for name in ("verilated.cpp", "verilated_threads.cpp")]
    unit, library = work / "simulation.cc", work / "simulation.so"
    write_text(unit, "".join(map(_included, parts)))
    compile_ = ["g++", "-std=c++17", "-O1", "-fPIC", "-shared", "-w", "-o", str(library), str(unit)]
    compile_ += [f"-D{name}" for name in defines]
    compile_ += [f"-I{folder}" for folder in (root / "include", root / "include" / "vltstd", work)]
    run_tool(compile_, work, FOLDER, f"g++ cannot compile {GENERATED}", env=environment)
    return library


def _included(part: Path) -> str:
    """A part of the translation unit; what runs once, before the first clock, is half of the code: not optimised."""
    line = f'#include "{part}"\n'
    if "__Slow" not in part.name:
        return line
    return f'#pragma GCC push_options\n#pragma GCC optimize("O0")\n{line}#pragma GCC pop_options\n'
