"""C simulation of an existing build, for regression tests: compile again, compare, change nothing."""

from __future__ import annotations

from pathlib import Path

from fpgajet.folders import exclusive, require_own
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.certify import certify_build
from fpgajet.pipeline.events import given_events
from fpgajet.pipeline.implementations import implementations_of
from fpgajet.pipeline.paths import existing_build
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.verify.certificate import Certificate


def run_csim(
    build_dir: Path,
    events: Path | None,
    edges: int,
    seed: int,
    reporter: Reporter | None = None,
    *,
    trust: bool = False,
) -> Certificate:
    """Compile ``build_dir``'s C++ as it lies there and compare all implementations but the RTL.

    Args:
        build_dir: made by ``fpgajet build``.
        events: jets; by default the shipped sample.
        edges: number of edge vectors.
        seed: of the edge vectors.
        reporter: hears of the two steps, "csim" and "certificate".
        trust: compile and run C++ that belongs to another user too.

    Raises:
        BadInput: not a build, one of another user without ``trust``, or unusable events.
        MissingTool, ToolFailed: no compiler, or it failed.
    """
    listener = reporter or Silent()
    build = existing_build(build_dir, with_project=True)
    require_own(build_dir, trust=trust, what="its C++")
    artefacts = Artefacts(build)
    jets = given_events(artefacts, events)
    with exclusive(build_dir):
        with reported(listener, "csim"):
            artefacts.compile()
        with reported(listener, "certificate"):
            return certify_build(
                artefacts, {"hls"}, jets, edges, seed, listener, implementations_of(artefacts)
            )
