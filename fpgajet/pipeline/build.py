"""``fpgajet build``: the stages in their order, and what comes out of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from fpgajet.devices import budget as budget_named
from fpgajet.devices import chosen_clock
from fpgajet.devices import part as part_named
from fpgajet.errors import BadInput
from fpgajet.folders import exclusive, require_own
from fpgajet.pipeline import foreign_stages, rtl_stages, shared_context, stages
from fpgajet.pipeline.ahead import Ahead
from fpgajet.pipeline.build_settings import BuildSettings, command_text
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.explanation_stage import explains, explanation_stage
from fpgajet.pipeline.foreign_context import ForeignContext
from fpgajet.pipeline.foreign_events import RANDOM
from fpgajet.pipeline.inputs import check_inputs
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.pipeline.outcome import Outcome
from fpgajet.pipeline.paths import BuildDirectory, default_directory, is_foreign
from fpgajet.pipeline.prove_cpp import prove_cpp_stage
from fpgajet.pipeline.record import Record, Stage, path_digest
from fpgajet.pipeline.reporter import Noting, Reporter, Silent
from fpgajet.pipeline.reporting import refresh_report
from fpgajet.pipeline.shared_context import SharedContext, run_names
from fpgajet.pipeline.unchanged import note_unchanged
from quant.checkpoint import open_checkpoint
from quant.zoo import resolve


def run_build(
    settings: BuildSettings, out: Path | None = None, *, reporter: Reporter | None = None, command: str = ""
) -> Outcome:
    """Run every stage that is not up to date.

    Args:
        settings: what to build.
        out: build directory; ``builds/MODEL-PART`` by default.
        reporter: hears of every stage; by default nobody does.
        command: command line that the report quotes; by default the one that these settings stand for.

    Raises:
        FpgajetError: see :mod:`fpgajet.errors`; a dirty certificate and a missed budget are not raised
            here but by :meth:`Outcome.raise_if_failed`, after the report is written.
    """
    noting = Noting(reporter or Silent())
    context = open_context(settings, out, noting)
    verilog = rtl_stages.wanted(context.settings, context.reporter)
    with exclusive(context.directory.root):
        # There is no --trust here: whoever wants somebody else's build can have one of their own.
        require_own(context.directory.root, trust=False, what="C++ in it")
        record = Record(context.directory.root)
        record.facts = {
            "command": command or command_text(settings, out),
            "settings": settings.model_dump(mode="json")
            | {"jets": context.jets_name, "clock_mhz": context.clock_mhz},
            "inputs": _inputs(context),
        }
        with Ahead() as ahead:
            if isinstance(context, ForeignContext):
                run_foreign_stages(context, record, verilog, ahead)
            elif isinstance(context, SharedContext):
                run_shared_stages(context, record, verilog, ahead)
            else:
                run_stages(context, record, verilog, ahead)
        record.save()
        report = refresh_report(context.artefacts)
        if not isinstance(context, ForeignContext | SharedContext):
            note_unchanged(context.directory, settings, command, (context.source, context.jets), noting)
    return Outcome(context.directory, report, settings.strict)


def open_context(settings: BuildSettings, out: Path | None, reporter: Reporter) -> BuildContext:
    """Resolve the names in the settings and check all inputs, before the first file is written.

    Raises:
        BadInput: an unknown name, an unusable checkpoint, or unusable jets.
        MissingTool: no C++ compiler.
    """
    if is_foreign(settings.model):
        return _open_foreign(settings, out, reporter)
    if settings.input_precision is not None:
        raise BadInput("--input-precision is for an ONNX file; a checkpoint states the type of its input.")
    runs = run_names(settings.models) if settings.shared_features else {}
    source = next(iter(runs.values())) if runs else resolve(settings.model)
    model = open_checkpoint(source).config.model
    part, budget = part_named(settings.part), budget_named(settings.budget)
    directory = BuildDirectory(default_directory(settings.models, part.name) if out is None else out)
    clock = chosen_clock(settings.clock_mhz, budget.clock_mhz)
    jets = settings.jets or shipped_sample(model.class_names, model.form.objects)
    if runs:
        shared = SharedContext(directory, settings, part, clock, source, jets, reporter, runs=runs)
        len(shared.whole.nodes)  # compares the features
        check_inputs(shared)
        return shared
    context = BuildContext(directory, settings, part, clock, source, jets, reporter)
    check_inputs(context)
    return context


def run_stages(context: BuildContext, record: Record, verilog: bool, ahead: Ahead) -> None:
    """All stages of the chosen flows, in their order; those of other flows are dropped from the record.

    What compilers and Yosys do begins as soon as their sources lie there.
    """
    settings = context.settings

    def perform(stage: Stage) -> bool:
        return record.perform(stage, context.reporter, ahead)

    perform(stages.checkpoint_stage(context))
    perform(stages.model_stage(context))
    record.forget("file", "runs")
    shutil.rmtree(context.directory.runs, ignore_errors=True)
    context.directory.foreign.unlink(missing_ok=True)
    extent, flows = _flows(context, record, verilog, ahead)
    perform(stages.certificate_stage(context, flows))
    perform(stages.physics_stage(context))
    perform(stages.boosts_stage(context))
    if explains(context, record):
        perform(explanation_stage(context))
    perform(stages.estimate_stage(context))
    if extent.simulated:
        perform(rtl_stages.cells_stage(context, extent.counted and rtl_stages.counts_cells(settings)))


def run_shared_stages(context: SharedContext, record: Record, verilog: bool, ahead: Ahead) -> None:
    """The same for runs with common features. No physics: each classifier has a task, and jets, of its own."""

    def perform(stage: Stage) -> bool:
        return record.perform(stage, context.reporter, ahead)

    perform(stages.checkpoint_stage(context))
    perform(shared_context.runs_stage(context))
    perform(shared_context.model_stage(context))
    record.forget("file", "physics", "boosts", "explanation")
    context.directory.foreign.unlink(missing_ok=True)
    extent, flows = _flows(context, record, verilog, ahead)
    perform(shared_context.certificate_stage(context, flows))
    perform(stages.estimate_stage(context))
    if extent.simulated:
        perform(rtl_stages.cells_stage(context, extent.counted and rtl_stages.counts_cells(context.settings)))


def run_foreign_stages(context: ForeignContext, record: Record, verilog: bool, ahead: Ahead) -> None:
    """The same for a foreign file; physics only where its events have labels."""
    for note in context.notes:
        context.reporter.note("model", note)
    if context.settings.jets is None:
        context.reporter.note("jets", f"{RANDOM}: give features with --jets")

    def perform(stage: Stage) -> bool:
        return record.perform(stage, context.reporter, ahead)

    perform(foreign_stages.file_stage(context))
    perform(foreign_stages.model_stage(context))
    record.forget("checkpoint", "runs", "physics", "boosts", "explanation")
    extent, flows = _flows(context, record, verilog, ahead)
    perform(foreign_stages.certificate_stage(context, flows))
    if context.events.labels is not None:
        perform(foreign_stages.physics_stage(context))
    perform(stages.estimate_stage(context))
    if extent.simulated:
        perform(rtl_stages.cells_stage(context, extent.counted and rtl_stages.counts_cells(context.settings)))


def _flows(
    context: BuildContext, record: Record, verilog: bool, ahead: Ahead
) -> tuple[rtl_stages.Extent, set[str]]:
    """The stages that write C++ and Verilog; how far RTL goes, and the flows that ran."""
    settings = context.settings

    def perform(stage: Stage) -> bool:
        return record.perform(stage, context.reporter, ahead)

    extent = rtl_stages.extent(context) if verilog else rtl_stages.Extent(simulated=False, counted=False)
    proves = settings.prove and rtl_stages.provable(context)
    flows = set()
    if settings.flow != "rtl":
        flows.add("hls")
        perform(stages.project_stage(context))
        record.begin(stages.csim_stage(context), ahead)
    else:
        record.forget("project", "csim", "prove_cpp")
        context.directory.cpp_proof.unlink(missing_ok=True)
    if extent.simulated:
        flows.add("rtl")
        if perform(rtl_stages.verilog_stage(context)):
            ahead.begin("simulation", context.artefacts.compile_verilog)  # for the certificate
        cells = rtl_stages.cells_stage(context, extent.counted and rtl_stages.counts_cells(settings))
        record.begin(cells, ahead)
        if proves:
            perform(rtl_stages.prove_stage(context))
        else:
            record.forget("prove")
            context.directory.proof.unlink(missing_ok=True)
    else:
        record.forget("verilog", "prove", "cells")
        context.directory.proof.unlink(missing_ok=True)
    if "hls" in flows:
        if proves:
            perform(prove_cpp_stage(context))
        else:
            record.forget("prove_cpp")
            context.directory.cpp_proof.unlink(missing_ok=True)
        perform(stages.csim_stage(context))
    return extent, flows


def _open_foreign(settings: BuildSettings, out: Path | None, reporter: Reporter) -> ForeignContext:
    """The same for a foreign file; all of it is read and imported here."""
    from fpgajet.hls.csim import require_compiler

    if settings.rewritable:
        raise BadInput("weights in registers are for trained runs: leave out --rewritable.")
    if settings.language == "vhdl":
        raise BadInput("VHDL of a foreign model is not compared yet; leave out --language vhdl.")
    source = Path(settings.model)
    part, budget = part_named(settings.part), budget_named(settings.budget)
    context = ForeignContext(
        BuildDirectory(Path("builds") / f"{source.stem}-{part.name}" if out is None else out),
        settings,
        part,
        clock_mhz=chosen_clock(settings.clock_mhz, budget.clock_mhz),
        source=source,
        jets=source if settings.jets is None else settings.jets,
        reporter=reporter,
    )
    require_compiler()
    len(context.events.features)  # reads the file, imports it, and reads its events
    return context


def _inputs(context: BuildContext) -> dict[str, str]:
    """Hashes of what the user gave."""
    if isinstance(context, ForeignContext):
        jets = {"jets": context.jets_digest} if context.settings.jets else {}
        return {"file": context.digest} | jets
    if isinstance(context, SharedContext):
        runs = {f"run {name}": path_digest(path) or "" for name, path in context.runs.items()}
        return runs | {"jets": context.identity.sha256}
    return {"checkpoint": path_digest(context.source) or "", "jets": context.identity.sha256}
