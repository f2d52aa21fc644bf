"""Exports of a build: what leaves the build directory, compared with the reference before it does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, Mismatch
from fpgajet.export.c import Emulator, compile_emulator, write_package
from fpgajet.export.names import identifier
from fpgajet.files import sha256
from fpgajet.fixed import from_real
from fpgajet.folders import ScratchFolder, atomic_folder
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.events import given_events
from fpgajet.pipeline.paths import BuildDirectory, existing_build
from fpgajet.pipeline.record import noted_hashes, path_digest
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.verify.vectors import edge_vectors

#: Real jets, and edge vectors, that go with an export as test vectors.
VECTORS = 1000
#: Events that the reference computes at a time.
CHUNK = 2000
SEED = 20231216


@dataclass(frozen=True)
class Export:
    """A finished export.

    Attributes:
        folder: where its files lie.
        name: what all its names begin with.
        events: events on which it equals the integer reference.
        target: what it is for.
    """

    folder: Path
    name: str
    events: int
    target: str = "c"


@dataclass(frozen=True)
class Prepared:
    """What every export of a build begins with.

    Attributes:
        build: the directory. network: what it holds.
        name: what all names of the export begin with.
        jets, edge: features of real jets and edge vectors, float32 [events, N, F].
    """

    build: BuildDirectory
    network: Network
    name: str
    jets: NDArray[np.float32]
    edge: NDArray[np.float32]

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The events that go with an export."""
        return np.concatenate([self.jets[:VECTORS], self.edge[:VECTORS]])


def run_export(
    build_dir: Path,
    *,
    name: str | None = None,
    version: int = 1,
    out: Path | None = None,
    events: Path | None = None,
    edges: int = 10_000,
    reporter: Reporter | None = None,
) -> Export:
    """Write the C emulator of a build, compile it, and compare it with the integer reference.

    Args:
        build_dir: made by ``fpgajet build``.
        name: what the export is called; by default the model's name.
        version: number of this version, part of every name in the export.
        out: the export's folder; by default ``build_dir/export/NAME_vVERSION``.
        events: jets to compare on; by default the shipped sample.
        edges: number of edge vectors to compare on besides.
        reporter: hears of the steps.

    Raises:
        BadInput: not a build, a changed model, unusable events, or a name that C does not take.
        Mismatch: the emulator differs from the reference; nothing is left.
        MissingTool, ToolFailed: no C compiler, or it failed.
        CannotWrite: the folder cannot be written, or holds something else.
    """
    listener = reporter or Silent()
    given = prepare(build_dir, name=name, version=version, events=events, edges=edges)
    folder = free_folder(build_dir / "export" / given.name if out is None else out)
    network, called = given.network, given.name
    with atomic_folder(folder) as work:
        with reported(listener, "export"):
            package = write_package(network, work, called, given.vectors, sha256(given.build.model))
        with reported(listener, "compile"), ScratchFolder("fpgajet-export-") as place:
            library = compile_emulator(package, place / f"lib{called}.so")
            emulator = Emulator(package, library, network.input_type)
            compared = _compare(network, emulator, np.concatenate([given.jets, given.edge]), listener)
    return Export(folder, called, compared)


def prepare(build_dir: Path, *, name: str | None, version: int, events: Path | None, edges: int) -> Prepared:
    """Check a build, and compute the events that its export is compared on.

    Raises:
        BadInput: see :func:`run_export`.
    """
    build = existing_build(build_dir)
    artefacts = Artefacts(build)
    network = artefacts.network
    _require_unchanged(build)
    called = identifier(network.name if name is None else name, version)
    jets = given_events(artefacts, events)
    edge = np.concatenate(list(edge_vectors(network, edges, SEED, jets).values()))
    return Prepared(build, network, called, jets, edge)


def free_folder(folder: Path) -> Path:
    """``folder``, if an export may be written there.

    Raises:
        BadInput: something else is there.
    """
    if folder.exists() and not (folder / "manifest.json").is_file():
        raise BadInput(f"{folder} exists and is no export. Give another folder with --out.")
    return folder


def _require_unchanged(build: BuildDirectory) -> None:
    """The model is the one that the build made and certified."""
    noted = noted_hashes(build.root)
    if noted is None or noted.get(build.model.name) != path_digest(build.model):
        raise BadInput(
            f"{build.model} is not the file that the build in {build.root} made. Run `fpgajet build` again."
        )


def _compare(network: Network, emulator: Emulator, features: NDArray[np.float32], reporter: Reporter) -> int:
    """Number of events, all of which agree."""
    raw = from_real(features, network.input_type)
    fraction = network.output.operator.output.fraction
    for start in range(0, len(raw), CHUNK):
        part = raw[start : start + CHUNK]
        stages = network.reference(FixedArray(part, network.input_type.fraction))
        expected = stages[network.output.name].at(fraction).reshape(len(part), -1)
        wrong = np.nonzero((emulator.run(part) != expected).any(axis=1))[0]
        if len(wrong):
            raise Mismatch(
                f"the C emulator differs from the integer reference, first in event {start + int(wrong[0])}. "
                "Nothing was exported. Please report this with the model: it is a fault of fpgajet or of the compiler."
            )
        reporter.advance(min(start + CHUNK, len(raw)), len(raw))
    return len(raw)
