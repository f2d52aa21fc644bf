"""Run the vendor's HLS tool on a project, where there is one, and read its reports."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.errors import MissingTool, ToolFailed
from fpgajet.files import write_errors, write_text
from fpgajet.folders import refuse_links
from fpgajet.hls.backends import BACKENDS
from fpgajet.hls.tcl import OPTIONS_TCL, options_tcl, read_target, write_tcl
from fpgajet.processes import run

LOG = "vendor.log"


@dataclass(frozen=True)
class SynthesisSteps:
    """Which steps of ``build_prj.tcl`` run; the test bench's C simulation and C synthesis always do."""

    cosim: bool = False
    vsynth: bool = False

    def tcl(self) -> str:
        """The content of ``build_opt.tcl``."""
        return options_tcl(cosim=self.cosim, vsynth=self.vsynth)


def find_tool(backend: str, steps: SynthesisSteps) -> list[str]:
    """The command line of the vendor tool.

    Raises:
        MissingTool: none of the programs of this back end is on PATH.
    """
    if steps.vsynth and shutil.which("vivado") is None:
        raise MissingTool(
            "--vsynth needs `vivado` on PATH for logic synthesis; source Vivado's settings64.sh, or leave "
            "--vsynth out."
        )
    commands = BACKENDS[backend].commands
    for program, arguments in commands.items():
        if shutil.which(program):
            return [program, *arguments]
    names = " or ".join(commands)
    raise MissingTool(
        f"no vendor tool for the backend {backend}: {names} is not on PATH. Source the settings64.sh of "
        "Vitis / Vivado, or copy the build's folder `hls` to a machine that has one and run "
        f"`{' '.join(next(iter(commands.values())))}` with the tool there."
    )


def synthesise(
    project: Path,
    work: Path,
    backend: str,
    steps: SynthesisSteps,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Run the vendor tool on a copy of the project, with Tcl written anew, and read what it reports.

    Args:
        project: as written by :func:`fpgajet.hls.project.write_project`; it stays as it is.
        work: where the copy is made; replaced.
        backend: ``vitis`` or ``vivado``.
        steps: optional steps.
        say: gets every line the tool prints.

    Returns:
        ``command``, and hls4ml's report dictionaries under their own keys (``CSynthesisReport``, ...).

    Raises:
        MissingTool: no vendor tool.
        BadInput: the project holds values that fpgajet does not write, or links that lead out of it.
        ToolFailed: it failed, or left no report.
    """
    command = find_tool(backend, steps)
    target = read_target(project, backend)
    refuse_links(project)
    with write_errors(work):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(project, work, ignore=shutil.ignore_patterns("*.tcl", "*.sh", "*.so"))
    write_tcl(work, target)
    write_text(work / OPTIONS_TCL, steps.tcl())
    log = work / LOG
    done = run(command, cwd=work, log=log, say=say)
    if done.status != 0:
        last = next((line.strip() for line in reversed(done.output.splitlines()) if line.strip()), "")
        raise ToolFailed(
            f"{command[0]} ended with status {done.status}: {last}. Its whole output is in {log}."
        )
    return {"command": command, "backend": backend} | read_reports(work)


def read_reports(work: Path) -> dict[str, Any]:
    """hls4ml's report dictionaries of a project in which the vendor tool has run.

    Raises:
        ToolFailed: there is no C synthesis report, or it cannot be read.
    """
    from hls4ml.report import parse_vivado_report

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            reports = parse_vivado_report(str(work))
    except Exception as error:  # hls4ml's parser raises whatever its first missing file leads to
        raise ToolFailed(
            f"the vendor tool ended well, but its reports in {work} cannot be read ({error!r}). "
            f"See {work / LOG}."
        ) from error
    if not reports or "CSynthesisReport" not in reports:
        raise ToolFailed(f"the vendor tool ended well but left no C synthesis report. See {work / LOG}.")
    keep = ("CSynthesisReport", "VivadoSynthReport", "CosimReport", "ImplementationReport", "TimingReport")
    return {key: reports[key] for key in keep if key in reports}


def hardware_rows(reports: dict[str, Any]) -> list[HardwareRow]:
    """Rows for the report's hardware table, one for each level that the vendor tool reached."""
    csynth = reports["CSynthesisReport"]
    cycles, period = int(csynth["WorstLatency"]), float(csynth["TargetClockPeriod"])
    timing: dict[str, Any] = {
        "latency_cycles": cycles,
        "latency_ns": round(cycles * period, 3),
        "ii": int(csynth["IntervalMax"]),
    }
    rows = [
        HardwareRow(
            level="hls-csynth",
            **timing,
            lut=int(csynth["LUT"]),
            ff=int(csynth["FF"]),
            dsp=int(csynth["DSP"]),
            bram=int(csynth.get("BRAM_18K", 0)) / 2,
            evidence=f"{reports['command'][0]}, C synthesis report",
        )
    ]
    if "VivadoSynthReport" in reports:
        vivado = reports["VivadoSynthReport"]
        rows.append(
            HardwareRow(
                level="vivado-synthesis",
                **timing,
                lut=int(vivado["LUT"]),
                ff=int(vivado["FF"]),
                dsp=int(vivado.get("DSP48E", vivado.get("DSP", 0))),
                # hls4ml calls it BRAM_18K, but reads the line of whole tiles of 36 Kb.
                bram=float(vivado.get("BRAM_18K", 0)),
                evidence="Vivado, utilisation after synth_design",
            )
        )
    return rows
