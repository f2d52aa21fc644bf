"""How well several scores tell as many classes of jets apart, with errors. numpy only.

A jet is of the class of its highest score, the first one of equal scores. One-against-rest AUC: of the score of a
class, jets of that class against all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgajet.errors import BadInput
from quant.metrics.errors import auc_contributions
from quant.metrics.roc import auc, background_efficiency, roc_curve
from quant.metrics.tagging import tagging_metrics

#: signal efficiency of the rejection matrix
AT = 0.3


def mean_auc(label: ArrayLike, score: ArrayLike) -> float:
    """AUC of one score, or the mean of the one-against-rest AUCs of several: by it training keeps an epoch."""
    s = np.asarray(score)
    if s.ndim == 1:
        return auc(label, s)
    y = _checked(label, s)
    return float(np.mean([auc(y == k, s[:, k]) for k in range(s.shape[1])]))


def metrics_of_scores(
    label: ArrayLike, score: ArrayLike, classes: Sequence[str]
) -> dict[str, float | int | None]:
    """:func:`quant.metrics.tagging_metrics` of one score; of several the same names, and ``auc_CLASS``.

    Rejections belong to one score, and are None.

    Args:
        label: [jets], numbers of classes. score: [jets], or [jets, classes]. classes: their names.

    Raises:
        BadInput: shapes differ, a score is NaN, or a class is absent.
    """
    s = np.asarray(score, dtype=np.float64)
    if s.ndim == 1:
        return tagging_metrics(label, s)
    y = _checked(label, s)
    _, counts = np.unique(s, axis=0, return_counts=True)
    by_class = {name: auc(y == k, s[:, k]) for k, name in enumerate(classes)}
    return {
        "accuracy": float(np.mean(s.argmax(1) == y)),
        "auc": float(np.mean(list(by_class.values()))),
        "inverse_background_efficiency_30": None,
        "inverse_background_efficiency_50": None,
        "tied_scores": int(counts[counts > 1].sum()),
        "distinct_scores": len(counts),
        **{f"auc_{name}": value for name, value in by_class.items()},
    }


def class_errors(label: ArrayLike, score: ArrayLike, classes: Sequence[str]) -> dict[str, float]:
    """``NAME_error`` of accuracy and AUCs of several scores: one standard deviation, from the jets alone.

    That of the accuracy is binomial; those of the AUCs are DeLong's. A jet enters the AUC of its own class and, as
    background, those of all others, so the error of the mean comes from the mean of what it contributes to each.
    """
    s = np.asarray(score, dtype=np.float64)
    y = _checked(label, s)
    correct = s.argmax(1) == y
    parts = np.stack([_contributions(y == k, s[:, k]) for k in range(s.shape[1])])
    found = {"accuracy_error": float(np.sqrt(correct.mean() * (1 - correct.mean()) / len(y)))}
    found["auc_error"] = float(np.sqrt((parts.mean(0) ** 2).sum()))
    return found | {
        f"auc_{name}_error": float(np.sqrt((part**2).sum()))
        for name, part in zip(classes, parts, strict=True)
    }


def confusion(label: ArrayLike, score: ArrayLike) -> list[list[int]]:
    """Jets of class k (rows) whose highest score is that of class l (columns)."""
    s = np.asarray(score, dtype=np.float64)
    y, size = _checked(label, s), s.shape[1]
    return np.bincount(y * size + s.argmax(1), minlength=size * size).reshape(size, size).tolist()


def rejections(label: ArrayLike, score: ArrayLike, at: float = AT) -> list[list[float | None]]:
    """1 / efficiency for jets of class l (columns), at efficiency ``at`` for class k (rows), of score k - score l.

    None on the diagonal, and where no jet of class l passes.
    """
    s = np.asarray(score, dtype=np.float64)
    y, size = _checked(label, s), s.shape[1]
    found: list[list[float | None]] = [[None] * size for _ in range(size)]
    for k in range(size):
        for other in set(range(size)) - {k}:
            chosen = (y == k) | (y == other)
            curve = roc_curve(y[chosen] == k, s[chosen, k] - s[chosen, other])
            efficiency = background_efficiency(*curve, at)
            found[k][other] = 1 / efficiency if efficiency > 0 else None
    return found


def class_report(label: ArrayLike, outputs: ArrayLike, classes: Sequence[str]) -> dict[str, Any]:
    """Metrics with errors, ``confusion`` and ``rejection_30``.

    Args:
        outputs: [jets, classes + others], the scores first.
    """
    score = np.asarray(outputs, dtype=np.float64)[:, : len(classes)]
    return {
        **metrics_of_scores(label, score, classes),
        **class_errors(label, score, classes),
        "confusion": confusion(label, score),
        "rejection_30": rejections(label, score),
    }


def _contributions(signal: NDArray[np.bool_], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """By jet, how far it moves the AUC: its variance is the sum of their squares."""
    found = auc_contributions(signal, score)
    moved = np.empty(len(score))
    for of, part in ((signal, found.signal), (~signal, found.background)):
        moved[of] = (part - part.mean()) / np.sqrt(len(part) * max(len(part) - 1, 1))
    return moved


def _checked(label: ArrayLike, score: NDArray[np.float64]) -> NDArray[np.int64]:
    y = np.asarray(label, dtype=np.int64)
    if score.ndim != 2 or y.shape != score.shape[:1]:
        raise BadInput(
            f"labels {list(y.shape)} and scores {list(score.shape)} are not of one number of jets."
        )
    if np.isnan(score).any():
        raise BadInput(f"{int(np.isnan(score).any(1).sum())} of {len(score)} jets have a score that is NaN.")
    if set(np.unique(y)) != set(range(score.shape[1])):
        raise BadInput(
            f"labels must be 0 to {score.shape[1] - 1}, all present; here {np.unique(y).tolist()}."
        )
    return y
