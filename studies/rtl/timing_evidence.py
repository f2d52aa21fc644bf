"""The delay model against a router: designs, stages, and what kinds of cells cost.

Columns are those of ``docs/results/routed.csv`` and ``routed-stages.csv``, see ``scripts/route_designs.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = Mapping[str, str]
#: What tells designs apart.
KEY = ("model", "constituents", "ii", "target", "clock_mhz", "stages")
#: Cells on the longest path of a stage that get a cost of their own; the others are gates, nearly free in the model.
KINDS = ("Sum", "Distance", "Table", "Limit", "AnyBit", "AllBits", "Copy", "Product")
#: Stages with fewer registers behind them are the last ones, with next to nothing in them.
FEWEST_BITS = 1
#: A straight line through fewer stages says nothing.
FEWEST_STAGES = 20


def key(row: Row) -> tuple[str, ...]:
    """Which design a row belongs to."""
    return tuple(row[name] for name in KEY)


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's coefficient; None of fewer than three pairs, or where all values are equal."""
    from scipy.stats import spearmanr

    if len(one) < 3 or len(set(one)) < 2 or len(set(other)) < 2:
        return None
    return round(float(spearmanr(one, other).statistic), 3)


def logic(stages: Sequence[Row]) -> list[Row]:
    """Stages that compute something."""
    return [
        s for s in stages if int(s["bits"]) >= FEWEST_BITS and (float(s["model_ns"]) or int(s["products"]))
    ]


@dataclass(frozen=True)
class _Slowest:
    """The slowest stages of a design.

    Attributes:
        before: by the router, how many stages are slower than those that the model takes for the slowest.
        model_share: what the router's slowest stage takes by the model, against the slowest there.
        path: what is on it by the model. control_share: the latest enable or reset against the latest data.
    """

    before: int
    model_share: float
    path: str
    control_share: float


def _slowest(own: Sequence[Row]) -> _Slowest:
    data = [float(stage["data_ns"]) for stage in own]
    model = [float(stage["model_ns"]) for stage in own]
    # Several stages are often equal in the model.
    expected = max(ns for ns, value in zip(data, model, strict=True) if value > max(model) - 1e-3)
    slowest = int(np.argmax(data))
    return _Slowest(
        before=sum(value > expected for value in data),
        model_share=model[slowest] / max(model),
        path=own[slowest]["model_path"] or "Product",
        control_share=max(float(stage["control_ns"]) for stage in own) / max(data),
    )


def of_designs(designs: Sequence[Row], stages: Sequence[Row]) -> dict[str, Any]:
    """Periods of designs, and whether the slowest stage is the same one; stages are left out if not all are listed."""
    model = [float(design["model_period_ns"]) for design in designs]
    period = [1000.0 / float(design["fmax_mhz"]) for design in designs]
    ratio = np.array(period) / np.array(model)
    periods = {
        "designs": len(designs),
        "rank_correlation": rank_correlation(model, period),
        "router_per_model": {
            "median": round(float(np.median(ratio)), 2),
            "lowest": round(float(ratio.min()), 2),
            "highest": round(float(ratio.max()), 2),
        },
    }
    if not all_listed(stages):
        return periods
    own = [logic([stage for stage in stages if key(stage) == key(design)]) for design in designs]
    found = [_slowest(some) for some in own if some]
    return periods | {
        "same_slowest_stage": sum(row.before == 0 for row in found),
        "among_three_slowest": sum(row.before < 3 for row in found),
        "lowest_model_share_of_slowest": round(min(row.model_share for row in found), 3),
        "slowest_paths": dict(Counter(row.path for row in found).most_common()),
        "highest_control_share": round(max(row.control_share for row in found), 3),
    }


def all_listed(stages: Sequence[Row]) -> bool:
    """Whether the router lists registers behind every stage with logic: that of Gowin leaves out those with enables."""
    return all(int(stage["bits"]) for stage in stages if float(stage["model_ns"]))


