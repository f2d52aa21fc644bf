"""The netlist that was placed and routed, simulated: cells of the family, each as Yosys describes it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import ToolFailed
from fpgajet.files import write_text
from fpgajet.fixed import from_real, to_real
from fpgajet.ops.network import Network
from fpgajet.processes import run
from fpgajet.rtl.route.harness import TOP
from fpgajet.rtl.route.netlist import NETLIST_VERILOG
from fpgajet.rtl.tools.bus import RawValues, pack, unpack
from fpgajet.rtl.tools.installed import require, yosys_command
from fpgajet.rtl.tools.scratch import temporary_folder
from fpgajet.rtl.tools.verilator import FOLDER, compile_verilog
from fpgajet.rtl.write.design import RtlDesign

HERE = Path(__file__).parent
HARNESS = HERE / "shift_harness.cpp"
#: Cells that Yosys only knows by their ports.
OUR_CELLS = HERE / "mult18x18d.v"
_SCRIPT = """read_verilog "{netlist}"
read_verilog -nooverwrite "{ours}"
read_verilog -nooverwrite +/ecp5/cells_sim.v
hierarchy -check -top {top}
proc
flatten
opt_clean
write_verilog -noattr flat.v
"""


class NetlistSimulation:
    """The netlist of a design for ECP5. Hundreds of jets per second."""

    def __init__(self, design: RtlDesign) -> None:
        """Compile what :func:`~fpgajet.rtl.route.netlist.synthesise` wrote to the folder of a design.

        Raises:
            MissingTool: Yosys, Verilator or g++ is not installed.
            ToolFailed: one of them does not accept the netlist.
        """
        require("yosys", "verilator", "g++")
        self._design = design
        with temporary_folder(FOLDER) as work:
            script = work / "simulation.ys"
            netlist = (design.directory / NETLIST_VERILOG).resolve()
            write_text(script, _SCRIPT.format(netlist=netlist, ours=OUR_CELLS, top=TOP))
            done = run(yosys_command(script), cwd=work)
            if done.status != 0:
                raise ToolFailed(f"Yosys cannot read its own netlist {netlist}: {done.first_line('ERROR')}.")
            self._library = ctypes.CDLL(str(compile_verilog([work / "flat.v"], work, TOP, HARNESS)))
        self._library.shift_run.restype = ctypes.c_ulong

    def scores(self, raw: NDArray[Any]) -> RawValues:
        """Raw outputs [jets, outputs] of raw inputs [jets, ...].

        Raises:
            ToolFailed: a score does not come when it should.
        """
        design = self._design
        bits_in, bits_out = (sum(shape.width for shape in shapes) for shapes in (design.jet, design.score))
        flat = np.asarray(raw).reshape(len(raw), -1)
        packed = pack(flat, design.jet, -(-bits_in // 8))
        given = np.unpackbits(packed, axis=1, bitorder="little")[:, bits_in - 1 :: -1]
        given = np.ascontiguousarray(given)
        shown = np.zeros((len(flat), bits_out), dtype=np.uint8)
        came = self._library.shift_run(
            ctypes.c_ulong(len(flat)), ctypes.c_uint(bits_in), ctypes.c_uint(bits_out),
            ctypes.c_uint(design.latency_cycles), *(ctypes.c_void_p(x.ctypes.data) for x in (given, shown)),
        )  # fmt: skip
        if came != len(flat):
            raise ToolFailed(f"the netlist in {design.directory} does not have the latency of its Verilog.")
        return unpack(np.packbits(shown[:, ::-1], axis=1, bitorder="little"), design.score)


@dataclass(frozen=True)
class NetlistImplementation:
    """The simulated netlist as an implementation of the network for a certificate; it shows the score.

    Attributes:
        network: what it has to compute. simulation: the netlist. name: in the certificate.
    """

    network: Network
    simulation: NetlistSimulation
    name: str

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """The score [jets, ...] as real numbers, from float32 jets before the input quantiser."""
        node = self.network.output
        raw = self.simulation.scores(from_real(jets, self.network.input_type))
        shape = (len(jets), *self.network.shapes()[node.name])
        return {node.name: to_real(raw, node.operator.output.fraction).reshape(shape)}
