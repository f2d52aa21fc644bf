"""Cycle-exact simulation of a module between two AXI4-Streams with Verilator."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgajet.rtl.tools.installed import require
from fpgajet.rtl.tools.scratch import temporary_folder
from fpgajet.rtl.tools.verilator import FOLDER, compile_verilog

HARNESS = Path(__file__).with_name("stream_harness.cpp")


class Answers(NamedTuple):
    """What came out: words uint64 [n], TLAST of each, how many came, and how many input words were taken."""

    words: NDArray[np.uint64]
    last: NDArray[np.bool_]
    came: int
    taken: int


class StreamSimulation:
    """A module with the ports ``aclk, aresetn, s_axis_*, m_axis_*``, compiled."""

    def __init__(self, sources: Sequence[Path], top: str) -> None:
        """Compile it.

        Raises:
            MissingTool: Verilator or g++ is not installed.
            ToolFailed: the Verilog does not compile.
            CannotWrite: the temporary directory is full.
        """
        require("verilator", "g++")
        with temporary_folder(FOLDER) as work:
            self._library = ctypes.CDLL(str(compile_verilog(sources, work, top, HARNESS)))
        self._library.stream.restype = ctypes.c_ulong

    def run(
        self,
        words: NDArray[np.uint64],
        last: NDArray[Any],
        offer: NDArray[Any],
        accept: NDArray[Any],
        room: int,
    ) -> Answers:
        """Send words with their TLAST; ``offer`` and ``accept``, a bit per clock, make bubbles and backpressure.

        Args:
            room: answers that are kept; more are counted.
        """
        data = np.ascontiguousarray(words, dtype=np.uint64)
        bits = [np.ascontiguousarray(x, dtype=np.uint8) for x in (offer, accept, last)]
        answers, ends = np.zeros(room, np.uint64), np.zeros(room, np.uint8)
        taken = ctypes.c_ulong()
        came = self._library.stream(
            ctypes.c_ulong(len(bits[0])),
            *(ctypes.c_void_p(x.ctypes.data) for x in bits[:2]),
            ctypes.c_ulong(len(data)),
            ctypes.c_void_p(data.ctypes.data),
            ctypes.c_void_p(bits[2].ctypes.data),
            ctypes.c_ulong(room),
            *(ctypes.c_void_p(x.ctypes.data) for x in (answers, ends)),
            ctypes.byref(taken),
        )
        return Answers(answers, ends.astype(bool), int(came), taken.value)
