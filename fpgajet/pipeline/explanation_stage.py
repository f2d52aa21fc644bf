"""The stage of a build that says what a nanoPELICAN computes, for its report."""

from __future__ import annotations

from fpgajet.files import write_json
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.record import Record, Stage, path_digest


def explanation_stage(context: BuildContext) -> Stage:
    """The network -> its formula, the pairs that it passes, three jets taken apart."""
    build = context.directory

    def run() -> str:
        from quant.explanation.brief import brief

        found = brief(context.network, context.sample)
        write_json(build.explanation, found)
        return f"formula with {len(found['thresholds'])} channels"

    reads = {
        "model.onnx": path_digest(build.model),
        "jets": path_digest(context.jets),
        "max_jets": context.settings.max_jets,
    }
    code = ("fpgajet.graph.load", "quant.explanation.brief", "fpgajet.pipeline.jets")
    return Stage("explanation", reads, ("explanation.json",), run, code)


def explains(context: BuildContext, record: Record) -> bool:
    """Whether there is something to explain; what an earlier build of another network explained is removed."""
    from quant.explanation.brief import has_formula

    if has_formula(context.network):
        return True
    record.forget("explanation")
    context.directory.explanation.unlink(missing_ok=True)
    return False
