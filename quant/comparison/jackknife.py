"""Is a difference between taggers more than noise? Errors from the jets (folds) and from the seeds.

The jets are split into K stratified folds, and every metric is taken K times on all folds but one. With these
values m_k the error of the metric on all jets is sqrt((K - 1) / K sum_k (m_k - mean)^2), the jackknife over
groups (Shao and Tu, The Jackknife and Bootstrap, 1995); values on single folds would not do, as few background
jets of a fold pass a tight cut. All taggers see the same folds, so the error of a difference comes from the K
differences, in which what the jets have in common drops out. Runs that differ only by seed form one group;
the spread of its members is a second error, of the training, and is added in quadrature.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.evaluation import Scored, metrics_of

#: what is compared
METRICS = (
    "auc",
    "accuracy",
    "inverse_background_efficiency_30",
    "inverse_background_efficiency_50",
    "ant_factor",
)
#: a difference of so many errors is called one
CLEAR, HINT = 3.0, 2.0

Comparison = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Runs that differ only by seed, or a single one.

    Attributes:
        name: of the first run. members: their scores, of one precision each.
    """

    name: str
    members: tuple[Scored, ...]


def stratified_folds(label: NDArray[Any], folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Fold number [jets] of each jet: every fold has its share of each class.

    Raises:
        BadInput: fewer than 2 folds, or a class with fewer jets than folds.
    """
    _, counts = np.unique(label, return_counts=True)
    if folds < 2 or counts.min() < folds:
        raise BadInput(
            f"{folds} folds of jets with {counts.min()} in the smaller class: give --folds between 2 and that."
        )
    rng = np.random.default_rng(seed)
    fold = np.empty(len(label), dtype=np.int64)
    for value in np.unique(label):
        rows = rng.permutation(np.flatnonzero(label == value))
        fold[rows] = np.arange(len(rows)) % folds
    return fold


def grouped(scored: Sequence[Scored]) -> list[Group]:
    """Runs by everything in their settings, training jets and architecture but the seed, in the given order."""
    groups: dict[str, list[Scored]] = {}
    for one in scored:
        config = one.checkpoint.config
        training = config.training
        settings = {key: value for key, value in training.settings.items() if key != "seed"}
        jets = sorted(file.sha256 for files in training.data.values() for file in files)
        key = repr((config.architecture, sorted(settings.items(), key=str), jets))
        groups.setdefault(key, []).append(one)
    return [Group(members[0].checkpoint.config.name, tuple(members)) for members in groups.values()]


def compare(
    scored: Sequence[Scored], folds: int, seed: int = 0, advance: Callable[[], None] = lambda: None
) -> Comparison:
    """Metrics of groups of runs with their errors, and all differences between groups, for both precisions.

    Args:
        scored: runs on the same jets.
        folds: K. seed: of the folds. advance: called once for each run and precision.

    Raises:
        BadInput: the runs were not given the same jets, or there are too few of them for the folds.
    """
    label = scored[0].jets.label
    if any(not np.array_equal(label, one.jets.label) for one in scored):
        raise BadInput("the runs were not evaluated on the same jets.")
    fold = stratified_folds(label, folds, seed)
    groups = grouped(scored)
    report: Comparison = {"jets": len(label), "folds": folds, "groups": [], "differences": []}
    values: dict[tuple[int, str], tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    for precision in ("float", "quantised"):
        for number, group in enumerate(groups):
            rows = [_values(one, precision, fold, folds, advance) for one in group.members]
            whole, by_fold = (
                np.stack(x) for x in zip(*rows, strict=True)
            )  # [runs, metrics], [runs, K, metrics]
            values[number, precision] = whole, by_fold
            report["groups"].append(
                {
                    "name": group.name,
                    "runs": [one.checkpoint.config.name for one in group.members],
                    "seeds": [one.checkpoint.config.training.seed for one in group.members],
                    "precision": precision,
                    "metrics": {
                        metric: _with_errors(whole[:, m], by_fold[:, :, m].mean(0))
                        for m, metric in enumerate(METRICS)
                    },
                }
            )
        for a, b in itertools.combinations(range(len(groups)), 2):
            (whole_a, fold_a), (whole_b, fold_b) = values[a, precision], values[b, precision]
            report["differences"].append(
                {
                    "of": groups[a].name,
                    "minus": groups[b].name,
                    "precision": precision,
                    "metrics": {
                        metric: _difference(
                            whole_a[:, m], whole_b[:, m], fold_a[:, :, m].mean(0) - fold_b[:, :, m].mean(0)
                        )
                        for m, metric in enumerate(METRICS)
                    },
                }
            )
    return report


def _values(
    one: Scored, precision: str, fold: NDArray[np.int64], folds: int, advance: Callable[[], None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """[metrics] on all jets and [K, metrics] without each fold; NaN where a sample was too small to say."""
    label, score, parameters = one.jets.label, one.scores[precision], one.checkpoint.config.parameters
    found = []
    for rows in [np.ones(len(label), dtype=bool), *(fold != k for k in range(folds))]:
        metrics = metrics_of(label[rows], score[rows], parameters)
        found.append([math.nan if metrics[name] is None else float(metrics[name] or 0.0) for name in METRICS])
    advance()
    return np.array(found[0]), np.array(found[1:])


def _with_errors(whole: NDArray[np.float64], by_fold: NDArray[np.float64]) -> dict[str, Any]:
    """Mean over runs of a metric, its error from the jets and, with several runs, from the seeds."""
    jets = _jackknife(by_fold)
    seeds = _seed_error(whole)
    return {
        "value": _finite(float(whole.mean())),
        "jet_error": _finite(jets),
        "seed_error": seeds,
        "seed_spread": float(whole.std(ddof=1)) if len(whole) > 1 and np.isfinite(whole).all() else None,
        "error": _finite(math.hypot(jets, seeds or 0.0)),
    }


def _difference(
    a: NDArray[np.float64], b: NDArray[np.float64], by_fold: NDArray[np.float64]
) -> dict[str, Any]:
    """Mean difference, its paired error from the jets, the seeds' in quadrature, and what it amounts to."""
    jets = _jackknife(by_fold)
    seeds = [error for error in (_seed_error(a), _seed_error(b)) if error is not None]
    value, error = float(a.mean() - b.mean()), math.hypot(jets, *seeds)
    if not math.isfinite(value) or not math.isfinite(error):
        return dict.fromkeys(("value", "jet_error", "error", "errors_away", "verdict"))
    away = abs(value) / error if error else (math.inf if value else 0.0)
    verdict = "differ" if away >= CLEAR else "perhaps" if away >= HINT else "noise"
    return {
        "value": value,
        "jet_error": jets,
        "seed_error": math.hypot(*seeds) if seeds else None,
        "error": error,
        "errors_away": _finite(away),
        "verdict": verdict,
    }


def _jackknife(without: NDArray[np.float64]) -> float:
    """Error of a statistic from its values without each of K groups of jets."""
    return float(without.std() * math.sqrt(len(without) - 1))


def _seed_error(whole: NDArray[np.float64]) -> float | None:
    """Error of the mean over seeds; None for a single run."""
    if len(whole) < 2 or not np.isfinite(whole).all():
        return None
    return float(whole.std(ddof=1) / math.sqrt(len(whole)))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
