"""AUC that a step has lost against the model that was given, on the same jets, with its statistical error.

The two models share their jets, so the error is that of the paired difference: that of DeLong (see
:mod:`quant.metrics.errors`), which tests hold against a paired bootstrap. Validation jets choose what narrowing takes
away, so the loss on them is a little too small; test jets choose nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from quant.checkpoint import Checkpoint, load_model
from quant.metrics import paired_differences
from quant.models.sample import Sample
from quant.training.data import TrainingJets

#: in the folder of a step
LOST = "lost.json"
PARTS = ("validation", "test")


@dataclass(frozen=True)
class Lost:
    """AUC of the given model minus that of a step; ``error`` is one standard deviation, None with too few jets."""

    value: float
    error: float | None


def lost(label: NDArray[Any], given: NDArray[np.float64], score: NDArray[np.float64]) -> Lost:
    """Of scores [jets] of the given model and of a step."""
    found = paired_differences(label, given, score)["auc"]
    return Lost(float(found["value"] or 0.0), found["error"])


@dataclass
class Losses:
    """Losses of steps of one model.

    Attributes:
        source: the given model. jets: of which validation and test jets are read.
    """

    source: Checkpoint
    jets: TrainingJets

    def of(self, step: Checkpoint) -> dict[str, Lost]:
        """On validation and on test jets; kept in the folder of the step.

        Raises:
            BadInput: what is kept is damaged. CannotWrite: no room.
        """
        if step.path == self.source.path:
            return dict.fromkeys(PARTS, Lost(0.0, 0.0))
        kept = step.path / LOST
        if not kept.is_file():
            model = load_model(step)
            found = {
                part: lost(jets.labels, given, model.scores(jets.momenta.numpy()))
                for part, (jets, given) in self._given.items()
            }
            write_json(kept, {part: vars(one) for part, one in found.items()})
        try:
            return {part: Lost(**read_json(kept)[part]) for part in PARTS}
        except (KeyError, TypeError) as error:
            raise BadInput(f"{kept} is damaged: remove it and give --resume.") from error

    @cached_property
    def _given(self) -> dict[str, tuple[Sample, NDArray[np.float64]]]:
        """Jets, and scores of the given model."""
        model = load_model(self.source)
        samples = {"validation": self.jets.validation, "test": self.jets.test}
        return {part: (jets, model.scores(jets.momenta.numpy())) for part, jets in samples.items()}
