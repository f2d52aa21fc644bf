"""The report's section ``physics`` of a model with a score for each of several classes."""

from __future__ import annotations

from typing import Any

from fpgajet.pipeline.implementations import IMPLEMENTATIONS
from fpgajet.report.model import Metrics


def class_physics(content: dict[str, Any], jets: dict[str, Any], file: str) -> dict[str, Any]:
    """From ``physics.json``: its rows, and its facts about the jets.

    Args:
        file: name of the jets.
    """
    names = jets["classes"]
    rows = {name: _row(row, names) for name, row in content.items()}
    counts = [sum(row) for row in next(iter(content.values()))["confusion"]]
    of_each = ", ".join(f"{count:,} {name}" for count, name in zip(counts, names, strict=True))
    titles = {key: entry.title for key, entry in IMPLEMENTATIONS.physics().items() if key in rows}
    return rows | {
        "classes": names,
        "jets": jets["total"],
        "data": f"{file}, jets by class: {of_each}",
        "sample": jets.get("sample", ""),
        "seen_in_training": jets.get("seen"),
        "titles": titles,
    }


def _row(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    by_class = {name: {"value": found[f"auc_{name}"], "error": found[f"auc_{name}_error"]} for name in names}
    shared = {key: found[key] for key in Metrics.model_fields if key in found}
    return shared | {"auc_by_class": by_class}
