"""C simulation of a project: compile what lies there, run it, look into every stage."""

from __future__ import annotations

import ctypes
import functools
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, MissingTool, ToolFailed
from fpgajet.files import keep_text, read_json, write_errors
from fpgajet.folders import ScratchFolder, refuse_links
from fpgajet.hls.project import STAGES_FILE
from fpgajet.processes import run
from fpgajet.quoting import is_identifier

COMPILER = "g++"
#: Values of one stage of one jet; the largest tensor of pairs of 128 constituents has half a million.
LARGEST_STAGE = 1 << 26


def require_compiler() -> None:
    """Raise MissingTool unless there is a C++ compiler."""
    if shutil.which(COMPILER) is None:
        raise MissingTool(
            f"{COMPILER} is not on PATH, and the C simulation needs it. Install a C++ compiler "
            "(Debian, Ubuntu: apt-get install g++; Alma, Rocky: dnf install gcc-c++) and run again."
        )


def compile_project(project: Path, work: Path, log: Path | None = None) -> Path:
    """Compile the C++ of a project as it lies there, by a command of our own, into ``work``.

    Nothing else of the project runs here: not its scripts, and no library that lies in it.

    Args:
        project: as written by :func:`fpgajet.hls.project.write_project`; it stays as it is.
        work: folder of this run; gets the library. log: gets what the compiler says; by default ``work/compile.log``.

    Returns:
        The shared library.

    Raises:
        MissingTool: no g++ on PATH.
        BadInput: not a project written by fpgajet, or one with links or special files in it.
        ToolFailed: the compiler refused the sources; the message names its log, which stays.
    """
    require_compiler()
    name = facts(project)["project"]
    refuse_links(project)
    sources = [project / "firmware" / f"{name}.cpp", project / f"{name}_bridge.cpp"]
    missing = [path for path in sources if not path.is_file()]
    if missing:
        raise BadInput(
            f"{project} is not a whole project: {missing[0]} is missing. Run `fpgajet build` again."
        )
    with write_errors(work):
        work.mkdir(parents=True, exist_ok=True)
    library = work / f"{name}.so"
    command = [COMPILER, "-O3", "-fPIC", "-shared", *_dialect(), "-Ifirmware/ap_types"]
    command += ['-DWEIGHTS_DIR="firmware/weights"', "-o", str(library.resolve())]
    written = work / "compile.log" if log is None else log
    done = run([*command, *(str(path.relative_to(project)) for path in sources)], cwd=project, log=written)
    if done.status != 0 or not library.is_file():
        first, kept = done.first_line("(?i)error"), written
        if log is None:
            kept = keep_text("fpgajet-compile-", done.output)
        raise ToolFailed(f"{COMPILER} could not compile {project}: {first}. The whole output is in {kept}.")
    return library


@functools.cache
def _dialect() -> list[str]:
    """hls4ml's choice: C++23 where the compiler has it, and symbols that a second library may define anew."""
    known = ["-std=c++23"] if _accepts("-std=c++23") else ["-std=c++17"]
    return known + (["-fno-gnu-unique"] if _accepts("-fno-gnu-unique") else [])


def _accepts(option: str) -> bool:
    return run([COMPILER, "-Werror", "-fsyntax-only", option, "-xc++", os.devnull], timeout=60).status == 0


def facts(project: Path) -> dict[str, Any]:
    """What the C simulation must know of a project, checked: names end up in paths, shapes in sizes of memory.

    Raises:
        BadInput: it is missing or damaged.
    """
    path = project / STAGES_FILE
    if not path.is_file():
        raise BadInput(f"{project} is not an hls4ml project of fpgajet: {STAGES_FILE} is missing.")
    found = read_json(path)
    try:
        shapes = [found["input"], *found["stages"].values()]
        good = is_identifier(found["project"]) and found["output"] in found["stages"]
        good &= all(1 <= math.prod(shape) <= LARGEST_STAGE and min(shape) >= 1 for shape in shapes)
        good &= all(type(length) is int for shape in shapes for length in shape)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        good = False
    if not good:
        raise BadInput(f"{path} does not hold what fpgajet writes there. Run `fpgajet build` again.")
    return dict(found)


class _Traced(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("data", ctypes.c_void_p))


class CSimulation:
    """The compiled project: float32 jets in, every stage out, through hls4ml's bridge functions."""

    name = "csim"

    def __init__(self, project: Path, library: Path) -> None:
        found = facts(project)
        self.shapes: dict[str, tuple[int, ...]] = {k: tuple(v) for k, v in found["stages"].items()}
        self.input_shape = tuple(found["input"])
        self.output: str = found["output"]
        # A library is loaded once per path and process: load a copy, so that a new build is a new one.
        with ScratchFolder("fpgajet-load-") as folder:
            copy = folder / library.name
            shutil.copy(library, copy)
            self._library = ctypes.CDLL(str(copy))
        self._top = getattr(self._library, f"{found['project']}_float")
        pointer = np.ctypeslib.ndpointer(dtype=np.float32, flags="C_CONTIGUOUS")
        self._top.argtypes = [pointer, pointer]
        self._top.restype = None

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Every stage of every jet.

        Args:
            jets: features of the input form, float32 [jets, N, F], before the input quantiser.

        Returns:
            By stage name, float32 [jets, ...], exact.
        """
        jets = np.ascontiguousarray(jets, dtype=np.float32)
        if jets.shape[1:] != self.input_shape:
            raise BadInput(
                f"the firmware takes jets of shape {list(self.input_shape)}, not {list(jets.shape[1:])}."
            )
        results = {n: np.empty((len(jets), *shape), np.float32) for n, shape in self.shapes.items()}
        score = np.empty(self.shapes[self.output], np.float32)
        with self._trace() as views:
            copies = [(results[name], view) for name, view in views.items()]
            for event, jet in enumerate(jets):
                self._top(jet, score)
                for result, view in copies:
                    result[event] = view
        return results

    @contextmanager
    def _trace(self) -> Iterator[dict[str, NDArray[np.float32]]]:
        """Views into the memory where the compiled code leaves the stages of the last jet."""
        self._library.allocate_trace_storage(ctypes.c_size_t(4))
        try:
            traced = (_Traced * len(self.shapes))()
            self._library.collect_trace_output(traced)
            views = {}
            for entry in traced:
                name = entry.name.decode()
                data = ctypes.cast(entry.data, ctypes.POINTER(ctypes.c_float))
                views[name] = np.ctypeslib.as_array(data, shape=self.shapes[name])
            yield views
        finally:
            self._library.free_trace_storage()
