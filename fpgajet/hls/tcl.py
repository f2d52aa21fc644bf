"""The Tcl of a project, which vendor tools run: written by fpgajet alone, from a few checked values."""

from __future__ import annotations

import importlib.resources
import math
import re
from dataclasses import dataclass
from pathlib import Path

from fpgajet.devices import part_names
from fpgajet.errors import BadInput
from fpgajet.files import read_settings_text, write_text
from fpgajet.hls.backends import BACKENDS
from fpgajet.quoting import is_identifier, tcl

PROJECT_TCL = "project.tcl"
#: Which steps ``build_prj.tcl`` runs.
OPTIONS_TCL = "build_opt.tcl"
#: hls4ml's scripts, the same for every project of a back end; Vitis takes Vivado's logic synthesis.
SCRIPTS = {"build_prj.tcl": None, "vivado_synth.tcl": "vivado"}
#: hls4ml's defaults.
UNCERTAINTY = {"vitis": "27%", "vivado": "12.5%"}


@dataclass(frozen=True)
class Target:
    """What the Tcl of a project depends on.

    Attributes:
        project: name of the top function. backend: ``vitis`` or ``vivado``.
        part: full part name. clock_mhz: target clock.
    """

    project: str
    backend: str
    part: str
    clock_mhz: float

    def text(self) -> str:
        """The content of ``project.tcl``."""
        values: dict[str, object] = {
            "project_name": tcl(self.project),
            "backend": tcl(self.backend),
            "part": tcl(self.part),
            "clock_period": round(1000.0 / self.clock_mhz, 4),
            "clock_uncertainty": UNCERTAINTY[self.backend],
            "version": tcl("1.0.0"),
            "maximum_size": 4096,
        }
        return "".join(f"variable {key}\nset {key} {value}\n" for key, value in values.items())


def options_tcl(*, cosim: bool, vsynth: bool) -> str:
    """The content of ``build_opt.tcl``: C simulation, C synthesis, export as an IP core, and what is asked for."""
    steps = {"reset": 1, "csim": 1, "synth": 1, "cosim": int(cosim), "validation": int(cosim)}
    steps |= {"export": 1, "vsynth": int(vsynth), "fifo_opt": 0}
    rows = "".join(f"    {name:<10} {value}\n" for name, value in steps.items())
    return "array set opt {\n" + rows + "}\n"


def write_tcl(project: Path, target: Target) -> None:
    """Write ``project.tcl`` and hls4ml's scripts into a project."""
    templates = importlib.resources.files("hls4ml") / "templates"
    write_text(project / PROJECT_TCL, target.text())
    write_text(project / OPTIONS_TCL, options_tcl(cosim=True, vsynth=False))
    for name, folder in SCRIPTS.items():
        script = templates / (folder or target.backend) / name
        write_text(project / name, script.read_text(encoding="utf-8"))


def read_target(project: Path, backend: str) -> Target:
    """The values in ``project.tcl``, checked; the file itself is data here and never run.

    Raises:
        BadInput: no such file, or a value that fpgajet does not write.
    """
    path = project / PROJECT_TCL
    try:
        text = read_settings_text(path)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read ({error}): run `fpgajet build` again.") from error
    found = dict(re.findall(r'^set (\w+) "?([^"\s]*)"?$', text, re.MULTILINE))
    name, part = found.get("project_name"), part_names.parse(found.get("part", ""))
    try:
        period = float(found.get("clock_period", "nan"))
    except ValueError:
        period = math.nan
    if not is_identifier(name) or part is None or not 0.1 <= period <= 1e4 or backend not in BACKENDS:
        raise BadInput(
            f"{path} does not hold a name, a part and a clock as fpgajet writes them. Run `fpgajet build` again."
        )
    return Target(str(name), backend, part.full, 1000.0 / period)
