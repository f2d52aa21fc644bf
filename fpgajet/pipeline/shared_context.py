"""What the stages of a build of several runs with common features share, and the two stages that are its own."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path
from fpgajet.folders import atomic_folder
from fpgajet.graph.classifiers import classifiers_of, features_of, with_classifiers
from fpgajet.pipeline.certified import certified_reads, keep_certified
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.implementations import IMPLEMENTATIONS
from fpgajet.pipeline.record import Stage, path_digest
from fpgajet.pipeline.rewritable import built, rewritable_reads
from quant.seen_jets import SEEN

if TYPE_CHECKING:
    from fpgajet.ops.network import Network


@dataclass
class SharedContext(BuildContext):
    """A build of ``runs``; the first is ``source``, whose jets and constituents are those of all."""

    runs: dict[str, Path] = field(default_factory=dict)

    @cached_property
    def decision(self) -> dict[str, Any]:
        """None: a threshold is that of one score.

        Raises:
            BadInput: a decision bit is asked for.
        """
        if self.settings.threshold is not None or self.settings.rate_khz is not None:
            raise BadInput("a decision bit is that of one score: leave out --threshold and --rate-khz.")
        return {}

    @cached_property
    def whole(self) -> Network:
        """The network of all runs.

        Raises:
            BadInput: their features differ, or one is no checkpoint; the message says which and where.
        """
        from quant.checkpoint import open_checkpoint
        from quant.checkpoint_network import network_of

        return with_classifiers({name: network_of(open_checkpoint(path)) for name, path in self.runs.items()})


def run_names(models: Collection[str]) -> dict[str, Path]:
    """Directories of runs by the name that their outputs get: that of the directory.

    Raises:
        BadInput: there is no such run, or two have one name.
    """
    from quant.zoo import resolve

    found: dict[str, Path] = {}
    for model in models:
        path = resolve(model)
        name = path.resolve().name
        if name in found:
            raise BadInput(f"{found[name]} and {path} would give outputs of one name: rename a directory.")
        found[name] = path
    return found


def runs_stage(context: SharedContext) -> Stage:
    """Copies of all checkpoints, so that the build stays complete."""
    build = context.directory

    def run() -> str:
        with atomic_folder(build.runs) as fresh:
            for name, source in context.runs.items():
                (fresh / name).mkdir()
                for file in ("model.json", "weights.safetensors", SEEN):
                    if (source / file).is_file():
                        shutil.copyfile(source / file, fresh / name / file)
        return ", ".join(context.runs)

    reads = {"runs": {name: path_digest(path) for name, path in context.runs.items()}}
    return Stage("runs", reads, ("runs",), run, code=("quant.checkpoint",))


def model_stage(context: SharedContext) -> Stage:
    """Checkpoints -> QONNX of the features and all classifiers."""
    build = context.directory

    def run() -> str:
        import onnx

        from fpgajet.graph.collapse import collapse
        from fpgajet.graph.export import export

        network = built(context, collapse(context.whole))
        with atomic_path(build.model) as temporary:
            onnx.save(export(network), str(temporary))
        names = ", ".join(classifier.name for classifier in classifiers_of(network))
        return f"{len(features_of(network))} layers of features for all of {names}"

    reads = {"runs": path_digest(build.runs), "order": list(context.runs), **rewritable_reads(context)}
    code = ("quant.checkpoint", "fpgajet.graph.collapse", "fpgajet.graph.export", "fpgajet.ops.registers")
    return Stage("model", reads, ("model.onnx",), run, code)


def certificate_stage(context: SharedContext, flows: Collection[str]) -> Stage:
    """Compare all implementations, the torch model of every run among them; keep the scores of the real jets."""
    build, settings = context.directory, context.settings

    def run() -> str:
        from fpgajet.pipeline.certify import certify_build
        from fpgajet.pipeline.certify_weights import certify_weights

        result = certify_build(
            context.artefacts, flows, context.features, settings.edge_vectors, settings.seed, context.reporter
        )
        certify_weights(context.artefacts, flows, context.features, settings.seed, result)
        arrays = {name.replace(" ", "_"): scores for name, scores in result.scores.items()}
        return keep_certified(build, flows, result, arrays)

    reads = {
        **certified_reads(context, flows, IMPLEMENTATIONS),
        "runs": path_digest(build.runs),
        "jets": path_digest(context.jets),
        **settings.model_dump(include={"edge_vectors", "seed", "max_jets"}),
    }
    code = (
        "fpgajet.pipeline.certify", "fpgajet.pipeline.certify_weights", "fpgajet.graph.load", "quant.checkpoint",
        "fpgajet.pipeline.jets",
    )  # fmt: skip
    return Stage("certificate", reads, ("certificate.json", "scores.npz"), run, code)
