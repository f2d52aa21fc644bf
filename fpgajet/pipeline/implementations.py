"""The implementations that a build can compare, each declared once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices.open_parts import open_parts
from fpgajet.pipeline.record import path_digest
from fpgajet.verify.certificate import Implementation
from fpgajet.verify.registry import Entry, Registry

if TYPE_CHECKING:
    from fpgajet.graph.foreign.imported import Imported
    from fpgajet.pipeline.artefacts import Artefacts
    from fpgajet.pipeline.paths import BuildDirectory
    from quant.models.quantised import QuantisedNetwork


#: What an input of the C emulator can be.
INT32 = -(1 << 31), (1 << 31) - 1
#: The netlist that Yosys maps, in the folder of a target.
NETLIST = "netlist.v"
#: Numbers in all stages together up to which the C emulator is compiled for the certificate (`vecnet-n8-s8v2`: 2,225).
MOST_EMULATED = 2_500


class TorchModel:
    """The trained, quantised torch model of a checkpoint."""

    name = "torch"

    def __init__(self, model: QuantisedNetwork) -> None:
        self._model = model

    def stages(self, jets: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Every stage, float64 [jets, ...], from float32 features [jets, N, F] of the input form."""
        import torch

        # The tensors are tiny: more threads make it eight times slower. The setting belongs to the calling thread.
        torch.set_num_threads(1)
        stages: Mapping[str, NDArray[Any]] = self._model.stages(jets)
        return stages


def _torch(build: Artefacts) -> Implementation:
    if build.directory.runs.is_dir():
        from fpgajet.pipeline.shared_torch import SharedTorch

        return SharedTorch(build)
    return TorchModel(build.trained)


def _onnxruntime(build: Artefacts) -> Implementation:
    from fpgajet.graph.run import OnnxRuntime

    return OnnxRuntime(build.model, build.network)


def _qonnx(build: Artefacts) -> Implementation:
    from fpgajet.graph.run import Qonnx

    return Qonnx(build.model, build.network)


def _foreign(build: Artefacts) -> Implementation:
    from fpgajet.graph.foreign.run_qonnx import ForeignFile

    return ForeignFile(build.foreign_model, build.foreign)


def _exact_foreign(build: Artefacts) -> Implementation:
    from fpgajet.graph.foreign.run_qonnx import ExactFile

    return ExactFile(build.foreign)


def _csim(build: Artefacts) -> Implementation:
    from fpgajet.hls.csim import CSimulation

    return CSimulation(build.directory.project, build.library)


def _emulator(build: Artefacts) -> Implementation:
    from fpgajet.export.c import Emulator, compile_emulator
    from fpgajet.export.c.package import write_sources
    from fpgajet.folders import ScratchFolder

    with ScratchFolder("fpgajet-emulator-") as place:  # once loaded, the library needs no file
        package = write_sources(build.network, place, "emulator", every_stage=True)
        # Optimising takes seven times as long as all events of the certificate do without.
        library = compile_emulator(package, place / "emulator.so", ("-O0",))
        return Emulator(package, library, build.network.input_type)


def _emulated(build: Artefacts) -> bool:
    """Whether the emulator compiles in seconds, and takes the network's inputs."""
    network, given = build.network, build.network.input_type
    values = sum(math.prod(shape) for shape in network.shapes().values())
    return values <= MOST_EMULATED and given.lowest >= INT32[0] and given.highest <= INT32[1]


def _verilog(build: Artefacts) -> Implementation:
    from fpgajet.rtl import VerilogImplementation

    return VerilogImplementation(build.network, build.simulation)


def _vhdl(build: Artefacts) -> Implementation:
    from fpgajet.rtl import RtlDesign, VerilogImplementation
    from fpgajet.rtl.tools.ghdl import VhdlSimulation

    simulation = VhdlSimulation(RtlDesign.read(build.directory.verilog))
    return VerilogImplementation(build.network, simulation, "vhdl")


def _netlist(build: Artefacts, target: str) -> Implementation:
    from fpgajet.rtl import RtlDesign
    from fpgajet.rtl.route.simulation import NetlistImplementation, NetlistSimulation

    simulation = NetlistSimulation(RtlDesign.read(build.directory.routed / target))
    return NetlistImplementation(build.network, simulation, netlist_name(target))


def _is_mapped(build: Artefacts, target: str) -> bool:
    """Whether a target has a netlist of cells."""
    return (build.directory.routed / target / NETLIST).is_file()


def netlist_name(target: str) -> str:
    """The netlist of a target as an implementation."""
    return f"netlist of {target}"


