"""What ``fpgajet eval`` reports: metrics of a checkpoint on any labelled jets, whole and in slices."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint, load_float_model, load_model
from quant.data.layout import Jets, read_jets
from quant.metrics import constituent_mass, mass_window_metrics, tagging_metrics

#: a slice with fewer jets of either class says nothing about a tagger
FEWEST = 50
SLICES = 4

Report = dict[str, Any]


def evaluate_checkpoint(checkpoint: Checkpoint, data: Path, max_jets: int | None = None) -> Report:
    """Metrics of float and quantised model, the mass cut beside them, and slices of pT and multiplicity.

    ``ant_factor`` is the background rejection at 30 % signal efficiency per parameter (arXiv 2202.06941).

    Raises:
        BadInput: unreadable jets, or labels that are not the two classes 0 and 1.
    """
    config = checkpoint.config
    jets = read_jets(data, constituents=config.constituents, max_jets=max_jets)
    if len(jets.classes) != 2:
        raise BadInput(f"{data}: tagging needs jets of two classes; it holds {list(jets.classes)}.")
    scores = {
        "float": load_float_model(checkpoint).scores(jets.constituents),
        "quantised": load_model(checkpoint).scores(jets.constituents),
    }
    report: Report = {
        "model": config.name,
        "data": data.name,
        "jets": len(jets),
        "parameters": config.parameters,
        "parameters_absorbed": config.parameters_absorbed,
    }
    for precision, score in scores.items():
        metrics = tagging_metrics(jets.label, score)
        rejection = metrics["inverse_background_efficiency_30"]
        metrics["ant_factor"] = None if rejection is None else rejection / config.parameters
        report[precision] = metrics
    report["mass_cut"] = mass_window_metrics(jets.label, constituent_mass(jets.constituents))
    report["slices"] = slices(jets, scores["quantised"])
    return report


def slices(jets: Jets, score: NDArray[np.float64]) -> list[Report]:
    """Metrics in quartiles of jet pT (GeV) and of multiplicity; slices short of jets are left out."""
    found = []
    for name, values in (("pt", jets.jet[:, 0]), ("multiplicity", jets.multiplicity)):
        edges = np.quantile(values, np.linspace(0, 1, SLICES + 1))
        for low, high in itertools.pairwise(edges):
            inside = (values >= low) & ((values < high) | (high == edges[-1]))
            label = jets.label[inside]
            if min((label == 0).sum(), (label == 1).sum()) < FEWEST:
                continue
            metrics = tagging_metrics(label, score[inside])
            found.append({"of": name, "low": float(low), "high": float(high), "jets": len(label), **metrics})
    return found
