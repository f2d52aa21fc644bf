"""The emulator repository for CMSSW, compiled by its own Makefile before it leaves the build directory."""

from __future__ import annotations

from pathlib import Path

from fpgajet.export.cmssw import check_repository, write_repository
from fpgajet.export.manifest import write_manifest
from fpgajet.files import sha256
from fpgajet.folders import ScratchFolder, atomic_folder
from fpgajet.pipeline.export_flow import Export, Prepared, free_folder
from fpgajet.pipeline.reporter import Reporter, reported


def export_cmssw(given: Prepared, folder: Path, listener: Reporter) -> Export:
    """The target ``cmssw``.

    Raises:
        BadInput: an input does not fit int32, or the folder holds something else.
        MissingTool, ToolFailed: make or a compiler is missing, or the repository does not compile.
        Mismatch: the emulator differs from the reference; nothing is left.
        CannotWrite: the folder cannot be written.
    """
    free_folder(folder)
    with atomic_folder(folder) as work:
        with reported(listener, "cmssw"):
            repository = write_repository(given.network, work, given.name, given.vectors)
        with reported(listener, "compile"), ScratchFolder("fpgajet-export-") as place:
            compared = check_repository(repository, place)
        model = {"name": given.network.name, "sha256": sha256(given.build.model)}
        write_manifest(work, "cmssw", given.name, model, {"events_compared": compared})
    return Export(folder, given.name, compared, "cmssw")
