"""Cycle-exact simulation of the Verilog with Verilator."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet import compiled
from fpgajet.files import write_text
from fpgajet.processes import program_threads
from fpgajet.rtl.tools.bus import pack, unpack
from fpgajet.rtl.tools.installed import available, require, verilator_root
from fpgajet.rtl.tools.scratch import run_tool, temporary_folder
from fpgajet.rtl.tools.simulation import Clocked, Simulation
from fpgajet.rtl.write.design import RtlDesign

HARNESS = Path(__file__).with_name("harness.cpp")
FOLDER = "fpgajet-verilator-"
GENERATED = "the generated code"
#: Words by which a source reads a file that is not among the sources.
READS_MORE = (b"`include", b"$readmem")
#: Verilator's own part of a simulation.
RUNTIME = ("verilated.cpp", "verilated_threads.cpp")
#: Bytes of generated code that compile faster than the headers are read once more.
MOST_IN_ONE = 400_000
COMPILER = ("g++", "-std=c++17", "-O0", "-fPIC", "-w", compiled.FEWER_COLLECTIONS)
#: A register starts with anything: what needs a reset must not pass without one.
VERILATE = (
    "--cc", "-O3", "--x-assign", "0", "--x-initial", "unique", "-Wno-fatal", "-Wno-lint", "-Wno-style",
)  # fmt: skip


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

    It is not optimised: for a hundred thousand clocks, optimising takes longer than it saves. Two compilers work at
    a time. The same sources are not compiled twice (:mod:`fpgajet.compiled`), unless they read files that are not among
    them. ``defines``: names that the harness sees.
    """
    library = work / "simulation.so"
    options = [available()["verilator"].version, *COMPILER, *VERILATE, top, *defines]
    read = [(path.name, path.read_bytes()) for path in (*sources, harness)]
    more = any(word in content for word in READS_MORE for _, content in read)
    key = None if more else compiled.compiled_key("g++", options, read)
    if not compiled.fetch(key, library):
        _compile(sources, work, library, top, harness, defines)
        compiled.keep(key, library)
    return library


def _compile(
    sources: Sequence[Path], work: Path, library: Path, top: str, harness: Path, defines: Sequence[str]
) -> None:
    root = verilator_root()
    assert root is not None
    environment = {"VERILATOR_ROOT": str(root), "TMPDIR": str(work)}
    headers = [f"-I{folder}" for folder in (root / "include", root / "include" / "vltstd", work)]
    runtime, common = work / "runtime.cc", work / "common.h"
    write_text(runtime, _including(root / "include" / name for name in RUNTIME))
    write_text(common, f'#include "{root / "include" / "verilated.h"}"\n')

    def made(result: Path, unit: Path, *options: str) -> str:
        command = [*COMPILER, *headers, *options, "-o", str(result), str(unit)]
        run_tool(command, work, FOLDER, f"g++ cannot compile {GENERATED}", env=environment)
        return str(result)

    def made_once(result: Path, unit: Path, *options: str) -> str:  # the same for all designs
        key = compiled.compiled_key(
            "g++", [available()["verilator"].version, *COMPILER, *RUNTIME, *options], []
        )
        if not compiled.fetch(key, result, as_link=result.suffix == ".gch"):
            made(result, unit, *options)
            compiled.keep(key, result)
        return str(result)

    def object_of(unit: Path) -> str:
        return made(unit.with_suffix(".o"), unit, "-include", str(common), "-c")

    verilate = [str(root / "bin" / "verilator_bin"), *VERILATE, "--top-module", top, "--Mdir", str(work)]
    verilate += ["--prefix", "Vfpgajet_top", *map(str, sources)]
    with program_threads(2) as pool:
        # while Verilator works: its own part, and its headers as the compiler reads them fastest
        own = pool.submit(made_once, runtime.with_suffix(".o"), runtime, "-c")
        parsed = pool.submit(made_once, work / "common.h.gch", common, "-x", "c++-header")
        run_tool(verilate, work, FOLDER, f"Verilator does not accept {GENERATED}", env=environment)
        parsed.result()
        objects = [*pool.map(object_of, _units(work, harness, defines)), own.result()]
    link = ["g++", "-shared", "-o", str(library), *objects]
    run_tool(link, work, FOLDER, f"g++ cannot link {GENERATED}", env=environment)


def _units(work: Path, harness: Path, defines: Sequence[str]) -> list[Path]:
    """The generated code as two translation units of equal size, or one: each reads the same headers."""
    parts: tuple[list[Path], list[Path]] = ([harness], [])
    sizes = [0, 0]
    found = sorted(work.glob("*.cpp"), key=lambda path: (-path.stat().st_size, path))
    split = sum(path.stat().st_size for path in found) > MOST_IN_ONE
    for part in found:
        smaller = int(split and sizes[1] < sizes[0])
        parts[smaller].append(part)
        sizes[smaller] += part.stat().st_size
    units = [work / f"simulation_{number}.cc" for number in range(1 + split)]
    for unit, chosen in zip(units, parts, strict=False):
        # not an option of the compiler: with one, it does not take the parsed headers
        write_text(unit, "".join(f"#define {name} 1\n" for name in defines) + _including(chosen))
    return units


def _including(parts: Iterable[Path]) -> str:
    return "".join(f'#include "{part}"\n' for part in parts)
