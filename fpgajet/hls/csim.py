"""C simulation of a project: compile what lies there, run it, look into every stage."""

from __future__ import annotations

import ctypes
import functools
import math
import mmap
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet import compiled
from fpgajet.errors import BadInput, MissingTool, ToolFailed
from fpgajet.executor import run_apart
from fpgajet.files import keep_text, write_errors, write_text
from fpgajet.folders import ScratchFolder, refuse_links
from fpgajet.hls.backends import COMPILER
from fpgajet.hls.project_facts import facts
from fpgajet.hls.shared_headers import parsed_headers
from fpgajet.hls.weights import SETTER
from fpgajet.processes import Finished, program_threads, run

#: Runs hls4ml's bridge function for many jets and collects what it left of each: a call of Python per jet would take
#: longer than most jets do, and would keep the other implementations of a certificate waiting.
BATCH = """\
#include <cstddef>
#include <cstring>

extern "C" {
void TOP(float *jet, float *score);

// `jets` [jets][values]; `stages`: what TOP leaves of each stage, `lengths` floats; `results` [jets][length] each.
void fpgajet_batch(size_t jets, size_t values, float *jet, float *score, size_t count, float *const *stages,
                   const size_t *lengths, float *const *results) {
    for (size_t n = 0; n < jets; n++) {
        TOP(jet + n * values, score);
        for (size_t k = 0; k < count; k++)
            std::memcpy(results[k] + n * lengths[k], stages[k], lengths[k] * sizeof(float));
    }
}
}
"""


def require_compiler() -> None:
    """Raise MissingTool unless there is a C++ compiler."""
    if shutil.which(COMPILER) is None:
        raise MissingTool(
            f"{COMPILER} is not on PATH, and the C simulation needs it. Install a C++ compiler "
            "(Debian, Ubuntu: apt-get install g++; Alma, Rocky: dnf install gcc-c++) and run again."
        )


def compile_project(project: Path, work: Path, log: Path | None = None, *, optimisation: str = "-O3") -> Path:
    """Compile the C++ of a project as it lies there, by a command of our own, into ``work``.

    Nothing else of the project runs here: not its scripts, and no library that lies in it. The same sources are not
    compiled twice (:mod:`fpgajet.compiled`).

    Args:
        project: as written by :func:`fpgajet.hls.project.write_project`; it stays as it is.
        work: folder of this run; gets the library. log: gets what the compiler says; by default ``work/compile.log``.
        optimisation: with ``-O1``, compiling takes a sixth less and running a fifth more: for a few thousand jets.

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
    batch = work / "batch.cpp"
    write_text(batch, BATCH.replace("TOP", f"{name}_float"))
    written = work / "compile.log" if log is None else log
    objects = [work.resolve() / f"{part}.o" for part in ("firmware", "bridge", "batch")]
    compiler = [
        COMPILER,
        optimisation,
        compiled.FEWER_COLLECTIONS,
        "-fPIC",
        *dialect(),
        "-Ifirmware/ap_types",
        '-DWEIGHTS_DIR="firmware/weights"',
    ]
    key = compiled.compiled_key(COMPILER, compiler, _contents(project, sources, batch))
    # What the compiler said comes first: a library without it is not taken for a whole one.
    if compiled.fetch(key and f"{key}.log", written) and compiled.fetch(key, library):
        return library
    with ScratchFolder("fpgajet-headers-") as folder, program_threads(2) as pool:
        parsed = parsed_headers(project, folder, compiler)
        units: list[list[str | Path]] = [[*parsed, path.relative_to(project)] for path in sources]
        units.append([batch.resolve()])  # includes none of them
        commands = ([*compiler, "-c", "-o", made, *unit] for made, unit in zip(objects, units, strict=True))
        done = list(pool.map(lambda command: run(command, cwd=project), commands))
    if all(one.status == 0 for one in done):
        done.append(run([COMPILER, "-shared", "-o", library.resolve(), *objects]))
    write_text(written, "".join(one.output for one in done))
    failed = [one for one in done if one.status != 0]
    if failed:
        first, kept = failed[0].first_line("(?i)error"), written
        if log is None:
            kept = keep_text("fpgajet-compile-", failed[0].output)
        raise ToolFailed(f"{COMPILER} could not compile {project}: {first}. The whole output is in {kept}.")
    compiled.keep(key and f"{key}.log", written)
    compiled.keep(key, library)
    return library


def _contents(project: Path, sources: Sequence[Path], batch: Path) -> Iterator[tuple[str, bytes]]:
    """All that the compiler may read of a project."""
    headers = {path for path in (project / "firmware").rglob("*") if path.is_file()}
    for path in sorted(headers | set(sources)):
        yield path.relative_to(project).as_posix(), path.read_bytes()
    yield batch.name, batch.read_bytes()


@functools.cache
def dialect() -> list[str]:
    """hls4ml's choice: C++23 where the compiler has it, and symbols that a second library may define anew."""
    known = ["-std=c++23"] if _accepts("-std=c++23") else ["-std=c++17"]
    return known + (["-fno-gnu-unique"] if _accepts("-fno-gnu-unique") else [])


