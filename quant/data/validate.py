"""Everything wrong with a jet file, row by row, and whether test jets leaked into training."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant.data.checks import Problem, find_problems
from quant.data.layout import Jets, iter_jets

# Leading constituents that identify a jet: two different jets never share sixteen float32 four-momenta.
HASHED_CONSTITUENTS = 16
# pT of the stored constituents may differ from the jet's by rounding, not by more.
JET_PT_TOLERANCE = 1e-2


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
    for piece in iter_jets(path):
        for problem in [
            *find_problems(piece.constituents, first_row=result.jets),
            *disagreements(piece, result.jets),
        ]:
            found.setdefault(problem.kind, []).append(problem)
        hashes.append(jet_hashes(piece.constituents))
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


def disagreements(jets: Jets, first_row: int) -> list[Problem]:
    """Rows whose multiplicity or jet does not fit their constituents."""
    used = (jets.constituents != 0).any(axis=-1).sum(axis=1)
    problems = []
    fewer = jets.multiplicity < used
    missing = (jets.multiplicity > used) & (used < jets.constituents.shape[1])
    wrong = np.flatnonzero(fewer | missing)
    if len(wrong):
        text = "the multiplicity does not agree with the used slots"
        problems.append(Problem("multiplicity", wrong + first_row, text))
    with np.errstate(invalid="ignore", over="ignore"):
        px, py = (jets.constituents[..., axis].sum(axis=1, dtype=np.float64) for axis in (1, 2))
        whole = jets.multiplicity == used
        off = np.abs(np.hypot(px, py) - jets.jet[:, 0]) > JET_PT_TOLERANCE * np.abs(jets.jet[:, 0])
        broken = ~np.isfinite(jets.jet).all(axis=1) | (whole & (used > 0) & off)
    if broken.any():
        text = "the jet's pT is not that of its constituents, or is not finite"
        problems.append(Problem("jet-kinematics", np.flatnonzero(broken) + first_row, text))
    return problems


def repeats(hashes: NDArray[np.uint64]) -> list[Problem]:
    """Rows that repeat an earlier one."""
    _, first = np.unique(hashes, return_index=True)
    again = np.ones(len(hashes), dtype=np.bool_)
    again[first] = False
    if not again.any():
        return []
    return [Problem("duplicate", np.flatnonzero(again), "the same jet stands in an earlier row")]


def jet_hashes(constituents: NDArray[np.float32]) -> NDArray[np.uint64]:
    """A 64-bit hash [n] of each jet's leading constituents; padding does not count."""
    leading = constituents[:, :HASHED_CONSTITUENTS]
    if leading.shape[1] < HASHED_CONSTITUENTS:
        leading = np.pad(leading, ((0, 0), (0, HASHED_CONSTITUENTS - leading.shape[1]), (0, 0)))
    # Adding 0.0 makes -0.0 and 0.0 the same bytes.
    rows = np.ascontiguousarray(leading, dtype=np.float32) + np.float32(0.0)
    digests = b"".join(hashlib.blake2b(row, digest_size=8).digest() for row in rows)
    return np.frombuffer(digests, dtype=np.uint64)
