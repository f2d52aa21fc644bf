"""``fpgajet.load_jets`` and ``evaluate``: jets, and how well a tagger tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import require_extra

if TYPE_CHECKING:
    from quant.data import Jets
    from quant.evaluation import Scored

PRECISIONS = ("float", "quantised")
METRICS = {
    "accuracy": "accuracy",
    "auc": "AUC",
    "inverse_background_efficiency_30": "1/ε_B at ε_S = 0.3",
    "inverse_background_efficiency_50": "1/ε_B at ε_S = 0.5",
}


def load_jets(path: Path | str, *, max_jets: int | None = None, constituents: int | None = None) -> Jets:
    """Read labelled jets.

    >>> jets = load_jets(sample, max_jets=100, constituents=16)
    >>> jets.constituents.shape, jets.constituents.dtype
    ((100, 16, 4), dtype('float32'))

    Args:
        path: file of our format (`fpgajet data convert` makes one of many others), or a directory of ``*.h5`` shards.
        max_jets: stop after so many jets.
        constituents: keep this many leading slots; zero-padded where the file has fewer.

    Returns:
        ``constituents`` float32 [jets, slots, 4] as (E, px, py, pz) in GeV, by falling pT;
        ``label`` [jets]; ``classes``.

    Raises:
        BadInput: not such a file, or a value that cannot be used.
    """
    from quant.data import read_jets

    return read_jets(path, max_jets=max_jets, constituents=constituents, objects=None)


@dataclass(frozen=True, repr=False)
class Evaluated:
    """Metrics of a tagger on labelled jets.

    Attributes:
        scored: checkpoint, jets and scores. metrics: what ``fpgajet eval --json`` prints: float and quantised, their
            paired differences, the mass window, slices of pT and multiplicity.
    """

    scored: Scored
    metrics: dict[str, Any]

    def __repr__(self) -> str:
        auc = self.metrics["quantised"]["auc"]
        return (
            f"<evaluation of {self.metrics['model']}: {self.metrics['jets']} jets, quantised AUC {auc:.4f}>"
        )

    def _repr_html_(self) -> str:
        """A table of metrics with their statistical errors."""
        text = f"{self.metrics['jets']:,} jets of {self.metrics['data']}, {self.metrics['parameters']} parameters"
        return metrics_page(self.metrics["model"], text, self.metrics)


def evaluate(
    model: str | Path, data: Path | str, *, max_jets: int | None = None, strict: bool = False
) -> Evaluated:
    """Measure a tagger on labelled jets: float and quantised.

    >>> found = evaluate("npelican-n8-c2", sample, max_jets=400)
    >>> found.metrics["jets"], 0.8 < found.metrics["quantised"]["auc"] < 1
    (400, True)
    >>> found.scored.scores["quantised"].shape
    (400,)

    Args:
        model: zoo name or checkpoint directory.
        data: file or directory of labelled jets of two classes. max_jets: read only the first jets.
        strict: refuse jets that the model has seen in training.

    Raises:
        BadInput: an unknown model, unusable jets, or seen ones with ``strict``.
        MissingTool: torch or brevitas is not installed.
    """
    require_extra("torch", "brevitas")
    from quant.checkpoint import open_checkpoint
    from quant.evaluation import evaluation_of, score_checkpoint
    from quant.zoo import resolve

    scored = score_checkpoint(open_checkpoint(resolve(str(model))), Path(data), max_jets)
    if strict:
        scored.overlap.require_unseen()
    return Evaluated(scored, evaluation_of(scored, Path(data).name))


def metrics_page(title: str, text: str, metrics: Mapping[str, Any]) -> str:
    """Accuracy, AUC and background rejection of each precision, with statistical errors, as a framed page."""
    from fpgajet.report.fragment import fragment, framed, height_of
    from fpgajet.report.tables import table_of
    from fpgajet.report.words import measured

    rows = [
        (precision, *(measured(found.get(name), found.get(f"{name}_error")) for name in METRICS))
        for precision in PRECISIONS
        if (found := metrics.get(precision))
    ]
    tables = {"Physics": table_of(("precision", *METRICS.values()), rows)}
    return framed(fragment(title, text, tables), height_of(tables))
