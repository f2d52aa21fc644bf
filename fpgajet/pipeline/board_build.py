"""From a model to the bitstream of a board: ``fpgajet board build``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.devices.open_parts import board, open_part
from fpgajet.errors import BadInput, Mismatch
from fpgajet.export.manifest import MANIFEST
from fpgajet.files import read_json, sha256
from fpgajet.pipeline.build import run_build
from fpgajet.pipeline.build_settings import load_settings
from fpgajet.pipeline.code import code_digest
from fpgajet.pipeline.export_board import CODE, PREFIX
from fpgajet.pipeline.export_targets import run_exports
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Reporter, Silent
from fpgajet.pipeline.unchanged import built_before
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.tools.installed import require

#: What makes an export.
EXPORTS = "fpgajet.pipeline.export_board"


@dataclass(frozen=True)
class BoardBuild:
    """A bitstream and where it comes from.

    Attributes:
        build: directory of the build. folder: of the export, with bitstream and logs. manifest: what lies there.
        new: whether this call made it; False: it was there.
    """

    build: Path
    folder: Path
    manifest: dict[str, Any]
    new: bool

    @property
    def bitstream(self) -> Path:
        """The file for the board."""
        return self.folder / str(self.manifest["bitstream"])

    def as_dict(self) -> dict[str, Any]:
        """What ``fpgajet board build --json`` prints."""
        names = (
            "board",
            "part",
            "fmax_mhz",
            "seed",
            "used",
            "latency_cycles",
            "ii",
            "events_compared",
            "tools",
        )
        return {
            "build": str(self.build),
            "folder": str(self.folder),
            "bitstream": str(self.bitstream),
            "new": self.new,
            **{name: self.manifest[name] for name in names},
        }


def run_board_build(
    model: str,
    board_name: str,
    out: Path | None = None,
    *,
    reporter: Reporter | None = None,
    command: str = "",
) -> BoardBuild:
    """Build a model, certify it, and place, route and pack it for a board; what is up to date is not done again.

    Args:
        model: zoo name or checkpoint directory. board_name: as in ``fpgajet/devices/data/boards.toml``.
        out: build directory; ``builds/MODEL-BOARD`` by default. command: what the report quotes.

    Raises:
        BadInput: an unknown model or board.
        MissingTool: one of the tools is missing, before anything is written.
        Mismatch: an implementation differs from the reference.
        BudgetMissed: the tagger does not fit, or misses the board's clock.
        ToolFailed, CannotWrite: see :func:`fpgajet.pipeline.export_board.export_board`.
    """
    listener = reporter or Silent()
    chosen = board(board_name)
    family_of(open_part(chosen.part)).require()
    require("alkaid", "yosys", "verilator", "g++")
    # Cells of UltraScale+ say nothing of this board.
    settings = load_settings(None, model=model, flow="rtl", synth=False)
    place = Path("builds") / f"{Path(model).resolve().name}-{chosen.name}" if out is None else out
    outcome = built_before(settings, place, listener, command)
    if outcome is None:
        outcome = run_build(settings, place, reporter=listener, command=command)
    certificate = outcome.report.certificate
    if certificate is None or certificate.total_differences:
        raise Mismatch(f"implementations differ: see {outcome.directory.certificate}. No bitstream was made.")
    target = PREFIX + chosen.name
    there = finished_export(outcome.directory, target)
    if there is not None:
        listener.note(target, "up to date")
        return BoardBuild(place, there, read_json(there / MANIFEST), new=False)
    (made,) = run_exports(place, [target], bitstream=True, reporter=listener)
    return BoardBuild(place, made.folder, read_json(made.folder / MANIFEST), new=True)


def finished_export(build: BuildDirectory, target: str) -> Path | None:
    """The export with bitstream that the same model and code would make again; None if there is none, or it changed."""
    for path in sorted((build.root / "export").glob(f"*-{target}/{MANIFEST}")):
        try:
            content = read_json(path)
            same = content["model"]["sha256"] == sha256(build.model) and content[CODE] == code_digest(
                (EXPORTS,)
            )
            files = dict(content["files"])
            whole = all(
                (path.parent / name).is_file() and sha256(path.parent / name) == files[name] for name in files
            )
            if same and whole and content.get("bitstream") in files:
                return path.parent
        except (BadInput, KeyError, TypeError):
            continue  # damaged: made again
    return None
