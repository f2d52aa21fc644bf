"""Foreign jets put in order: unit, beams, padding, order of constituents, repetitions. What cannot be mended stops.

What comes out passes `fpgajet data validate`: it is judged as the float32 that is stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.checking.constituents import find_problems
from quant.data.checking.duplicates import jet_hashes
from quant.data.checking.features import value_problems
from quant.data.conversion.options import GEV_PER_UNIT, ConversionOptions, ConversionSummary
from quant.data.conversion.source import ForeignJets
from quant.data.jets import MOST_CONSTITUENTS, Jets, jet_kinematics, with_slots
from quant.data.problems import Problem

# What makes a jet unusable; order and padding are put right instead.
ALONG_BEAM = "a constituent moves along the beam (px = py = 0), and no opposite one makes them the two beams of PELICAN"
FATAL = {"not-finite", "negative-energy", "spacelike", "too-energetic", "empty"}


class Cleaner:
    """Turns pieces of foreign files into jets of the layout, and counts in ``summary`` what it changed.

    Args:
        slots: slots of every row that comes out.
    """

    def __init__(self, options: ConversionOptions, slots: int, summary: ConversionSummary) -> None:
        self._options = options
        self._slots = slots
        self._summary = summary
        self._seen: set[int] = set()
        self._described = tuple(wanted.feature for wanted in options.features)

    def clean(self, raw: ForeignJets, path: Path, first_row: int) -> Jets:
        """One piece in the layout.

        Raises:
            BadInput: unphysical jets, with their rows, unless they are to be left out.
        """
        counts = self._summary.changes
        p4 = self._in_gev(raw.p4, path)
        beams = beam_slots(p4)
        p4 = np.where(beams[..., None], np.float32(0), p4)
        counts["beams"] += int(beams.any(axis=1).sum())

        features = self._features(raw, p4)
        good = self._physical(p4, features, path, first_row)
        counts["dropped"] += int((~good).sum())
        p4, label, beams, features = p4[good], raw.label[good], beams[good], features[good]
        counted = None if raw.multiplicity is None else np.asarray(raw.multiplicity)[good]

        used = (p4 != 0).any(axis=-1)
        pt = np.where(used, np.hypot(p4[..., 1].astype(np.float64), p4[..., 2].astype(np.float64)), -1.0)
        order = np.argsort(-pt, axis=1, kind="stable")
        counts["reordered"] += int(((np.diff(pt, axis=1) > 0).any(axis=1) & ~beams.any(axis=1)).sum())
        p4, features = (np.take_along_axis(x, order[..., None], axis=1) for x in (p4, features))
        size = used.sum(axis=1)
        counts["truncated"] += int((size > self._slots).sum())
        jets = Jets(
            constituents=with_slots(np.concatenate([p4, features], axis=-1), self._slots),
            multiplicity=self._multiplicity(counted, size, beams).astype(np.int16),
            label=label.astype(np.uint8),
            jet=jet_kinematics(p4).astype(np.float32),
            classes=self._summary.classes,
            features=self._described,
        )
        return jets[self._new(jets.bare)]

    def _features(self, raw: ForeignJets, p4: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features [n, slots, F], zero where there is no constituent, whatever the file has there."""
        if raw.features is None:
            return np.zeros((*p4.shape[:2], 0), dtype=np.float32)
        return np.where((p4 != 0).any(axis=-1, keepdims=True), raw.features, np.float32(0))

    def _in_gev(self, p4: NDArray[Any], path: Path) -> NDArray[np.float32]:
        if p4.dtype.kind != "f":
            raise BadInput(f"{path}: four-momenta must be floating-point numbers, they are {p4.dtype}.")
        # Multiplying by 1 would be harmless; not multiplying keeps the round trip obviously exact.
        scale = GEV_PER_UNIT[self._options.unit]
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return np.asarray(p4 if scale == 1.0 else p4 * p4.dtype.type(scale), dtype=np.float32)

    def _physical(
        self, p4: NDArray[np.float32], features: NDArray[np.float32], path: Path, first_row: int
    ) -> NDArray[np.bool_]:
        """Which rows can be used; raises BadInput naming the others unless they are to be left out."""
        problems = [problem for problem in find_problems(p4, first_row=first_row) if problem.kind in FATAL]
        along = np.flatnonzero(along_beam(p4).any(axis=1))
        if len(along):
            problems.append(Problem("along-beam", along + first_row, ALONG_BEAM))
        problems += value_problems((p4 != 0).any(axis=-1), features, self._described, first_row)
        good = np.ones(len(p4), dtype=np.bool_)
        for problem in problems:
            good[problem.rows - first_row] = False
        if problems and not self._options.drop_unphysical:
            listed = "; ".join(str(problem) for problem in problems)
            hint = "repeat with --unit MeV" if self._options.unit == "GeV" else "check --unit"
            energetic = any(p.kind == "too-energetic" for p in problems)
            way_out = hint if energetic else "--drop-unphysical leaves them out"
            if any(p.kind.startswith("feature") for p in problems):
                way_out += ", and --features states the ranges of features"
            raise BadInput(f"{path}: {listed}. Nothing was written; {way_out}.")
        return good

    def _multiplicity(
        self, counted: NDArray[Any] | None, size: NDArray[np.int64], beams: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """The file's own count where it can be right: it exceeds the slots, all of them used. Else a new count."""
        if counted is None:
            return size
        full = (size == beams.shape[1]) & (size >= self._slots)
        possible = (counted == size) | ((counted > size) & full)
        with_beams = beams.any(axis=1) & (counted == size + 2)
        self._summary.changes["recounted"] += int((~possible & ~with_beams).sum())
        return np.minimum(np.where(possible, counted, size), MOST_CONSTITUENTS)

    def _new(self, constituents: NDArray[np.float32]) -> NDArray[np.int64]:
        """The rows that repeat no earlier jet of this conversion."""
        rows = []
        for row, key in enumerate(jet_hashes(constituents).tolist()):
            if key not in self._seen:
                self._seen.add(key)
                rows.append(row)
        self._summary.changes["repeated"] += len(constituents) - len(rows)
        return np.array(rows, dtype=np.int64)


def beam_slots(p4: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which slots [n, N] hold one of the two beams that PELICAN puts before (or after) the constituents.

    A beam is (E, 0, 0, +-pz) with E >= |pz| > 0; there are exactly two in a jet, opposite, and no constituent of a jet
    moves exactly along the beam.
    """
    along = along_beam(p4)
    with np.errstate(invalid="ignore", over="ignore"):
        balance = np.where(along, p4[..., 3], 0).sum(axis=1, dtype=np.float64)
    pair = (along.sum(axis=1) == 2) & (balance == 0)
    return np.asarray(along & pair[:, None])


def along_beam(p4: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which slots [n, N] hold (E, 0, 0, pz) with E >= |pz| > 0."""
    return np.asarray(
        (p4[..., 1] == 0) & (p4[..., 2] == 0) & (p4[..., 3] != 0) & (p4[..., 0] >= np.abs(p4[..., 3]))
    )