def _netlist_reads(build: Artefacts, target: str) -> dict[str, Any]:
    return {"netlist": path_digest(build.directory.routed / target / NETLIST)}


def _csim_reads(build: Artefacts) -> dict[str, Any]:
    return {"sources": sources_digest(build.directory)}


def _verilog_reads(build: Artefacts) -> dict[str, Any]:
    from fpgajet.rtl import available

    sources = [path_digest(path) for path in sorted(build.directory.verilog.glob("*.v"))]
    return {"tool": available()["verilator"].version, "verilog": sources}


def sources_digest(directory: BuildDirectory) -> dict[str, str | None]:
    """Hashes of what the C simulation compiles: neither part nor clock is among it."""
    names = sorted(path.name for path in directory.project.glob("*_bridge.cpp"))
    return {name: path_digest(directory.project / name) for name in ["firmware", *names]}


IMPLEMENTATIONS: Registry[Artefacts] = Registry(
    Entry("torch", "quantised", _torch, files=("checkpoint",), physics="quantised", curve=True),
    Entry("onnxruntime", "onnxruntime", _onnxruntime, files=("model.onnx",)),
    Entry("qonnx", "qonnx", _qonnx, files=("model.onnx",)),
    Entry(
        "csim", "C simulation", _csim,
        flow="hls", tools=("g++",), files=("hls", "csim"), reads=_csim_reads,
        physics="csim", curve=True,
    ),
    Entry(
        "c emulator", "C emulator", _emulator,
        flow="hls", tools=("g++",), files=("model.onnx",), fits=_emulated,
    ),
    Entry(
        "verilog", "Verilog simulation", _verilog,
        flow="rtl", tools=("verilator", "g++"), files=("rtl",), reads=_verilog_reads, shows="score",
        physics="verilog",
    ),
    # Not certified: GHDL takes a minute for 200 jets. Those are compared where the VHDL is written.
    Entry(
        "vhdl", "VHDL simulation", _vhdl,
        flow="rtl", tools=("ghdl",), files=("rtl",), shows="score", certified=False,
    ),
    # Of ECP5 alone: Yosys describes all its cells but the multiplier.
    *(
        Entry(
            netlist_name(part.name), f"netlist of cells for {part.name}", partial(_netlist, target=part.name),
            flow="routed", tools=("yosys", "verilator", "g++"), files=("routed",),
            fits=partial(_is_mapped, target=part.name), reads=partial(_netlist_reads, target=part.name), shows="score",
        )
        for part in open_parts()
        if part.family == "ecp5"
    ),
)  # fmt: skip

#: What executes the model without a compiler: beside a netlist, as far as it is installed.
EXECUTED = ("torch", "onnxruntime", "qonnx")

#: Name of a foreign ONNX file as an implementation.
FILE, EXACT_FILE = "foreign file (qonnx)", "foreign file (float64)"
#: Of a build from a foreign ONNX file: the file itself is there in the place of the torch model.
FOREIGN_IMPLEMENTATIONS: Registry[Artefacts] = Registry(
    Entry(FILE, FILE, _foreign, files=("foreign.onnx",), physics="foreign_file"),
    Entry(EXACT_FILE, EXACT_FILE, _exact_foreign, files=("foreign.onnx",), physics="foreign_file_float64"),
    *(entry for entry in IMPLEMENTATIONS if entry.name != "torch"),
)


def implementations_of(build: Artefacts) -> Registry[Artefacts]:
    """Those that have to agree in this build."""
    if not build.directory.foreign.exists():
        return IMPLEMENTATIONS
    return foreign_implementations(build.foreign.imported)


def netlist_implementations(build: Artefacts, target: str) -> Registry[Artefacts]:
    """The netlist of a target, and what executes the model that it was made of."""
    there = {name for name in EXECUTED if find_spec(name)}
    if not build.directory.checkpoint.is_dir() or build.directory.runs.is_dir():
        there.discard("torch")
    return Registry(*(e for e in IMPLEMENTATIONS if e.name in there | {netlist_name(target)}))


def foreign_implementations(imported: Imported) -> Registry[Artefacts]:
    """Those of a foreign file: qonnx executes it where float32 holds all numbers, else it is executed in float64.

    A file of which a constant had to be rounded is none of them, since it differs.
    """
    left = {FILE, EXACT_FILE} - (
        {FILE if imported.carried else EXACT_FILE} if not imported.rounded else set()
    )
    return Registry(*(entry for entry in FOREIGN_IMPLEMENTATIONS if entry.name not in left))
