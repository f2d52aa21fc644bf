"""What a build is given, checked before any stage writes a file."""

from __future__ import annotations

from fpgajet.hls.csim import require_compiler
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.rewritable import require_rewritable


def check_inputs(context: BuildContext) -> int:
    """Open what the user gave before any stage writes a file; returns the number of jets.

    Raises:
        BadInput: an unusable checkpoint, unusable jets, or no layer whose weights can lie in registers; with
            ``strict``, jets that it has seen in training.
        MissingTool: no C++ compiler.
    """
    require_compiler()
    if context.settings.rewritable:
        require_rewritable(context)
    if context.threshold is not None:
        context.reporter.note("decision", f"accept if score >= {context.threshold}, as integers")
    if context.settings.strict:
        context.overlap.require_unseen()
    return len(context.sample.label)
