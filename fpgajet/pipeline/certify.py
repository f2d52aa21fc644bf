"""Set up all implementations of a build and compare them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fpgajet.cli.output import messages
from fpgajet.graph.load import load, read_model
from fpgajet.hls.csim import CSimulation, compile_project
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.verify.certificate import Certificate, Implementation, certify
from fpgajet.verify.vectors import edge_vectors

REAL_JETS = "real jets"


class TorchModel:
    """The trained, quantised torch model of a checkpoint."""

    name = "torch"

    def __init__(self, checkpoint: Path) -> None:
        import torch

        from quant.checkpoint import load_model, open_checkpoint

        torch.set_num_threads(1)  # the tensors are tiny: more threads make it eight times slower
        self._model = load_model(open_checkpoint(checkpoint))

    def stages(self, jets: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Every stage, float64 [jets, ...], from float32 features [jets, N, F] of the input form."""
        stages: Mapping[str, NDArray[Any]] = self._model.stages(jets)
        return stages


def compile_csim(build: BuildDirectory) -> Path:
    """Compile the project as it lies in the build directory; returns the library."""
    return compile_project(build.project, build.compiled)


def certify_build(
    build: BuildDirectory,
    library: Path | None,
    jets: NDArray[np.float32],
    edges: int,
    seed: int,
    *,
    verilog: bool = False,
) -> Certificate:
    """Compare torch, integer reference, onnxruntime, qonnx, and what firmware there is.

    Args:
        build: a build with checkpoint and model.
        library: the compiled hls4ml project; None: without C simulation.
        jets: features of real jets, float32 [jets, N, F].
        edges: number of edge vectors.
        seed: of the edge vectors.
        verilog: simulate the build's Verilog as well.
    """
    from fpgajet.graph.run import OnnxRuntime, Qonnx

    model = read_model(build.model)
    network = load(model, str(build.model))
    implementations: list[Implementation] = [
        TorchModel(build.checkpoint),
        OnnxRuntime(model, network),
        Qonnx(model, network),
    ]
    if library is not None:
        implementations.append(CSimulation(build.project, library))
    if verilog:
        from fpgajet.rtl import RtlDesign, VerilogImplementation, VerilogSimulation

        simulation = VerilogSimulation(RtlDesign.read(build.verilog))
        implementations.append(VerilogImplementation(network, simulation))
    events = {REAL_JETS: jets} | edge_vectors(network, edges, seed, jets)
    with Progress(
        TextColumn("  comparing implementations"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("events"),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=sum(map(len, events.values())))
        return certify(
            network,
            implementations,
            events,
            score_kind=REAL_JETS,
            progress=lambda done: bar.advance(task, done),
        )


def describe_mismatch(certificate: Certificate) -> str:
    """One paragraph that names, for every implementation that differs, the first wrong stage."""
    lines = [
        f"{d.implementation} differs from the integer reference in "
        f"{certificate.differences[d.implementation]} values; the first is stage {d.stage!r}, element "
        f"{d.element} of event {d.event} ({d.kind}): {d.found!r} instead of {d.expected!r}"
        for d in certificate.first_differences
    ]
    return "; ".join(lines) + "."
