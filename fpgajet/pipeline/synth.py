"""The vendor tool as an optional stage after a build."""

from __future__ import annotations

import time
from pathlib import Path

from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.files import read_json, write_json
from fpgajet.folders import exclusive, require_own
from fpgajet.hls.synth import SynthesisSteps, hardware_rows, synthesise
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.paths import existing_build
from fpgajet.pipeline.record import note_synthesis, path_digest
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.pipeline.reporting import refresh_report


def run_synth(
    build_dir: Path, steps: SynthesisSteps, reporter: Reporter | None = None, *, trust: bool = False
) -> tuple[list[HardwareRow], Path]:
    """Synthesise a build's project and write its report again with the outcome.

    Args:
        build_dir: made by ``fpgajet build``. steps: optional steps of the tool.
        reporter: hears every line that the tool prints.
        trust: let the tool compile and run the test bench of another user too.

    Returns:
        The new hardware rows, and the path of ``report.md``.

    Raises:
        BadInput, MissingTool, ToolFailed: see :func:`fpgajet.hls.synth.synthesise`.
    """
    listener = reporter or Silent()
    build = existing_build(build_dir, with_project=True)
    require_own(build_dir, trust=trust, what="its C++ test bench")
    with exclusive(build_dir):
        started = time.perf_counter()
        backend = read_json(build.record)["settings"]["backend"]
        with reported(listener, "synth"):
            reports = synthesise(build.project, build.root / "synth", backend, steps, listener.line)
        rows = hardware_rows(reports)
        content = {"project": path_digest(build.project), "rows": [row.as_dict() for row in rows]}
        write_json(build.synthesis, content | {"reports": reports})
        note_synthesis(build_dir, time.perf_counter() - started)
        refresh_report(Artefacts(build))
        return rows, build.report
