"""Compare all implementations of a build."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.pipeline.implementations import IMPLEMENTATIONS
from fpgajet.pipeline.reporter import Reporter, Silent
from fpgajet.processes import program_threads
from fpgajet.verify.certificate import Certificate, certify
from fpgajet.verify.registry import Registry
from fpgajet.verify.vectors import edge_vectors

if TYPE_CHECKING:
    from fpgajet.ops.network import Network
    from fpgajet.pipeline.artefacts import Artefacts

REAL_JETS, REAL_EVENTS = "real jets", "real events"
#: What a certificate without the C simulation has to say of itself.
ONE_FORWARD = (
    "All implementations here, the reference included, come from one function per operator, its `forward`. That they "
    "agree shows that nothing derived from it differs. It does not check the formula itself: without the C++ of the "
    "HLS flow, which is written by hand, only the tests of fpgajet compare that with rational numbers."
)


def sample_kind(network: Network) -> str:
    """What the sample of a network holds: jets, or whole events."""
    return REAL_EVENTS if network.form.objects else REAL_JETS


def certify_build(
    build: Artefacts,
    flows: Collection[str],
    jets: NDArray[np.float32],
    edges: int,
    seed: int,
    reporter: Reporter | None = None,
    registry: Registry[Any] | None = None,
    threshold: int | None = None,
) -> Certificate:
    """Compare the integer reference with every registered implementation that the build has.

    Args:
        build: its checkpoint, its model, and what the flows wrote.
        flows: "hls" and "rtl", as far as they have run.
        jets: features of real jets, float32 [jets, N, F].
        edges: number of edge vectors.
        seed: of the edge vectors.
        reporter: hears how many events are done.
        threshold: of the decision bit, if the firmware has one.
        registry: implementations that belong to this kind of build; by default those of a checkpoint.
    """
    listener = reporter or Silent()
    network, known = build.network, IMPLEMENTATIONS if registry is None else registry
    entries = [entry for entry in known.certified(flows) if entry.fits(build)]
    # Some compile what they run: meanwhile this thread searches for edge vectors.
    with program_threads(len(entries)) as pool:
        making = [pool.submit(entry.make, build) for entry in entries]
        events = {sample_kind(network): jets} | edge_vectors(network, edges, seed, jets)
        implementations = [made.result() for made in making]
    total = sum(map(len, events.values()))
    result = certify(
        network,
        implementations,
        events,
        score_kind=sample_kind(network),
        progress=lambda done: listener.advance(done, total),
        threshold=threshold,
    )
    if registry is None and "hls" not in flows:
        result.common_source = ONE_FORWARD
    return result


def describe_mismatch(certificate: Certificate) -> str:
    """One paragraph that names, for every implementation that differs, the first wrong stage."""
    lines = [
        f"{d.implementation} differs from the integer reference in "
        f"{certificate.differences[d.implementation]} values; the first is stage {d.stage!r}, element "
        f"{d.element} of event {d.event} ({d.kind}): {d.found!r} instead of {d.expected!r}"
        for d in certificate.first_differences
    ]
    return "; ".join(lines) + "."
