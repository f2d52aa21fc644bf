"""The RTL flow as stages of a build: cycle-exact Verilog, and its cells."""

from __future__ import annotations

from fpgajet.cli.output import messages
from fpgajet.devices import Part
from fpgajet.files import write_json
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import Stage, path_digest
from fpgajet.pipeline.settings import BuildSettings
from fpgajet.rtl import RtlOptions, available
from fpgajet.rtl.tools import require

TOOLS = ("alkaid", "verilator")
#: estimated size above which a build leaves the RTL flow out unless it is asked for
MOST_LUT = 200_000


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
    if missing:
        names = ", ".join(tool.name for tool in missing)
        messages.print(
            f'- rtl          left out in full or in part, not installed: {names} (pip install "fpgajet[rtl]")',
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return not [tool for tool in missing if tool.name in TOOLS]


def small_enough(build: BuildDirectory, settings: BuildSettings, part: Part, clock: float) -> bool:
    """Whether Verilog of the model can be simulated and counted in reasonable time; says so where it cannot."""
    if settings.flow == "rtl":
        return True  # asked for: the user has the time
    from fpgajet.estimate import estimate
    from fpgajet.graph.load import load, read_model

    lut = estimate(load(read_model(build.model), str(build.model)), part, clock).total.lut.value
    if lut > MOST_LUT:
        messages.print(
            f"- rtl          left out: about {lut:,.0f} LUT at an interval of 1, and above {MOST_LUT:,} simulation and "
            "synthesis take hours (`--flow rtl` tries all the same)",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return lut <= MOST_LUT


def counts_cells(settings: BuildSettings) -> bool:
    """Whether the cells of the Verilog are counted too."""
    return settings.synth and available()["yosys"].present


def verilog_stage(build: BuildDirectory, settings: BuildSettings, part: Part, clock: float) -> Stage:
    """QONNX -> pipelined Verilog."""

    def run() -> str:
        from fpgajet.graph.load import load, read_model
        from fpgajet.rtl import emit

        network = load(read_model(build.model), str(build.model))
        design = emit(network, build.verilog, clock, part.name, _options(settings))
        return f"{design.latency_cycles} cycles, II {design.ii}, {design.dsp} DSP"

    reads = {"model.onnx": path_digest(build.model), "part": part.name, "clock_mhz": clock}
    options = settings.model_dump(include={"multipliers", "stages", "ii"})
    return Stage("verilog", reads | options, ("rtl/design.json", "rtl/fpgajet_top.v"), run)


def cells_stage(build: BuildDirectory, count: bool) -> Stage:
    """Verilog -> latency, cells, and the interval of the achievable clock."""

    def run() -> str:
        from fpgajet.rtl import RtlDesign
        from fpgajet.rtl.build import hardware_row
        from fpgajet.rtl.synthesis import synthesise

        design = RtlDesign.read(build.verilog)
        cells = synthesise(design) if count else None
        row = hardware_row(design, cells)
        write_json(build.cells, row)
        return f"{cells.lut:,} LUT, {cells.dsp} DSP by {cells.tool}" if cells else "cells not counted"

    design = path_digest(build.verilog / "design.json")
    sources = [path_digest(p) for p in sorted(build.verilog.glob("*.v"))]
    return Stage("cells", {"design": design, "sources": sources, "count": count}, ("cells.json",), run)


def _options(settings: BuildSettings) -> RtlOptions:
    return RtlOptions(stages=settings.stages, multipliers=settings.multipliers, ii=settings.ii)