def of_stages(stages: Sequence[Row]) -> dict[str, Any]:
    """All stages together: a straight line, and what is left by kind of stage."""
    own = [stage for stage in logic(stages) if float(stage["model_ns"])]
    if len(own) < FEWEST_STAGES or not all_listed(stages):
        return {"stages": len(own)}
    model = np.array([float(stage["model_ns"]) for stage in own])
    data = np.array([float(stage["data_ns"]) for stage in own])
    matrix = np.stack([np.ones_like(model), model], axis=1)
    (offset, slope), left = _fitted(matrix, data)
    groups = {
        "with a table": np.array(["Table" in stage["model_path"] for stage in own]),
        "with a product": np.array([int(stage["products"]) > 0 for stage in own]),
        "with saturation": np.array(["Limit" in stage["model_path"] for stage in own]),
        "sums alone": np.array([set(stage["model_path"].split()) == {"Sum"} for stage in own]),
    }
    wide = {name: np.array([float(stage[name]) for stage in own]) for name in ("fan_out", "cells", "bits")}
    return {
        "stages": len(own),
        "rank_correlation": rank_correlation(model.tolist(), data.tolist()),
        "offset_ns": round(float(offset), 2),
        "slope": round(float(slope), 2),
        "rms_ns": round(float(np.sqrt(np.mean(left**2))), 2),
        "left_ns": {
            name: {"stages": int(mask.sum()), "mean_ns": round(float(left[mask].mean()), 2)}
            for name, mask in groups.items()
            if mask.any()
        },
        "left_against": {
            name: rank_correlation(values.tolist(), left.tolist()) for name, values in wide.items()
        },
        "cost_ns": _costs(own, data),
    }


def _fitted(
    matrix: NDArray[np.float64], data: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least squares: coefficients, and data minus fit."""
    found = np.asarray(np.linalg.lstsq(matrix, data, rcond=None)[0], dtype=np.float64)
    return found, data - matrix @ found


def _costs(own: Sequence[Row], data: NDArray[np.float64]) -> dict[str, Any]:
    """What a cell of each kind on a stage's longest path costs by the router: least squares over all stages."""
    counts = [Counter(stage["model_path"].split()) for stage in own]
    kinds = [kind for kind in KINDS if sum(kind in count for count in counts) >= 5]
    matrix = np.array([[1.0, *(count[kind] for kind in kinds)] for count in counts])
    costs, left = _fitted(matrix, data)
    return {
        "register": round(float(costs[0]), 2),
        **{kind: round(float(cost), 2) for kind, cost in zip(kinds, costs[1:], strict=True)},
        "rms": round(float(np.sqrt(np.mean(left**2))), 2),
    }


def of_sweep(designs: Sequence[Row]) -> list[dict[str, Any]]:
    """Designs that were routed with several numbers of stages: the model's choice against the best of them."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for design in designs:
        found.setdefault(key(design)[:-1], []).append(design)
    result = []
    for name, rows in found.items():
        chosen = [row for row in rows if not row["stages"]]
        if len(rows) < 3 or not chosen:
            continue
        best = max(rows, key=lambda row: float(row["fmax_mhz"]))
        shortest = min(rows, key=lambda row: float(row["latency_ns"]))
        result.append(
            {
                **dict(zip(KEY, name, strict=False)),
                "chosen_cycles": int(chosen[0]["latency_cycles"]),
                "chosen_mhz": float(chosen[0]["fmax_mhz"]),
                "best_cycles": int(best["latency_cycles"]),
                "best_mhz": float(best["fmax_mhz"]),
                "share_of_best": round(float(chosen[0]["fmax_mhz"]) / float(best["fmax_mhz"]), 3),
                "chosen_ns": float(chosen[0]["latency_ns"]),
                "shortest_ns": float(shortest["latency_ns"]),
            }
        )
    return result
