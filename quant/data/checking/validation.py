"""Everything wrong with a jet file, row by row, and whether test jets leaked into training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quant.data.checking.constituents import find_problems
from quant.data.checking.duplicates import HASHED_CONSTITUENTS, jet_hashes, repeats
from quant.data.checking.features import feature_problems
from quant.data.checking.summaries import disagreements
from quant.data.problems import Problem
from quant.data.reading.data_set import iter_jets


@dataclass
class Validation:
    """``jets`` looked at and all ``problems``; rows count through all shards."""

    path: Path
    jets: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "jets": self.jets,
            "good": self.good,
            "problems": [
                {"kind": p.kind, "text": p.text, "count": len(p.rows), "rows": p.rows.tolist()}
                for p in self.problems
            ],
        }


def validate(
    path: Path, *, against: Sequence[Path] = (), progress: Callable[[int], None] = lambda _: None
) -> Validation:
    """Look at every jet of ``path``.

    Args:
        against: other data sets that must not share a jet with this one (test against train).
        progress: called with the number of jets read.

    Raises:
        BadInput: a file is not a jet file.
    """
    result = Validation(path)
    found: dict[str, list[Problem]] = {}
    hashes = []
    for piece in iter_jets(path, features=None):
        for problem in [
            *find_problems(piece.bare, first_row=result.jets),
            *feature_problems(piece, result.jets),
            *disagreements(piece, result.jets),
        ]:
            found.setdefault(problem.kind, []).append(problem)
        hashes.append(jet_hashes(piece.bare))
        result.jets += len(piece)
        progress(result.jets)
    for kind, pieces in found.items():
        result.problems.append(Problem(kind, np.concatenate([p.rows for p in pieces]), pieces[0].text))

    own = np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.uint64)
    result.problems += repeats(own)
    for other in against:
        theirs = [
            jet_hashes(piece.constituents) for piece in iter_jets(other, constituents=HASHED_CONSTITUENTS)
        ]
        shared = np.isin(own, np.concatenate(theirs)) if theirs else np.zeros(len(own), dtype=np.bool_)
        if shared.any():
            text = f"the jet is also in {other}: a result on it would not be a test"
            result.problems.append(Problem("leaked", np.flatnonzero(shared), text))
    return result
