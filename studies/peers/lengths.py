"""How far longer trainings get: the best validation AUC that each reached with so many EBOPs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fpgajet.files import read_json
from studies.peers.networks import Peer
from studies.peers.training import RECORD
from studies.tables.rows import write_table

#: EBOPs that the trainings are compared at.
EBOPS = (40_000, 60_000, 80_000, 120_000, 200_000)


def columns(record: Mapping[str, Any]) -> dict[str, Any]:
    """One finished training."""
    peer = Peer(**record["peer"])
    return {
        "model": peer.name,
        "classes": peer.classes,
        "seed": record["seed"],
        "train_jets": record["jets"],
        "epochs": len(record["epochs"]),
        "cpu_s": record["cpu_s"],
        "best": max(epoch["auc"] for epoch in record["epochs"]),
    } | {f"auc_{limit}": within(record["epochs"], limit) for limit in EBOPS}


def within(epochs: Sequence[Mapping[str, Any]], limit: int) -> float | None:
    """The best validation AUC of the epochs with so many EBOPs or fewer; None if there are none."""
    return max((epoch["auc"] for epoch in epochs if epoch["ebops"] <= limit), default=None)


def write(runs: Path, path: Path, command: str) -> None:
    """The CSV of every finished training in ``runs``."""
    rows = [columns(read_json(record)) for record in runs.glob(f"*/{RECORD}")]
    write_table(path, sorted(rows, key=lambda row: [row[key] for key in ORDER]), command)


ORDER = ("classes", "model", "seed", "train_jets", "epochs")
