"""The simulated Verilog of a board behind a pseudo-terminal: for the host it is a serial port like any other."""

from __future__ import annotations

import ctypes
import os
import pty
import select
import threading
import tty
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from fpgajet.devices.open_parts import LEAST_DIVIDER
from fpgajet.export.board.package import BoardFacts
from fpgajet.files import write_text
from fpgajet.rtl.tools.installed import require
from fpgajet.rtl.tools.scratch import temporary_folder
from fpgajet.rtl.tools.verilator import FOLDER, compile_verilog

HARNESS = Path(__file__).with_name("harness.cpp")
#: Bytes that are handed to the simulation at a time, and room for what they give.
CHUNK, ROOM = 1024, 1 << 16
#: Seconds after which the thread looks whether it should end.
POLL = 0.05
_SHIM = """module fpgajet_shim (input clk, input reset, input uart_rx, output uart_tx);
  {top} #(.DIVIDER({divider})) board (.clk(clk), .reset(reset), .uart_rx(uart_rx), .uart_tx(uart_tx){open});
endmodule
"""


class SimulatedBoard:
    """A board that is Verilog. Use it in a ``with`` block; its clock only runs while bytes come.

    Attributes:
        port: path of the pseudo-terminal, to be opened like a serial port.
        mangle: what the line does to the bytes towards the board.
    """

    def __init__(self, facts: BoardFacts, sources: Sequence[Path], reset_level: int = 1) -> None:
        """Compile it.

        Raises:
            MissingTool: Verilator or g++ is not installed.
            ToolFailed: the Verilog does not compile.
        """
        require("verilator", "g++")
        with temporary_folder(FOLDER) as work:
            shim = work / "fpgajet_shim.v"
            write_text(shim, _SHIM.format(top=f"{facts.name}_board", divider=LEAST_DIVIDER, open=", .led()"))
            library = compile_verilog([shim, *sources], work, "fpgajet_shim", HARNESS)
            self._library = ctypes.CDLL(str(library))
        self._library.board_new.restype = ctypes.c_void_p
        self._library.board_exchange.restype = ctypes.c_ulong
        # A score, its answer's first bit, and some.
        self._silence = facts.latency_cycles + 40 * LEAST_DIVIDER
        self._level = reset_level
        self._busy, self._end = threading.Lock(), threading.Event()
        self.mangle: Callable[[bytes], bytes] = lambda sent: sent
        self.port = ""

    def __enter__(self) -> SimulatedBoard:
        self._board = ctypes.c_void_p(self._library.board_new(LEAST_DIVIDER, self._level))
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._end.clear()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        os.close(self._slave)
        os.close(self._master)
        self._library.board_delete(self._board)

    def reset(self) -> None:
        """Press the button."""
        with self._busy:
            self._library.board_reset(self._board)

    def exchange(self, sent: bytes) -> bytes:
        """What the board answers to bytes, without the pseudo-terminal."""
        given = np.frombuffer(sent, dtype=np.uint8)
        answered = np.zeros(ROOM, dtype=np.uint8)
        with self._busy:
            count = self._library.board_exchange(
                self._board,
                ctypes.c_void_p(given.ctypes.data),
                ctypes.c_ulong(len(given)),
                ctypes.c_void_p(answered.ctypes.data),
                ctypes.c_ulong(ROOM),
                ctypes.c_ulong(self._silence),
            )
        return answered[:count].tobytes()

    def _serve(self) -> None:
        while not self._end.is_set():
            if not select.select([self._master], [], [], POLL)[0]:
                continue
            received = self.mangle(os.read(self._master, CHUNK))
            answered = memoryview(self.exchange(received)) if received else memoryview(b"")
            while answered and not self._end.is_set():
                if select.select([], [self._master], [], POLL)[1]:
                    answered = answered[os.write(self._master, answered) :]
