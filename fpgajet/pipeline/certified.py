"""What the certificate stages of all kinds of build have in common: what they read, and how the result is kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from fpgajet.files import atomic_path, write_json
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.paths import BuildDirectory, proofs_of
from fpgajet.pipeline.record import path_digest

if TYPE_CHECKING:
    from fpgajet.verify.certificate import Certificate
    from fpgajet.verify.registry import Registry


def certified_reads(
    context: BuildContext, flows: Collection[str], registry: Registry[Artefacts]
) -> dict[str, Any]:
    """The model, the implementations of ``registry`` that these flows made, and what is proved of them."""
    build = context.directory
    return {
        "model.onnx": path_digest(build.model),
        "implementations": {e.name: e.reads(context.artefacts) for e in registry.certified(flows)},
        "proof": path_digest(build.proof),
        "cpp_proof": path_digest(build.cpp_proof),
    }


def keep_certified(
    build: BuildDirectory, flows: Collection[str], result: Certificate, arrays: dict[str, Any]
) -> str:
    """Write ``scores.npz`` with ``arrays``, and ``certificate.json``; returns the line that the stage says.

    Raises:
        CannotWrite: no room, or no right to write.
    """
    with atomic_path(build.scores) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
    write_json(build.certificate, result.document() | proofs_of(build, flows))
    return (
        f"{result.total_events} events, {len(result.implementations)} implementations, "
        f"{result.total_differences} differing values"
    )
