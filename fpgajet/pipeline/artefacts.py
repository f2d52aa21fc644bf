"""Files of a build directory, opened on first use."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fpgajet.folders import ScratchFolder
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import read_record

if TYPE_CHECKING:
    import onnx

    from fpgajet.graph.foreign.hardware import ForeignNetwork
    from fpgajet.ops.network import Network
    from fpgajet.rtl import VerilogSimulation
    from quant.checkpoint import Checkpoint
    from quant.models.quantised import QuantisedNetwork


class Artefacts:
    """Files of a build directory, opened on first use and kept.

    Args:
        directory: a build; what a property opens must have been written.
    """

    def __init__(self, directory: BuildDirectory) -> None:
        self.directory = directory
        self._library: Path | None = None
        self._work: ScratchFolder | None = None
        self._simulation: VerilogSimulation | None = None
        self._compiling = threading.Lock()

    @cached_property
    def model(self) -> onnx.ModelProto:
        """The QONNX model."""
        from fpgajet.graph.load import read_model

        return read_model(self.directory.model)

    @cached_property
    def network(self) -> Network:
        """The network that the QONNX model describes."""
        from fpgajet.graph.load import load

        return load(self.model, str(self.directory.model))

    @cached_property
    def foreign_model(self) -> onnx.ModelProto:
        """The build's own copy of a foreign file."""
        from fpgajet.graph.reading import read_model

        return read_model(self.directory.foreign)

    @cached_property
    def foreign(self) -> ForeignNetwork:
        """The network that the foreign file describes, its input as the settings in the record say."""
        from fpgajet.fixed import FixedType
        from fpgajet.graph.foreign import read_foreign
        from fpgajet.graph.foreign.hardware import foreign_network

        graph = read_foreign(self.foreign_model, str(self.directory.foreign))
        stated = read_record(self.directory.root).get("settings", {}).get("input_precision")
        return foreign_network(graph, FixedType.from_ap_fixed(stated) if stated else None)

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The build's own copy of the checkpoint."""
        from quant.checkpoint import open_checkpoint

        return open_checkpoint(self.directory.checkpoint)

    @cached_property
    def trained(self) -> QuantisedNetwork:
        """The quantised torch model of the checkpoint."""
        from quant.checkpoint import load_model

        return load_model(self.checkpoint)

    def compile(self, log: Path | None = None) -> Path:
        """Compile the C simulation, into a folder of this process that lasts as long as this object.

        Args:
            log: gets what the compiler says.

        Raises:
            MissingTool, BadInput, ToolFailed: see :func:`fpgajet.hls.csim.compile_project`.
        """
        from fpgajet.hls.csim import compile_project

        self._work = self._work or ScratchFolder("fpgajet-csim-")
        self._library = compile_project(self.directory.project, self._work.path, log)
        return self._library

    @property
    def library(self) -> Path:
        """The C simulation, compiled by this process: a library that lies in a directory may be anybody's."""
        return self._library or self.compile()

    @property
    def simulation(self) -> VerilogSimulation:
        """The Verilog as it lies there, compiled by this process; who comes while it is being compiled waits.

        Raises:
            MissingTool, ToolFailed, CannotWrite: see :class:`fpgajet.rtl.VerilogSimulation`.
        """
        from fpgajet.rtl import RtlDesign, VerilogSimulation

        with self._compiling:
            if self._simulation is None:
                self._simulation = VerilogSimulation(RtlDesign.read(self.directory.verilog))
            return self._simulation

    def compile_verilog(self) -> str:
        """Compile the Verilog for :attr:`simulation`; returns what was compiled."""
        return self.simulation.language
