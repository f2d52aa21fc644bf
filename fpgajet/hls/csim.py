"""C simulation of a project: compile what lies there, run it, look into every stage."""

from __future__ import annotations

import ctypes
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, MissingTool, ToolFailed
from fpgajet.files import read_json, write_errors
from fpgajet.hls.project import STAGES_FILE
from fpgajet.processes import run

COMPILER = "g++"


def require_compiler() -> None:
    """Raise MissingTool unless there is a C++ compiler."""
    if shutil.which(COMPILER) is None:
        raise MissingTool(
            f"{COMPILER} is not on PATH, and the C simulation needs it. Install a C++ compiler "
            "(Debian, Ubuntu: apt-get install g++; Alma, Rocky: dnf install gcc-c++) and run again."
        )


def compile_project(project: Path, work: Path) -> Path:
    """Compile the C++ of a project as it lies there, with hls4ml's own build script, into ``work``.

    The sources are copied first, so that a project directory holds only what hls4ml and fpgajet wrote.

    Returns:
        The shared library.

    Raises:
        MissingTool: no g++ on PATH.
        BadInput: not a project written by fpgajet.
        ToolFailed: the compiler refused the sources; the message names its log.
    """
    require_compiler()
    if not (project / STAGES_FILE).is_file():
        raise BadInput(f"{project} is not an hls4ml project of fpgajet: {STAGES_FILE} is missing.")
    with write_errors(work):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(project, work, ignore=shutil.ignore_patterns("*.so", "*_prj", "tb_data"))
    log = work / "compile.log"
    done = run(["bash", "build_lib.sh"], cwd=work, log=log)
    libraries = sorted((work / "firmware").glob("*.so"))
    if done.status != 0 or not libraries:
        first = done.first_line("(?i)error")
        raise ToolFailed(f"{COMPILER} could not compile {project}: {first}. The whole output is in {log}.")
    return libraries[0]


class _Traced(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("data", ctypes.c_void_p))


class CSimulation:
    """The compiled project: float32 jets in, every stage out, through hls4ml's bridge functions."""

    name = "csim"

    def __init__(self, project: Path, library: Path) -> None:
        facts = read_json(project / STAGES_FILE)
        self.shapes: dict[str, tuple[int, ...]] = {k: tuple(v) for k, v in facts["stages"].items()}
        self.input_shape = tuple(facts["input"])
        self.output: str = facts["output"]
        # A library is loaded once per path and process: load a copy, so that a new build is a new one.
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / library.name
            shutil.copy(library, copy)
            self._library = ctypes.CDLL(str(copy))
        self._top = getattr(self._library, f"{facts['project']}_float")
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
