"""Cycle-exact simulation of the Verilog with Verilator."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.files import write_text
from fpgajet.rtl.design import RtlDesign
from fpgajet.rtl.ir.netlist import Format
from fpgajet.rtl.tools.installed import require, verilator_root
from fpgajet.rtl.tools.scratch import keep_log, temporary_folder

HARNESS = Path(__file__).with_name("harness.cpp")
Raw = NDArray[np.int64]


@dataclass(frozen=True)
class Clocked:
    """What the outputs showed after every clock edge: raw scores [clocks, outputs] and the valid bit."""

    scores: Raw
    valid: NDArray[np.bool_]


class Simulation:
    """A compiled design that can be clocked. Every :meth:`clock` starts from an unreset, empty pipeline."""

    def __init__(self, design: RtlDesign) -> None:
        """Compile the Verilog in ``design.directory``.

        Raises:
            MissingTool: Verilator or g++ is not installed.
            ToolFailed: the Verilog or its simulation does not compile.
        CannotWrite: the temporary directory is full.
        """
        self.design = design
        require("verilator", "g++")
        with temporary_folder("fpgajet-verilator-") as work:  # once loaded, the library needs no file
            self._library = ctypes.CDLL(str(_compile(design, work)))
        for size in (self._library.jet_bytes, self._library.score_bytes):
            size.restype = ctypes.c_uint

    def clock(self, jets: NDArray[Any], valid: NDArray[Any], reset: NDArray[Any]) -> Clocked:
        """Apply one row of each array a clock.

        Args:
            jets: raw inputs [clocks, inputs].
            valid, reset: bits [clocks].
        """
        clocks = len(jets)
        given = pack(jets, self.design.jet, self._library.jet_bytes())
        shown = np.zeros((clocks, self._library.score_bytes()), dtype=np.uint8)
        shown_valid = np.zeros(clocks, dtype=np.uint8)
        bits = [np.ascontiguousarray(x, dtype=np.uint8) for x in (valid, reset)]
        pointers = [ctypes.c_void_p(x.ctypes.data) for x in (given, *bits, shown, shown_valid)]
        self._library.run(ctypes.c_ulong(clocks), *pointers)
        return Clocked(unpack(shown, self.design.score), shown_valid.astype(bool))

    def scores(self, raw: NDArray[Any]) -> Raw:
        """Raw outputs [jets, outputs]: a new jet every II clocks, sampled at the stated latency.

        Between the jets the input shows other values, which must not matter.

        Raises:
            ToolFailed: the valid bit is not set exactly when the scores are sampled.
        """
        jets, ii = np.asarray(raw).reshape(len(raw), -1), self.design.ii
        first = self.design.latency_cycles - 1
        clocks = np.zeros((len(jets) * ii + first, jets.shape[1]), dtype=jets.dtype)
        for between in range(ii):
            clocks[between : len(jets) * ii : ii] = np.roll(jets, between, axis=0)
        valid = np.zeros(len(clocks), dtype=bool)
        valid[: len(jets) * ii : ii] = True
        shown = self.clock(clocks, valid, np.zeros(len(valid)))
        expected = np.concatenate([np.zeros(first, dtype=bool), valid[: len(valid) - first]])
        if (shown.valid != expected).any():
            raise ToolFailed(f"the Verilog in {self.design.directory} has not the latency that it states.")
        return np.asarray(shown.scores[expected])


def simulate(design: RtlDesign, raw_inputs: NDArray[Any]) -> Raw:
    """Compile a design and run jets through it, one a clock; see :meth:`Simulation.scores`."""
    return Simulation(design).scores(raw_inputs)


def pack(raw: NDArray[Any], formats: Sequence[Format], size: int) -> NDArray[np.uint8]:
    """Raw values [rows, signals] as the bytes of a bus, the first signal in the lowest bits.

    Raises:
        BadInput: a row has not one value for every signal.
    """
    if raw.shape[1] != len(formats):
        raise BadInput(f"jets have {raw.shape[1]} values, but the design has {len(formats)} inputs.")
    columns = [
        (raw[:, [n]].astype(np.int64) >> np.arange(shape.width)) & 1 for n, shape in enumerate(formats)
    ]
    packed = np.packbits(np.concatenate(columns, axis=1).astype(np.uint8), axis=1, bitorder="little")
    out = np.zeros((len(raw), size), dtype=np.uint8)
    out[:, : packed.shape[1]] = packed
    return out


def unpack(rows: NDArray[np.uint8], formats: Sequence[Format]) -> Raw:
    """Raw values [rows, signals] from the bytes of a bus."""
    bits = np.unpackbits(rows, axis=1, bitorder="little").astype(np.int64)
    columns, place = [], 0
    for shape in formats:
        weights = np.int64(1) << np.arange(shape.width)
        weights[-1] *= -1 if shape.signed else 1
        columns.append(bits[:, place : place + shape.width] @ weights)
        place += shape.width
    return np.stack(columns, axis=-1)


def _compile(design: RtlDesign, work: Path) -> Path:
    """Shared library of a design, in ``work``."""
    root = verilator_root()
    assert root is not None
    sources = [design.directory.resolve() / name for name in design.sources]
    environment = dict(os.environ, VERILATOR_ROOT=str(root), TMPDIR=str(work))
    verilate = [str(root / "bin" / "verilator_bin"), "--cc", "-O3", "--x-assign", "unique", "-Wno-fatal"]
    verilate += ["-Wno-lint", "-Wno-style", "--top-module", "fpgajet_top", "--Mdir", str(work)]
    _run([*verilate, *map(str, sources)], work, environment, "Verilator does not accept")
    # One translation unit: most of the compile time of many would be the same headers again.
    parts = [HARNESS, *sorted(work.glob("*.cpp"))]
    parts += [root / "include" / name for name in ("verilated.cpp", "verilated_threads.cpp")]
    unit, library = work / "simulation.cc", work / "simulation.so"
    write_text(unit, "".join(map(_included, parts)))
    compile_ = ["g++", "-std=c++17", "-O1", "-fPIC", "-shared", "-w", "-o", str(library), str(unit)]
    compile_ += [f"-I{folder}" for folder in (root / "include", root / "include" / "vltstd", work)]
    _run(compile_, work, environment, "g++ cannot compile")
    return library


def _included(part: Path) -> str:
    """A part of the translation unit; what runs once, before the first clock, is half of the code: not optimised."""
    line = f'#include "{part}"\n'
    if "__Slow" not in part.name:
        return line
    return f'#pragma GCC push_options\n#pragma GCC optimize("O0")\n{line}#pragma GCC pop_options\n'


def _run(command: list[str], work: Path, environment: dict[str, str], complaint: str) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        log = keep_log("fpgajet-verilator-", work, done.stdout + done.stderr)
        first = next((line for line in done.stderr.splitlines() if "rror" in line), "no message")
        raise ToolFailed(f"{complaint} the generated code: {first.strip()}. The whole output is in {log}.")
