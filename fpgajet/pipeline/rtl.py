"""The RTL flow as stages of a build: cycle-exact Verilog, and its cells."""

from __future__ import annotations

from typing import NamedTuple

from fpgajet.cli.output import messages
from fpgajet.devices import Part
from fpgajet.errors import BadInput, Mismatch
from fpgajet.files import write_json
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import Stage, path_digest
from fpgajet.pipeline.settings import BuildSettings
from fpgajet.rtl import RtlOptions, available
from fpgajet.rtl.tools.installed import require

TOOLS = ("alkaid", "verilator")
#: estimated LUT, hardware shared, above which a build does not count cells unless the RTL flow is asked for
MOST_COUNTED = 100_000
#: and, nothing shared, above which it does not simulate Verilog: 229,000 (`vecnet-n16-s8`) take a core three minutes
MOST_SIMULATED = 250_000


def wanted(settings: BuildSettings) -> bool:
    """Whether this build makes Verilog; says what is missing where it could but does not.

    Raises:
        MissingTool: ``flow = "rtl"`` and a tool is missing.
    """
    if settings.flow == "hls":
        return False
    needed = [*TOOLS, "yosys"] if settings.synth else list(TOOLS)
    if settings.flow == "rtl":
        require(*needed)
    missing = [tool for name, tool in available().items() if name in needed and not tool.present]
    without = [tool for tool in missing if tool.name in TOOLS]
    if missing:
        what = "left out" if without else "cells are not counted"
        names = ", ".join(tool.name for tool in missing)
        messages.print(
            f'- rtl          {what}, not installed: {names} (pip install "fpgajet[rtl]")',
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return not without


class Extent(NamedTuple):
    """What of the RTL flow a build does: Verilog and its simulation; the cells."""

    simulated: bool
    counted: bool


def extent(build: BuildDirectory, settings: BuildSettings, part: Part, clock: float) -> Extent:
    """How far the RTL flow gets in minutes, from the estimated size of the model; says what is left out."""
    if settings.flow == "rtl":
        return Extent(simulated=True, counted=True)  # asked for: the user has the time
    from fpgajet.estimate import estimate
    from fpgajet.graph.load import load, read_model

    network = load(read_model(build.model), str(build.model))
    whole, shared = (estimate(network, part, clock, ii).total.lut.value for ii in (1, settings.ii))
    found = Extent(whole <= MOST_SIMULATED, whole <= MOST_SIMULATED and shared <= MOST_COUNTED)
    if not found.counted:
        size = f"about {whole:,.0f} LUT at an interval of 1, above {MOST_SIMULATED:,} simulation and synthesis take"
        if found.simulated:
            size = f"about {shared:,.0f} LUT, above {MOST_COUNTED:,} synthesis takes"
        messages.print(
            f"- rtl          {'cells are not counted' if found.simulated else 'left out'}: {size} long "
            "(`--flow rtl` does it all the same, `--flow rtl --no-synth` simulates only)",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return found


def counts_cells(settings: BuildSettings) -> bool:
    """Whether the cells of the Verilog are counted too."""
    return settings.synth and available()["yosys"].present


def verilog_stage(build: BuildDirectory, settings: BuildSettings, part: Part, clock: float) -> Stage:
    """QONNX -> pipelined Verilog."""

    def run() -> str:
        from fpgajet.graph.load import load, read_model
        from fpgajet.rtl import emit
        from fpgajet.rtl.build import VHDL_JETS, check_vhdl
        from fpgajet.rtl.command import test_jets
        from fpgajet.rtl.hardware import cautions

        network = load(read_model(build.model), str(build.model))
        try:
            design = emit(network, build.verilog, clock, part.name, _options(settings))
        except BadInput as error:
            raise BadInput(f"{error} `--flow hls` builds without Verilog.") from error
        for warning in cautions(design):
            messages.print(f"- rtl          {warning}", highlight=False, markup=False, soft_wrap=True)
        checked = ""
        if design.vhdl:
            lines: list[str] = []
            found = check_vhdl(network, design, test_jets(network, VHDL_JETS), lines.append)
            checked = f"; {lines[0]}"
            if found and found["differences"]:
                raise Mismatch(f"The VHDL in {build.verilog / 'vhdl'} is not exact: {lines[0]}.")
        return f"{design.latency_cycles} cycles, II {design.ii}, {design.dsp} DSP{checked}"

    reads = {"model.onnx": path_digest(build.model), "part": part.name, "clock_mhz": clock}
    reads |= settings.model_dump(include={"multipliers", "stages", "ii", "language"})
    reads["tool"] = available()["alkaid"].version
    return Stage("verilog", reads, ("rtl/design.json", "rtl/fpgajet_top.v"), run)


def cells_stage(build: BuildDirectory, count: bool) -> Stage:
    """Verilog -> latency, cells, and the interval of the achievable clock."""

    def run() -> str:
        from fpgajet.rtl import RtlDesign
        from fpgajet.rtl.hardware import hardware_row
        from fpgajet.rtl.tools.yosys import synthesise

        design = RtlDesign.read(build.verilog)
        cells = synthesise(design) if count else None
        row = hardware_row(design, cells)
        write_json(build.cells, row)
        return f"{cells.lut:,} LUT, {cells.dsp} DSP by {cells.tool}" if cells else "cells not counted"

    design = path_digest(build.verilog / "design.json")
    sources = [path_digest(p) for p in sorted(build.verilog.glob("*.v"))]
    reads = {"design": design, "sources": sources, "count": count}
    reads["tool"] = available()["yosys"].version if count else None
    return Stage("cells", reads, ("cells.json",), run)


def _options(settings: BuildSettings) -> RtlOptions:
    return RtlOptions(**settings.model_dump(include={"multipliers", "stages", "ii", "language"}))
