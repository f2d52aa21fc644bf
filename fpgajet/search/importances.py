"""Which axes of a space decide a figure: fANOVA, and the coefficients of a linear fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.search import study as stored
from fpgajet.search.results import Row

if TYPE_CHECKING:
    from optuna import Study

#: below so many complete trials nothing is said
FEWEST = 10
#: figures that importances are given of, where they are known
FIGURES = ("auc", "ant", "lut", "latency")

#: by figure and axis: the importance, and the coefficient where the axis has an order
Importances = dict[str, dict[str, tuple[float, float | None]]]


def importances(study: Study, rows: Sequence[Row]) -> Importances:
    """Shares of the variance of each figure that axes explain, largest first (fANOVA, Hutter et al., ICML 2014).

    Only axes that every trial has. The coefficient is that of a linear fit to all such axes with an order, in standard
    deviations of the figure per standard deviation of the axis.
    """
    complete = [row for row in rows if row.state == "complete"]
    if len(complete) < FEWEST:
        return {}
    found: Importances = {}
    for figure in FIGURES:
        known = [row for row in complete if row.figures.get(figure) is not None]
        values = np.array([row.figures[figure] for row in known], np.float64)
        if len(known) < FEWEST or float(np.ptp(values)) == 0.0:
            continue
        shares = _fanova(study, figure, {row.number for row in known})
        slopes = coefficients([row.params for row in known], values)
        found[figure] = {name: (share, slopes.get(name)) for name, share in shares.items()}
    return found


def _fanova(study: Study, figure: str, numbers: set[int]) -> dict[str, float]:
    import warnings

    import optuna

    copy = optuna.create_study(directions=study.directions)
    copy.add_trials([trial for trial in study.get_trials(deepcopy=False) if trial.number in numbers])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scikit-learn's forest
        shares: dict[str, float] = optuna.importance.get_param_importances(
            copy,
            evaluator=optuna.importance.FanovaImportanceEvaluator(seed=0),
            target=lambda trial: float(trial.user_attrs[stored.FIGURES][figure]),
        )
    return shares


def coefficients(params: Sequence[Mapping[str, Any]], values: NDArray[np.float64]) -> dict[str, float]:
    """Standardised coefficients of a least-squares fit to the axes of numbers and of truth values.

    Args:
        params: one mapping for each trial. values: [trials].
    """
    shared = [name for name in params[0] if all(name in row for row in params)]
    ordered = [name for name in shared if all(isinstance(row[name], bool | int | float) for row in params)]
    if not ordered:
        return {}
    x = np.array([[float(row[name]) for name in ordered] for row in params])
    spread = x.std(0)
    moving = np.flatnonzero(spread > 0)
    if not len(moving) or len(params) <= len(moving) + 1:
        return {}
    scaled = (x[:, moving] - x[:, moving].mean(0)) / spread[moving]
    fitted, *_ = np.linalg.lstsq(scaled, (values - values.mean()) / values.std(), rcond=None)
    return {ordered[index]: float(slope) for index, slope in zip(moving, fitted, strict=True)}
