"""What each setting of a network does to its figures, as in Table 1 of the VecNet paper (arXiv 2202.06941).

The paper fits a random forest and a linear function to the figures of all runs, after normalising. Axes whose value
stands for several settings, such as the numbers of scalars, vectors and features, are taken apart for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import read_toml
from fpgajet.search.importances import FEWEST, coefficients
from fpgajet.search.known_designs import PUBLISHED
from fpgajet.search.results import Row
from fpgajet.search.search_settings import SearchSettings

#: figures that are told of: the paper's, and the hardware
FIGURES = ("auc", "ant", "lut", "dsp", "latency")
#: settings below it in every figure are left out, as in the paper
LEAST = 0.01
TREES = 100

#: by figure and setting: importance, and the coefficient where the setting is a number or a truth value
Sensitivities = dict[str, dict[str, tuple[float, float | None]]]


def published(family: str) -> dict[str, dict[str, tuple[float, float]]]:
    """Of a family, by figure and setting: importance and coefficient of the paper; empty where there is none."""
    rows = [row for row in read_toml(PUBLISHED).get("sensitivity", []) if row["family"] == family]
    return (
        {name: {row["setting"]: tuple(row[name]) for row in rows} for name in ("auc", "ant")} if rows else {}
    )


def sensitivities(settings: SearchSettings, rows: Sequence[Row]) -> Sensitivities:
    """Importances in a random forest, which sum to 1 over all settings, and standardised linear coefficients.

    Only settings that every complete trial has and that differ among them.
    """
    complete = [row for row in rows if row.state == "complete"]
    given = [settings_of(settings, row) for row in complete]
    names = [
        name
        for name in (given[0] if given else {})
        if all(name in one for one in given) and len({repr(one[name]) for one in given}) > 1
    ]
    found: Sensitivities = {}
    for figure in FIGURES:
        known = [index for index, row in enumerate(complete) if row.figures.get(figure) is not None]
        values = np.array([complete[index].figures[figure] for index in known], np.float64)
        if len(known) < FEWEST or not names or float(np.ptp(values)) == 0.0:
            continue
        params = [{name: given[index][name] for name in names} for index in known]
        slopes = coefficients(params, values)
        shares = forest_importances(params, values)
        found[figure] = {name: (share, slopes.get(name)) for name, share in shares.items()}
    return found


def settings_of(settings: SearchSettings, row: Row) -> dict[str, Any]:
    """Settings of a trial by dotted name, with the axes of the hardware."""
    hardware = {name: value for name, value in row.params.items() if name.startswith("hardware.")}
    return settings.space.assigned(row.params) | hardware


def forest_importances(params: Sequence[dict[str, Any]], values: NDArray[np.float64]) -> dict[str, float]:
    """By name, the share of the variance that a forest's branchings on a setting remove; largest first.

    Args:
        params: one mapping for each trial, of the same names; texts have no order, and a column for each value.
        values: [trials].
    """
    from sklearn.ensemble import RandomForestRegressor

    columns, owners = [], []
    for name in params[0]:
        given = [row[name] for row in params]
        if all(isinstance(value, bool | int | float) for value in given):
            columns.append([float(value) for value in given])
            owners.append(name)
            continue
        for text in sorted({str(value) for value in given}):
            columns.append([float(str(value) == text) for value in given])
            owners.append(name)
    forest = RandomForestRegressor(TREES, random_state=0)
    forest.fit(np.array(columns).T, (values - values.mean()) / values.std())
    shares = dict.fromkeys(params[0], 0.0)
    for name, share in zip(owners, forest.feature_importances_, strict=True):
        shares[name] += float(share)
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
