"""The stages that a build from a foreign ONNX file has in the place of those of a checkpoint."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from fpgajet.files import atomic_path, write_json
from fpgajet.pipeline.certified import certified_reads, keep_certified
from fpgajet.pipeline.foreign_context import ForeignContext
from fpgajet.pipeline.implementations import FOREIGN_IMPLEMENTATIONS
from fpgajet.pipeline.record import Stage, path_digest

PHYSICS_KEYS = ("accuracy", "auc", "inverse_background_efficiency_30", "inverse_background_efficiency_50")


def file_stage(context: ForeignContext) -> Stage:
    """Copy the file with its external data, so that the build stays complete."""
    build = context.directory

    def run() -> str:
        import onnx

        with atomic_path(build.foreign) as temporary:
            onnx.save(context.model, str(temporary))
        return context.source.name

    return Stage("file", {"file": context.digest}, ("foreign.onnx",), run, code=("fpgajet.graph.reading",))


def model_stage(context: ForeignContext) -> Stage:
    """Foreign file -> our operators as QONNX."""
    build = context.directory

    def run() -> str:
        import onnx

        from fpgajet.graph.export import export

        network = context.foreign.network
        with atomic_path(build.model) as temporary:
            onnx.save(export(network), str(temporary))
        return " -> ".join(node.operator.op_type for node in network.nodes)

    reads = {"file": path_digest(build.foreign), "input_precision": context.settings.input_precision}
    code = ("fpgajet.graph.foreign.hardware", "fpgajet.graph.export")
    return Stage("model", reads, ("model.onnx",), run, code)


def certificate_stage(context: ForeignContext, flows: Collection[str]) -> Stage:
    """Compare all implementations that these flows made, the file itself too; keep the scores of the events."""
    build, settings = context.directory, context.settings

    def run() -> str:
        from fpgajet.pipeline.certify import certify_build

        result = certify_build(
            context.artefacts,
            flows,
            context.features,
            settings.edge_vectors,
            settings.seed,
            context.reporter,
            context.implementations,
        )
        arrays: dict[str, Any] = dict(result.scores)
        if context.events.labels is not None:
            arrays["label"] = context.events.labels
        said = keep_certified(build, flows, result, arrays)
        write_json(build.yardstick, {"yardstick": context.yardstick(), "notes": list(context.notes)})
        return said

    reads = {
        **certified_reads(context, flows, context.implementations),
        "file": path_digest(build.foreign),
        "jets": context.jets_digest,
        **settings.model_dump(include={"edge_vectors", "seed", "max_jets", "input_precision"}),
    }
    code = (
        "fpgajet.pipeline.certify",
        "fpgajet.graph.load",
        "fpgajet.pipeline.foreign_context",
        "fpgajet.graph.foreign.run_qonnx",
    )
    writes = ("certificate.json", "scores.npz", "yardstick.json")
    return Stage("certificate", reads, writes, run, code)


def physics_stage(context: ForeignContext) -> Stage:
    """Scores and labels -> accuracy; AUC and background rejection too where there is a single score."""
    build = context.directory

    def run() -> str:
        from quant.metrics import tagging_errors, tagging_metrics

        content: dict[str, Any] = {}
        with np.load(build.scores) as arrays:
            label = arrays["label"]
            for key, entry in FOREIGN_IMPLEMENTATIONS.physics().items():
                if entry.name not in arrays:
                    continue
                score = arrays[entry.name]
                if score.ndim == 1:
                    content[key] = tagging_metrics(label, score) | tagging_errors(label, score)
                    continue
                found = float((score.argmax(1) == label).mean())
                content[key] = dict.fromkeys(PHYSICS_KEYS) | {
                    "accuracy": found,
                    "accuracy_error": float(np.sqrt(found * (1 - found) / len(label))),
                }
        content["jets"] = {"total": len(label), "counts": np.bincount(label).tolist()}
        write_json(build.physics, content)
        first = next(name for name in content if name != "jets")
        return f"accuracy {content[first]['accuracy']:.4f}"

    reads = {"scores": path_digest(build.scores), "rows": list(FOREIGN_IMPLEMENTATIONS.physics())}
    return Stage("physics", reads, ("physics.json",), run, code=("quant.metrics",))
