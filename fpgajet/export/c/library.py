"""Compile the C emulator and call it: one more implementation of the certificate."""

from __future__ import annotations

import ctypes
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import MissingTool, ToolFailed
from fpgajet.export.c.package import CPackage
from fpgajet.fixed import FixedType, from_real, to_real
from fpgajet.processes import run

COMPILERS = ("cc", "gcc", "clang")


def compile_emulator(package: CPackage, library: Path, flags: tuple[str, ...] = ("-O2",)) -> Path:
    """Compile the sources of an emulator into a shared library.

    Raises:
        MissingTool: no C compiler on PATH.
        ToolFailed: the compiler refused the sources.
    """
    compiler = next((found for name in COMPILERS if (found := shutil.which(name))), None)
    if compiler is None:
        raise MissingTool(
            "no C compiler is on PATH, and the emulator needs one. Install it (Debian, Ubuntu: apt-get install "
            "gcc; Alma, Rocky: dnf install gcc) and run again."
        )
    source = package.folder / f"{package.name}.c"
    command = [compiler, "-std=c99", *flags, "-fPIC", "-shared", "-o", str(library), str(source), "-lm"]
    done = run(command)
    if done.status != 0:
        raise ToolFailed(f"{compiler} could not compile {source}: {done.first_line('error')}.")
    return library


class Emulator:
    """A compiled emulator: raw integers or features in, scores or stages out."""

    name = "c emulator"

    def __init__(self, package: CPackage, library: Path, precision: FixedType) -> None:
        """``precision``: the type of the network's inputs."""
        self._package, self._precision = package, precision
        self._run = getattr(ctypes.CDLL(str(library)), f"{package.name}_run")
        whole = np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS")
        wide = np.ctypeslib.ndpointer(np.int64, flags="C_CONTIGUOUS")
        self._run.argtypes = [whole, wide, ctypes.c_size_t]
        self._run.restype = None

    def run(self, raw: NDArray[np.int64]) -> NDArray[np.int64]:
        """Raw outputs, int64 [events, outputs], from raw inputs [events, ...] of the input type.

        Raises:
            ValueError: another number of inputs per event, or an input outside its type.
        """
        if raw[:1].size != self._package.inputs and len(raw):
            raise ValueError(
                f"the emulator takes {self._package.inputs} inputs per event, not {raw[:1].size}"
            )
        if raw.size and (raw.min() < self._precision.lowest or raw.max() > self._precision.highest):
            raise ValueError(f"an input is not a raw value of {self._precision}")
        given = np.ascontiguousarray(raw, dtype=np.int32)
        found = np.empty((len(raw), self._package.outputs), dtype=np.int64)
        self._run(given, found, len(raw))
        return found

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Every stage that the emulator shows, float64 [jets, ...], from features [jets, N, F]."""
        found = self.run(from_real(jets, self._precision))
        stages, start = {}, 0
        for stage, (shape, fraction) in self._package.stages.items():
            end = start + int(np.prod(shape))
            stages[stage] = to_real(found[:, start:end], fraction).reshape(len(jets), *shape)
            start = end
        return stages
