"""The torch models of runs with common features as one implementation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.graph.classifiers import classifier_stage
from fpgajet.pipeline.artefacts import Artefacts


class SharedTorch:
    """The torch models of all runs as one implementation: features of the first, the classifier of each."""

    name = "torch"

    def __init__(self, build: Artefacts) -> None:
        from quant.checkpoint import load_model, open_checkpoint

        runs = {path.name: open_checkpoint(path) for path in build.directory.runs.iterdir()}
        self._models = {classifier_stage(name): load_model(run) for name, run in runs.items()}
        self._network = build.network

    def stages(self, jets: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Every stage, float64 [jets, ...]; each model computes the features anew."""
        import torch

        torch.set_num_threads(1)  # as for a single model
        found: dict[str, NDArray[Any]] = {}
        for stage, model in self._models.items():
            shown = dict(model.stages(jets))
            found[stage] = shown.pop(model.wiring.nodes[-1].name)
            found = shown | found
        for node in self._network.nodes:
            if node.name not in found:  # where scores are put side by side
                found[node.name] = np.concatenate([found[name] for name in node.inputs], axis=-1)
        return {node.name: found[node.name] for node in self._network.nodes}
