"""C simulation of an existing build, for regression tests: compile again, compare, change nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fpgajet.hls.csim import compile_project
from fpgajet.pipeline.certify import certify_build
from fpgajet.pipeline.context import Artefacts
from fpgajet.pipeline.jets import bare_events, shipped_sample
from fpgajet.pipeline.paths import existing_build
from fpgajet.pipeline.record import exclusive
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.verify.certificate import Certificate


def run_csim(
    build_dir: Path, events: Path | None, edges: int, seed: int, reporter: Reporter | None = None
) -> Certificate:
    """Compile ``build_dir``'s C++ as it lies there and compare all implementations but the RTL.

    Args:
        build_dir: made by ``fpgajet build``.
        events: jets; by default the shipped sample.
        edges: number of edge vectors.
        seed: of the edge vectors.
        reporter: hears of the two steps, "csim" and "certificate".

    Raises:
        BadInput: not a build, or unusable events.
        MissingTool, ToolFailed: no compiler, or it failed.
    """
    listener = reporter or Silent()
    build = existing_build(build_dir)
    network = Artefacts(build).network
    jets = network.form.features(bare_events(events or shipped_sample(), network.input_shape[0]))
    with exclusive(build_dir), tempfile.TemporaryDirectory(prefix="fpgajet-csim-") as work:
        with reported(listener, "csim"):
            library = compile_project(build.project, Path(work) / "csim")
        with reported(listener, "certificate"):
            return certify_build(Artefacts(build, library), {"hls"}, jets, edges, seed, listener)
