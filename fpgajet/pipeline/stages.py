"""The stages of a build. Each reads files, writes files, and knows nothing of the others."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from typing import Any

import numpy as np

from fpgajet.files import atomic_path, write_errors, write_json
from fpgajet.folders import atomic_folder
from fpgajet.pipeline.certified import certified_reads, keep_certified
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.decision import rate_of
from fpgajet.pipeline.implementations import IMPLEMENTATIONS, sources_digest
from fpgajet.pipeline.record import Stage, path_digest
from fpgajet.pipeline.rewritable import built, rewritable_reads
from quant.seen_jets import SEEN


def checkpoint_stage(context: BuildContext) -> Stage:
    """Copy the checkpoint, so that the build stays complete when the zoo changes."""
    build = context.directory

    def run() -> str:
        with atomic_folder(build.checkpoint) as fresh:
            for name in ("model.json", "weights.safetensors", SEEN):
                if (context.source / name).is_file():
                    shutil.copyfile(context.source / name, fresh / name)
        return context.artefacts.checkpoint.config.name

    reads = {"checkpoint": path_digest(context.source)}
    return Stage("checkpoint", reads, ("checkpoint",), run, code=("quant.checkpoint",))


def model_stage(context: BuildContext) -> Stage:
    """Checkpoint -> QONNX, with sums over pairs in O(N) where that changes no bit."""
    build = context.directory

    def run() -> str:
        import onnx

        from fpgajet.graph.collapse import collapse, collapsed
        from fpgajet.graph.export import export

        network = built(context, collapse(context.artefacts.trained.network()))
        with atomic_path(build.model) as temporary:
            onnx.save(export(network), str(temporary))
        rewritten = ", ".join(collapsed(network))
        note = f"; sums over pairs collapsed to O(N): {rewritten}" if rewritten else ""
        return " -> ".join(node.operator.op_type for node in network.nodes) + note

    reads = {"checkpoint": path_digest(build.checkpoint), **rewritable_reads(context)}
    code = (
        "quant.checkpoint",
        "fpgajet.graph.collapse",
        "fpgajet.graph.export",
        "fpgajet.pipeline.rewritable",
    )
    return Stage("model", reads, ("model.onnx",), run, code)


def project_stage(context: BuildContext) -> Stage:
    """QONNX -> hls4ml project."""
    build, settings, part = context.directory, context.settings, context.part

    def run() -> str:
        from fpgajet.hls.project import write_project

        write_project(
            context.artefacts.model,
            context.network,
            build.project,
            part=part.full_name,
            clock_mhz=context.clock_mhz,
            backend=settings.backend,
            reuse_factor=settings.hls_ii,
            vectors=context.features[: settings.test_bench_jets],
            threshold=context.threshold,
        )
        return f"{settings.backend}, {part.full_name}, {context.clock_mhz:g} MHz"

    reads = {
        "model.onnx": path_digest(build.model),
        "jets": context.jets_digest,
        "part": part.full_name,
        "clock_mhz": context.clock_mhz,
        "reuse_factor": settings.hls_ii,
        **settings.model_dump(include={"backend", "test_bench_jets", "max_jets"}),
        **decision_reads(context),
    }
    code = ("fpgajet.graph.load", "fpgajet.hls.project", "fpgajet.pipeline.jets")
    return Stage("project", reads, ("hls",), run, code)


def csim_stage(context: BuildContext) -> Stage:
    """Compile the project for the C simulation."""
    build = context.directory

    def run() -> str:
        with write_errors(build.compiled):
            shutil.rmtree(build.compiled, ignore_errors=True)
            build.compiled.mkdir()
        return context.artefacts.compile(build.compiled / "compile.log").name

    return Stage("csim", {"sources": sources_digest(build)}, ("csim",), run, code=("fpgajet.hls.csim",))


def certificate_stage(context: BuildContext, flows: Collection[str]) -> Stage:
    """Compare all implementations that these flows made; keep the scores of the real jets."""
    build, settings = context.directory, context.settings

    def run() -> str:
        from fpgajet.pipeline.certify import certify_build
        from fpgajet.pipeline.certify_weights import certify_weights
        from quant.checkpoint import load_float_model
        from quant.metrics import constituent_mass

        sample = context.sample
        features = context.network.form.features(sample.constituents)
        result = certify_build(
            context.artefacts,
            flows,
            features,
            settings.edge_vectors,
            settings.seed,
            context.reporter,
            threshold=context.threshold,
        )
        if context.decision:
            result.decision |= context.decision
        certify_weights(context.artefacts, flows, features, settings.seed, result)
        floating = load_float_model(context.artefacts.checkpoint).scores(sample.constituents)
        arrays: dict[str, Any] = {"label": sample.label, "mass": constituent_mass(sample.constituents)}
        arrays["float"] = floating
        arrays |= {name.replace(" ", "_"): scores for name, scores in result.scores.items()}
        return keep_certified(build, flows, result, arrays)

    reads = {
        **certified_reads(context, flows, IMPLEMENTATIONS),
        "checkpoint": path_digest(build.checkpoint),
        "jets": path_digest(context.jets),
        **settings.model_dump(include={"edge_vectors", "seed", "max_jets"}),
        **decision_reads(context),
    }
    code = (
        "fpgajet.pipeline.certify", "fpgajet.pipeline.certify_weights", "fpgajet.graph.load", "quant.checkpoint",
        "quant.metrics", "fpgajet.pipeline.jets",
    )  # fmt: skip
    return Stage("certificate", reads, ("certificate.json", "scores.npz"), run, code)


def physics_stage(context: BuildContext) -> Stage:
    """Scores -> accuracy, AUC, background rejection, for the float model and every implementation with a row."""
    build = context.directory

    def run() -> str:
        from fpgajet.physics.sample import described
        from quant.metrics import physics_metrics
        from quant.metrics.classes import class_report
        from quant.regression import regression_of

        rows = {"float": "float"} | {key: entry.name for key, entry in IMPLEMENTATIONS.physics().items()}
        with np.load(build.scores) as arrays:
            label = arrays["label"]
            scores = {row: arrays[name] for row, name in rows.items() if name in arrays}
            content: dict[str, Any] = (
                {
                    row: class_report(label, score, context.classes)
                    | regression_of(context.sample, score, context.regressed, context.jets)
                    for row, score in scores.items()
                }
                if context.classes
                else physics_metrics(label, scores, None if context.objects else arrays["mass"])
            )
        sample = described(context.sample.provenance)
        seen = context.overlap.as_dict()
        content["jets"] = {"total": len(label), "signal": int(label.sum()), "sample": sample, "seen": seen}
        if context.classes:
            content["jets"]["classes"] = list(context.classes)
        elif found := rate_of(context, scores["quantised"]):
            content["jets"]["rate"] = found
        write_json(build.physics, content)
        return f"AUC float {content['float']['auc']:.4f}, quantised {content['quantised']['auc']:.4f}"

    reads = {
        "scores": path_digest(build.scores),
        "rows": list(IMPLEMENTATIONS.physics()),
        "checkpoint": path_digest(build.checkpoint),
        "max_jets": context.settings.max_jets,
        "jets": path_digest(context.jets),
        "luminosity": context.settings.luminosity,
        **decision_reads(context),
    }
    code = (
        "quant.metrics", "quant.metrics.classes", "quant.regression", "quant.seen_jets", "fpgajet.physics.sample",
        "fpgajet.pipeline.jets", "fpgajet.pipeline.decision",
    )  # fmt: skip
    return Stage("physics", reads, ("physics.json",), run, code)


def boosts_stage(context: BuildContext) -> Stage:
    """Boosted jets -> how much the integer reference's scores change."""
    build = context.directory

    def run() -> str:
        from fpgajet.physics.boosts import boosts_of

        result = boosts_of(context.network, context.sample.constituents)
        write_json(build.boosts, result)
        return f"at |beta| = {result['beta'][-1]} scores change by {result['median'][-1]:.3f} standard deviations"

    reads = {
        "model.onnx": path_digest(build.model),
        "jets": path_digest(context.jets),
        "max_jets": context.settings.max_jets,
    }
    code = ("fpgajet.graph.load", "fpgajet.physics.boosts", "fpgajet.pipeline.jets")
    return Stage("boosts", reads, ("boosts.json",), run, code)


def estimate_stage(context: BuildContext) -> Stage:
    """Latency and resources of the HLS design by the analytical model, before any tool has run."""
    build, ii = context.directory, context.settings.hls_ii

    def run() -> str:
        result = context.estimate(ii)
        write_json(build.estimate, result.as_dict())
        cycles, lut, dsp = (getattr(result.total, name).value for name in ("latency_cycles", "lut", "dsp"))
        return f"about {cycles:g} cycles, {lut:,.0f} LUT, {dsp:,.0f} DSP"

    reads = {
        "model.onnx": path_digest(build.model),
        "part": context.part.model_dump(),
        "clock_mhz": context.clock_mhz,
        "ii": ii,
    }
    return Stage("estimate", reads, ("estimate.json",), run, code=("fpgajet.graph.load", "fpgajet.estimate"))


def decision_reads(context: BuildContext) -> dict[str, Any]:
    """What the decision bit depends on; nothing where there is none."""
    return {} if context.threshold is None else {"decision": context.decision}
