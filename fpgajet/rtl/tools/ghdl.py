"""Cycle-exact simulation of the VHDL with GHDL: slow, and independent of Verilator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import ToolFailed
from fpgajet.files import write_bytes, write_text
from fpgajet.rtl.tools.bus import pack, unpack
from fpgajet.rtl.tools.installed import ghdl_program, require
from fpgajet.rtl.tools.scratch import run_tool, temporary_folder
from fpgajet.rtl.tools.simulation import Clocked, Simulation
from fpgajet.rtl.write.design import RtlDesign

BENCH = Path(__file__).with_name("bench.vhd")
STANDARD = "--std=08"
FOLDER = "fpgajet-ghdl-"


class VhdlSimulation(Simulation):
    """The VHDL of a design. Tens to thousands of jets per second."""

    language = "VHDL"

    def __init__(self, design: RtlDesign) -> None:
        """Only checks that GHDL is there: it analyses the files whenever it runs.

        Raises:
            MissingTool: GHDL is not installed.
        """
        require("ghdl")
        self.design = design

    def clock(self, jets: NDArray[Any], valid: NDArray[Any], reset: NDArray[Any]) -> Clocked:
        """Apply one row of each array a clock.

        Raises:
            ToolFailed: GHDL does not accept the VHDL, or a valid score has bits without a value.
        """
        bits_in, bits_out = (
            sum(f.width for f in formats) for formats in (self.design.jet, self.design.score)
        )
        rows = np.unpackbits(pack(jets, self.design.jet, -(-bits_in // 8)), axis=1, bitorder="little")
        rows = np.column_stack([rows[:, :bits_in], valid, reset]).astype(np.uint8)[:, ::-1]
        with temporary_folder(FOLDER) as work:
            given_bits = np.column_stack([rows + 48, np.full(len(rows), 10, np.uint8)])
            write_bytes(work / "in.txt", given_bits.tobytes())
            sources = [self.design.directory.resolve() / "vhdl" / name for name in self.design.vhdl]
            widths = [f"-gBITS_IN={bits_in}", f"-gBITS_OUT={bits_out}"]
            decides = self.design.threshold is not None
            bench = work / "bench.vhd"
            write_text(bench, _bench(decides))
            for step in (
                ["-a", STANDARD, *map(str, [*sources, bench])],
                ["-r", STANDARD, "bench", *widths, "--ieee-asserts=disable"],
            ):
                command = [ghdl_program(), *step]
                run_tool(command, work, FOLDER, "GHDL does not accept the generated VHDL", cwd=work)
            lines = (work / "out.txt").read_text(encoding="ascii").split()
        shown_valid = np.array([line[0] == "1" for line in lines])
        if any(set(line) - {"0", "1"} for line, valid_ in zip(lines, shown_valid, strict=True) if valid_):
            raise ToolFailed(f"the VHDL in {self.design.directory} gives a score with undefined bits.")
        decision = np.array([line[1] == "1" for line in lines]) if decides else None
        given = np.array(
            [[char == "1" for char in line[: int(decides) : -1]] for line in lines], dtype=np.uint8
        )
        scores = unpack(np.packbits(given, axis=1, bitorder="little"), self.design.score)
        return Clocked(scores, shown_valid, decision)


def _bench(decides: bool) -> str:
    """The bench; with a decision, that bit stands between the valid bit and the score."""
    text = BENCH.read_text(encoding="utf-8")
    if not decides:
        return text
    text = text.replace("signal valid_out : std_logic;", "signal valid_out, decision : std_logic;")
    text = text.replace("valid_out, score);", "valid_out, score, decision);")
    return text.replace("write(row, score);", "write(row, decision);\n      write(row, score);")
