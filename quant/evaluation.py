"""What ``fpgajet eval`` reports: metrics of a checkpoint on any labelled jets, whole and in slices."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.forms import MOMENTA, InputForm
from quant.checkpoint import Checkpoint, load_float_model, load_model
from quant.data import Jets, read_jets
from quant.data.checking.identity import identity
from quant.data.classes import class_numbers
from quant.metrics import (
    constituent_mass,
    mass_warnings,
    mass_window_metrics,
    paired_differences,
    tagging_errors,
    tagging_metrics,
)
from quant.metrics.classes import class_errors, class_report, metrics_of_scores
from quant.overlap import Overlap
from quant.regression import regression_of
from quant.seen_jets import overlap_of

#: a slice with fewer jets of either class says nothing about a tagger
FEWEST = 50
SLICES = 4

Evaluation = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """A checkpoint's scores on labelled jets.

    Attributes:
        jets: with the constituents that the model reads.
        scores: by precision (``float``, ``quantised``), [jets], top quark if above 0; or [jets, classes].
        label: [jets], numbers of classes in the order of the scores.
        overlap: whether the checkpoint has seen these jets in training.
    """

    checkpoint: Checkpoint
    jets: Jets
    scores: dict[str, NDArray[np.float64]]
    overlap: Overlap
    label: NDArray[np.int64]

    def metrics(self, precision: str) -> dict[str, float | int | None]:
        """Of all jets with their errors, see :func:`metrics_of` and :func:`quant.metrics.tagging_errors`; of several
        scores see :func:`quant.metrics.classes.metrics_of_scores`."""
        label, score = self.label, self.scores[precision]
        if classes := self.checkpoint.config.model.class_names:
            score = score[:, : len(classes)]
            return metrics_of_scores(label, score, classes) | class_errors(label, score, classes)
        return metrics_of(label, score, self.checkpoint.config.parameters) | tagging_errors(label, score)


def metrics_of(
    label: NDArray[Any], score: NDArray[np.float64], parameters: int
) -> dict[str, float | int | None]:
    """:func:`quant.metrics.tagging_metrics` and the ant factor.

    ``ant_factor`` is the background rejection at 30 % signal efficiency per parameter (arXiv 2202.06941).
    """
    metrics = tagging_metrics(label, score)
    rejection = metrics["inverse_background_efficiency_30"]
    return metrics | {"ant_factor": None if rejection is None else rejection / parameters}


def read_tagging_jets(
    data: Path, constituents: int, max_jets: int | None = None, form: InputForm = MOMENTA
) -> Jets:
    """Jets of two classes, background first, with what ``form`` reads of them.

    Raises:
        BadInput: unreadable jets, or another number of classes.
    """
    jets = _read(data, constituents, max_jets, form)
    if len(jets.classes) != 2:
        raise BadInput(f"{data}: tagging needs jets of two classes; it holds {list(jets.classes)}.")
    return jets


def _read(data: Path, constituents: int, max_jets: int | None, form: InputForm) -> Jets:
    return read_jets(
        data,
        constituents=constituents,
        max_jets=max_jets,
        objects=form.objects,
        features=form.feature_names,
    )


def score_checkpoint(checkpoint: Checkpoint, data: Path, max_jets: int | None = None) -> Scored:
    """Run float and quantised model on jets.

    Raises:
        BadInput: unreadable jets, labels that are not the model's classes, or a damaged checkpoint.
    """
    constituents, classes = checkpoint.config.constituents, checkpoint.config.model.class_names
    form = checkpoint.config.model.form
    if classes:
        jets = _read(data, constituents, max_jets, form)
        label = class_numbers(jets, classes, data)
    else:
        jets = read_tagging_jets(data, constituents, max_jets, form)
        label = jets.label.astype(np.int64)
    scores = {
        "float": load_float_model(checkpoint).scores(jets.constituents),
        "quantised": load_model(checkpoint).scores(jets.constituents),
    }
    return Scored(checkpoint, jets, scores, overlap_of(checkpoint, identity(data, max_jets)), label)


def evaluate_checkpoint(checkpoint: Checkpoint, data: Path, max_jets: int | None = None) -> Evaluation:
    """:func:`evaluation_of` the scores of a checkpoint on jets; raises as :func:`score_checkpoint`."""
    return evaluation_of(score_checkpoint(checkpoint, data, max_jets), data.name)


def evaluation_of(scored: Scored, data: str) -> Evaluation:
    """Metrics of float and quantised model, the mass window beside them, and slices of pT and multiplicity.

    ``quantised_minus_float``: their :func:`quant.metrics.paired_differences`. ``mass_cut``: see
    :func:`quant.metrics.mass_window_metrics`, of the constituents that the model reads. With a score for each of
    several classes: ``classes``, and :func:`quant.metrics.classes.class_report` of each precision, no more.
    """
    config, jets = scored.checkpoint.config, scored.jets
    report: Evaluation = {
        "model": config.name,
        "data": data,
        "jets": len(jets),
        "seen_in_training": scored.overlap.as_dict(),
        "parameters": config.parameters,
        "parameters_absorbed": config.parameters_absorbed,
    }
    if classes := config.model.class_names:
        found = {
            name: class_report(scored.label, outputs, classes)
            | regression_of(jets, outputs, config.model.regressed, data)
            for name, outputs in scored.scores.items()
        }
        return report | {"classes": list(classes), **found}
    report |= {precision: scored.metrics(precision) for precision in scored.scores}
    report["quantised_minus_float"] = paired_differences(
        jets.label, scored.scores["quantised"], scored.scores["float"]
    )
    report["mass_cut"] = mass_window_metrics(jets.label, constituent_mass(jets.constituents))
    report["warnings"] = mass_warnings(
        {name: report[name] for name in scored.scores} | {"jet_mass": report["mass_cut"]}
    )
    report["slices"] = slices(jets, scored.scores["quantised"])
    return report


def slices(jets: Jets, score: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Metrics in quartiles of jet pT (GeV) and of multiplicity; slices short of jets are left out."""
    found = []
    for name, values in (("pt", jets.jet[:, 0]), ("multiplicity", jets.multiplicity)):
        edges = np.quantile(values, np.linspace(0, 1, SLICES + 1))
        for low, high in itertools.pairwise(edges):
            inside = (values >= low) & ((values < high) | (high == edges[-1]))
            label = jets.label[inside]
            if min((label == 0).sum(), (label == 1).sum()) < FEWEST:
                continue
            metrics = tagging_metrics(label, score[inside]) | tagging_errors(label, score[inside])
            found.append({"of": name, "low": float(low), "high": float(high), "jets": len(label), **metrics})
    return found
