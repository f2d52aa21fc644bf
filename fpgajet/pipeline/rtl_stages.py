"""The RTL flow as stages of a build: cycle-exact Verilog, and its cells."""

from __future__ import annotations

from typing import NamedTuple

from fpgajet.errors import BadInput, Mismatch
from fpgajet.files import write_json
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.registers import registers_of
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.record import Stage, path_digest
from fpgajet.pipeline.reporter import Reporter
from fpgajet.pipeline.stages import decision_reads
from fpgajet.rtl import RtlOptions, available
from fpgajet.rtl.tools.installed import require

TOOLS = ("alkaid", "verilator")
#: Estimated LUT, hardware shared, above which a build does not count cells unless the RTL flow is asked for.
MOST_COUNTED = 100_000
#: And, nothing shared, above which it does not simulate Verilog: 229,000 (`vecnet-n16-s8`) take one core 3 minutes.
MOST_SIMULATED = 250_000
#: Constituents up to which a build proves its Verilog: 12 s for 20 on one core.
MOST_PROVED = 20
#: Estimated LUT up to which it tries to prove the Verilog of a foreign network.
MOST_PROVED_LUT = 5_000


class Extent(NamedTuple):
    """What of the RTL flow a build does: Verilog and its simulation; the cells."""

    simulated: bool
    counted: bool


def wanted(settings: BuildSettings, reporter: Reporter) -> bool:
    """Whether this build makes Verilog; notes what is missing where it could but does not.

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
        reporter.note("rtl", f'{what}, not installed: {names} (pip install "fpgajet[rtl]")')
    return not without


def extent(context: BuildContext) -> Extent:
    """How far the RTL flow gets in minutes, from the estimated size of the model; notes what is left out."""
    settings = context.settings
    if settings.flow == "rtl":
        return Extent(simulated=True, counted=True)  # asked for: the user has the time
    whole, shared = (context.estimate(ii).total.lut.value for ii in (1, settings.ii))
    found = Extent(whole <= MOST_SIMULATED, whole <= MOST_SIMULATED and shared <= MOST_COUNTED)
    if not found.counted:
        size = f"about {whole:,.0f} LUT at an interval of 1, above {MOST_SIMULATED:,} simulation and synthesis take"
        if found.simulated:
            size = f"about {shared:,.0f} LUT, above {MOST_COUNTED:,} synthesis takes"
        context.reporter.note(
            "rtl",
            f"{'cells are not counted' if found.simulated else 'left out'}: {size} long "
            "(`--flow rtl` does it all the same, `--flow rtl --no-synth` simulates only)",
        )
    return found


def counts_cells(settings: BuildSettings) -> bool:
    """Whether the cells of the Verilog are counted too."""
    return settings.synth and available()["yosys"].present


def verilog_stage(context: BuildContext) -> Stage:
    """QONNX -> pipelined Verilog, and VHDL where that is asked for."""
    build, settings, clock = context.directory, context.settings, context.clock_mhz
    chosen = settings.model_dump(include={"multipliers", "stages", "ii", "language"})

    def run() -> str:
        from fpgajet.pipeline.rtl_flow import test_jets
        from fpgajet.rtl import emit
        from fpgajet.rtl.build import VHDL_JETS, check_vhdl
        from fpgajet.rtl.design import scheduled
        from fpgajet.rtl.hardware import cautions

        network = context.network
        options = RtlOptions(**chosen, threshold=context.threshold)
        try:
            context.circuit = scheduled(network, clock, options)
            design = emit(network, build.verilog, clock, context.part.name, options, context.circuit)
        except BadInput as error:
            raise BadInput(f"{error} `--flow hls` builds without Verilog.") from error
        for warning in cautions(design):
            context.reporter.note("rtl", warning)
        checked = ""
        if design.vhdl:
            lines: list[str] = []
            found = check_vhdl(network, design, test_jets(network, VHDL_JETS), lines.append)
            checked = f"; {lines[0]}"
            if found and found["differences"]:
                raise Mismatch(f"The VHDL in {build.verilog / 'vhdl'} is not exact: {lines[0]}.")
        return f"{design.latency_cycles} cycles, II {design.ii}, {design.dsp} DSP{checked}"

    reads = {"model.onnx": path_digest(build.model), "part": context.part.name, "clock_mhz": clock, **chosen}
    reads |= decision_reads(context)
    reads["tool"] = available()["alkaid"].version
    code = ("fpgajet.graph.load", "fpgajet.rtl", "fpgajet.rtl.hardware", "fpgajet.pipeline.rtl_flow")
    return Stage("verilog", reads, ("rtl/design.json", "rtl/fpgajet_top.v"), run, code)


def provable(context: BuildContext) -> bool:
    """Whether a proof takes seconds and is likely to succeed; of a foreign network, whether trying takes seconds."""
    if registers_of(context.network):
        return False
    operators = {node.operator.op_type for node in context.network.nodes}
    if isinstance(context.network.form, GivenFeatures):
        size = context.estimate(1).total.lut.value
        if size > MOST_PROVED_LUT:
            reason = f"about {size:,.0f} LUT, above the {MOST_PROVED_LUT:,} for which a proof takes seconds"
            context.reporter.note("prove", f"left out: {reason}; `fpgajet prove` tries it all the same")
        return size <= MOST_PROVED_LUT
    return context.source_constituents <= MOST_PROVED and "LinEq2to0" in operators


def prove_stage(context: BuildContext) -> Stage:
    """Verilog -> the proof that it is equal to the reference for all inputs, or why there is none."""
    build, settings = context.directory, context.settings

    def run() -> str:
        from fpgajet.pipeline.prove_flow import described, prove_build
        from fpgajet.prove.proof import Level

        options = {"multipliers": settings.multipliers, "stages": settings.stages}
        outcome = prove_build(build, options, context.network, context.circuit)
        if outcome.proof.level is Level.REFUTED:
            raise Mismatch(f"{described(outcome.proof)}: run `fpgajet prove {build.root}` for the input.")
        write_json(build.proof, {"proofs": [outcome.proof.document()]})
        return described(outcome.proof)

    sources = [path_digest(p) for p in sorted(build.verilog.glob("*.v"))]
    reads = {
        "model.onnx": path_digest(build.model), "design": path_digest(build.verilog / "design.json"),
        "sources": sources, **settings.model_dump(include={"multipliers", "stages"}),
    }  # fmt: skip
    code = ("fpgajet.graph.load", "fpgajet.rtl.proof", "fpgajet.pipeline.prove_flow")
    return Stage("prove", reads, ("proof.json",), run, code)


def cells_stage(context: BuildContext, count: bool) -> Stage:
    """Verilog -> latency, cells, and the range of the achievable clock."""
    build = context.directory

    def run() -> str:
        from fpgajet.rtl import RtlDesign
        from fpgajet.rtl.hardware import hardware_row
        from fpgajet.rtl.tools.yosys import synthesise

        design = RtlDesign.read(build.verilog)
        cells = synthesise(design) if count else None
        write_json(build.cells, hardware_row(design, cells).as_dict())
        return f"{cells.lut:,} LUT, {cells.dsp} DSP by {cells.tool}" if cells else "cells not counted"

    design = path_digest(build.verilog / "design.json")
    sources = [path_digest(p) for p in sorted(build.verilog.glob("*.v"))]
    reads = {"design": design, "sources": sources, "count": count}
    reads["tool"] = available()["yosys"].version if count else None
    code = ("fpgajet.rtl.design", "fpgajet.rtl.hardware", "fpgajet.rtl.tools.yosys")
    return Stage("cells", reads, ("cells.json",), run, code)
