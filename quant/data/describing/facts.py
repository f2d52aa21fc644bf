"""What is in a jet file: counts, kinematics, separation by single variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from quant.data.describing.statistics import auc
from quant.data.jets import Feature
from quant.data.reading.data_set import iter_jets, shard_paths

QUANTILES = (5, 25, 50, 75, 95)


def describe(path: Path) -> dict[str, Any]:
    """Facts of a file or directory of shards, as a JSON-able dictionary.

    The constituents themselves are read for the leading one only, so two million jets take seconds.

    Raises:
        BadInput: not a jet file, or no jets in it.
    """
    labels, jets, multiplicities, leading = [], [], [], []
    classes: tuple[str, ...] = ()
    features: tuple[Feature, ...] = ()
    provenance: dict[str, Any] = {}
    for piece in iter_jets(path, constituents=1, chunk=200_000, features=None):
        classes, provenance, features = piece.classes, piece.provenance, piece.features
        labels.append(piece.label)
        jets.append(piece.jet)
        multiplicities.append(piece.multiplicity)
        first = piece.constituents[:, 0]
        leading.append(np.hypot(first[:, 1], first[:, 2]) / np.maximum(piece.jet[:, 0], 1e-9))
    label = np.concatenate(labels) if labels else np.zeros(0, dtype=np.uint8)
    jet = np.concatenate(jets) if jets else np.zeros((0, 4), dtype=np.float32)
    multiplicity = np.concatenate(multiplicities) if multiplicities else np.zeros(0, dtype=np.int16)
    fraction = np.concatenate(leading) if leading else np.zeros(0, dtype=np.float32)

    facts: dict[str, Any] = {
        "path": str(path),
        "files": len(shard_paths(path)),
        "bytes": sum(shard.stat().st_size for shard in shard_paths(path)),
        "jets": len(label),
        "classes": {},
    }
    if features:
        facts["features"] = [vars(feature) for feature in features]
    for index, name in enumerate(classes):
        rows = label == index
        facts["classes"][name] = {
            "jets": int(rows.sum()),
            "share": round(float(rows.mean()), 4) if len(label) else 0.0,
            "mean_multiplicity": round(float(multiplicity[rows].mean()), 3) if rows.any() else None,
            "multiplicity_quantiles": quantiles(multiplicity[rows]),
            "pt_gev_quantiles": quantiles(jet[rows, 0]),
            "eta_range": [round(float(v), 3) for v in (jet[rows, 1].min(), jet[rows, 1].max())]
            if rows.any()
            else None,
            "mass_gev_quantiles": quantiles(jet[rows, 3]),
            "leading_fraction_quantiles": quantiles(fraction[rows], digits=4),
        }
    signal = label > 0
    if signal.any() and not signal.all():
        facts["auc"] = {
            "mass": round(auc(signal, jet[:, 3]), 5),
            "multiplicity": round(auc(signal, multiplicity), 5),
        }
    facts["provenance"] = provenance
    return facts


def quantiles(values: Any, digits: int = 2) -> list[float] | None:
    """The 5, 25, 50, 75 and 95 % quantiles; None where there are no values."""
    if len(values) == 0:
        return None
    return [round(float(value), digits) for value in np.percentile(values, QUANTILES)]
