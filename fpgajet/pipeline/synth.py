"""The vendor tool as an optional stage after a build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fpgajet.files import read_json, write_json
from fpgajet.hls.synth import SynthesisSteps, hardware_rows, synthesise
from fpgajet.pipeline.build import refresh_report
from fpgajet.pipeline.paths import existing_build
from fpgajet.pipeline.record import exclusive, path_digest


def run_synth(
    build_dir: Path, steps: SynthesisSteps, say: Callable[[str], None]
) -> tuple[list[dict[str, Any]], Path]:
    """Synthesise a build's project and write its report again with the outcome.

    Returns:
        The new hardware rows, and the path of ``report.md``.

    Raises:
        BadInput, MissingTool, ToolFailed: see :func:`fpgajet.hls.synth.synthesise`.
    """
    build = existing_build(build_dir)
    with exclusive(build_dir):
        backend = read_json(build.record)["settings"]["backend"]
        reports = synthesise(build.project, build.root / "synth", backend, steps, say)
        rows = hardware_rows(reports)
        project = path_digest(build.project)
        write_json(build.synthesis, {"project": project, "rows": rows, "reports": reports})
        return rows, refresh_report(build)