def _accepts(option: str) -> bool:
    return run([COMPILER, "-Werror", "-fsyntax-only", option, "-xc++", os.devnull], timeout=60).status == 0


class _Traced(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("data", ctypes.c_void_p))


class CSimulation:
    """The compiled project: float32 jets in, every stage out, through hls4ml's bridge functions."""

    name = "csim"

    def __init__(self, project: Path, library: Path) -> None:
        found = facts(project)
        self._project = project
        self.shapes: dict[str, tuple[int, ...]] = {k: tuple(v) for k, v in found["stages"].items()}
        self.input_shape = tuple(found["input"])
        self.output: str = found["output"]
        self.registers: int = found.get("registers", 0)
        self._weights: NDArray[np.float64] | None = None
        # A library is loaded once per path and process: load a copy, so that a new build is a new one.
        with ScratchFolder("fpgajet-load-") as folder:
            copy = folder / library.name
            shutil.copy(library, copy)
            self._library = ctypes.CDLL(str(copy))
        self._batch = self._library.fpgajet_batch
        self._batch.restype = None

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Every stage of every jet.

        Args:
            jets: features of the input form, float32 [jets, N, F], before the input quantiser.

        Returns:
            By stage name, float32 [jets, ...], exact.

        Raises:
            ToolFailed: the compiled code crashed. It runs in a copy of this process, which goes on.
        """
        jets = np.ascontiguousarray(jets, dtype=np.float32)
        if jets.shape[1:] != self.input_shape:
            raise BadInput(
                f"the firmware takes jets of shape {list(self.input_shape)}, not {list(jets.shape[1:])}."
            )
        results = {n: _shared((len(jets), *shape)) for n, shape in self.shapes.items()}
        # Vendor types end a program where they are used as they should not be, and edited code may read anywhere.
        done = run_apart(lambda: self._run(jets, results))
        if done.status:
            raise ToolFailed(_crashed(self._project, done))
        return results

    def give_weights(self, values: NDArray[np.float64]) -> None:
        """Real numbers [registers], by address, in the place of the weights of the build.

        Raises:
            ValueError: another number of them.
        """
        if values.shape != (self.registers,):
            raise ValueError(f"the firmware has {self.registers} registers, not {list(values.shape)}")
        self._weights = np.ascontiguousarray(values, np.float64)

    def _run(self, jets: NDArray[np.float32], results: dict[str, NDArray[np.float32]]) -> None:
        """Call the compiled code; fills ``results``."""
        score = np.empty(self.shapes[self.output], np.float32)
        if self._weights is not None:
            getattr(self._library, SETTER)(ctypes.c_void_p(self._weights.ctypes.data))
        with self._trace() as stages:
            names = list(stages)
            addresses = ctypes.c_void_p * len(names)
            lengths = (ctypes.c_size_t * len(names))(*(math.prod(self.shapes[name]) for name in names))
            self._batch(
                ctypes.c_size_t(len(jets)),
                ctypes.c_size_t(math.prod(self.input_shape)),
                ctypes.c_void_p(jets.ctypes.data),
                ctypes.c_void_p(score.ctypes.data),
                ctypes.c_size_t(len(names)),
                addresses(*stages.values()),
                lengths,
                addresses(*(results[name].ctypes.data for name in names)),
            )

    @contextmanager
    def _trace(self) -> Iterator[dict[str, int]]:
        """Addresses of the memory where the compiled code leaves the stages of the last jet."""
        self._library.allocate_trace_storage(ctypes.c_size_t(4))
        try:
            traced = (_Traced * len(self.shapes))()
            self._library.collect_trace_output(traced)
            yield {entry.name.decode(): entry.data for entry in traced}
        finally:
            self._library.free_trace_storage()


def _shared(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """An array that a copy of this process can fill."""
    memory = mmap.mmap(-1, max(4 * math.prod(shape), 1))
    return np.frombuffer(memory, np.float32, math.prod(shape)).reshape(shape)


def _crashed(project: Path, done: Finished) -> str:
    """What to tell of a simulation that did not come to its end."""
    how = f"was ended by {signal.Signals(-done.status).name}" if done.status < 0 else "stopped"
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    said = f' It said: "{lines[-1]}".' if lines else ""
    return (
        f"The C simulation of {project} {how}.{said} The generated code does not do so: see whether a source or a type "
        "was changed, and run `fpgajet build` again."
    )
