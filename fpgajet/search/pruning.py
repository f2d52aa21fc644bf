"""Stopping poor starts: a trial that is far below the median of those alike after the same epoch.

Optuna's own pruners know one objective. Here one figure decides, the validation AUC of the float model, and it is
compared only with trials that agree in the axes that decide most of it, so that small designs are not stopped for
being small.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from fpgajet.search.parameters import Params
from fpgajet.search.space import Pruning

#: values of the axes of a trial, and its best AUC up to each epoch
Earlier = tuple[Mapping[str, Any], Sequence[float]]


def stops(rule: Pruning, params: Params, aucs: Sequence[float], others: Sequence[Earlier]) -> str | None:
    """Why a trial is to be stopped; None if it goes on.

    Args:
        aucs: best validation AUC up to each epoch so far, beginning with epoch 0, the screened start.
        others: trials that were trained to the end of the float epochs.
    """
    epoch = len(aucs) - 1
    if rule.epoch == 0 or epoch < rule.epoch:
        return None
    alike = [
        other[epoch]
        for known, other in others
        if len(other) > epoch and all(known.get(axis) == params.get(axis) for axis in rule.alike)
    ]
    if len(alike) < rule.after:
        return None
    median = statistics.median(alike)
    if aucs[-1] >= median - rule.margin:
        return None
    return (
        f"AUC {aucs[-1]:.4f} after epoch {epoch}, more than {rule.margin:g} below the median {median:.4f} of "
        f"{len(alike)} trials alike"
    )
