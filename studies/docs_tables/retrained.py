"""Taggers that were trained again, on folds and on few jets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from studies.docs_tables.markers import ROOT, markdown, thousands

RESULTS = ROOT / "docs" / "results"


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / name).read_text(encoding="utf-8"))
    return found


def _auc(found: dict[str, Any], sign: str = "") -> str:
    return f"{found['value']:{sign}.4f} ± {found['error']:.4f}"


def data_efficiency() -> str:
    """AUC of the quantised models against the number of training jets, and their difference."""
    report = _read("data-efficiency.json")
    rows = [row for row in report["taggers"] if row["precision"] == "quantised"]
    names = list(dict.fromkeys(row["model"] for row in rows))
    apart = {row["training_jets"]: row["metrics"]["auc"] for row in _differences(report)}
    cells = []
    for size in report["sizes"]:
        own = {row["model"]: _auc(row["metrics"]["auc"]) for row in rows if row["training_jets"] == size}
        cells.append([thousands(size), *(own[name] for name in names), *_judged(apart[size])])
    return markdown(["training jets", *names, "difference", "probability", "<verdict"], cells)


def folds() -> str:
    """The same of folds."""
    report = _read("folds.json")
    (apart,) = _differences(report)
    rows = [row for row in report["taggers"] if row["precision"] == "quantised"]
    cells = [
        [
            str(report["folds"]),
            *(_auc(row["metrics"]["auc"]) for row in rows),
            *_judged(apart["metrics"]["auc"]),
        ]
    ]
    headings = ["folds", *(row["model"] for row in rows), "difference", "probability", "<verdict"]
    return markdown(headings, cells)


def _differences(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in report["differences"] if row["precision"] == "quantised"]


def _judged(found: dict[str, Any]) -> list[str]:
    return [_auc(found, "+"), f"{found['probability']:.2g}", found["verdict"]]


RETRAINED: dict[str, Callable[[], str]] = {"data-efficiency": data_efficiency, "folds": folds}
