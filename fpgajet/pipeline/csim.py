"""C simulation of an existing build, for regression tests: compile anew, compare, change nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fpgajet.graph.load import load, read_model
from fpgajet.hls.csim import compile_project
from fpgajet.pipeline.certify import certify_build
from fpgajet.pipeline.jets import bare_events, shipped_sample
from fpgajet.pipeline.paths import existing_build
from fpgajet.pipeline.record import exclusive
from fpgajet.verify.certificate import Certificate


def run_csim(build_dir: Path, events: Path | None, edges: int, seed: int) -> Certificate:
    """Compile ``build_dir``'s C++ as it lies there and compare all implementations.

    Args:
        build_dir: made by ``fpgajet build``.
        events: jets; by default the shipped sample.
        edges: number of edge vectors.
        seed: of the edge vectors.

    Raises:
        BadInput: not a build, or unusable events.
        MissingTool, ToolFailed: no compiler, or it failed.
    """
    build = existing_build(build_dir)
    network = load(read_model(build.model), str(build.model))
    jets = network.form.features(bare_events(events or shipped_sample(), network.input_shape[0]))
    with exclusive(build_dir), tempfile.TemporaryDirectory(prefix="fpgajet-csim-") as work:
        library = compile_project(build.project, Path(work) / "csim")
        return certify_build(build, library, jets, edges, seed)
