"""Data directories for runs that are trained again: K folds, or subsets of the training jets.

Each is an ordinary directory with ``train``, ``val`` and ``test``, so that a run on it can be repeated by hand. Files
that several share stand once beside them, and are links there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.files import write_errors
from quant.comparison.jackknife import stratified_folds
from quant.data import Jets, read_jets, write_jets
from quant.data.checking.duplicates import HASHED_CONSTITUENTS
from quant.training.data import part_of


@dataclass(frozen=True)
class Split:
    """A data directory.

    Attributes:
        data: the directory. repeat: number of the fold, or of the subset of this size, from 1.
        training_jets, test_jets: how many it has.
    """

    data: Path
    repeat: int
    training_jets: int
    test_jets: int


def fold_splits(
    data: Path, out: Path, folds: int, constituents: int, max_jets: int | None, seed: int
) -> list[Split]:
    """K stratified folds of the training jets: each is the test jets once, the others are trained on.

    The validation jets stay, and choose the epochs everywhere. The test jets of ``data`` are not read.

    Args:
        constituents: kept of each jet at least. max_jets: only the first training jets.

    Raises:
        BadInput: unreadable jets, or too few for the folds. CannotWrite: ``out`` cannot be written.
    """
    jets = _read(data, "train", constituents, max_jets)
    fold = stratified_folds(jets.label, folds, seed)
    shared = {"val": _kept(out / "val.h5", data, "val", constituents)}
    found = []
    for number in range(folds):
        folder = out / f"fold-{number + 1}"
        parts = {"train": fold != number, "test": fold == number}
        _write(folder, {name: jets[rows] for name, rows in parts.items()}, shared)
        found.append(Split(folder, number + 1, *(int(rows.sum()) for rows in parts.values())))
    return found


def size_splits(
    data: Path, out: Path, sizes: Sequence[int], repeats: int, constituents: int, seed: int
) -> list[Split]:
    """Subsets of the training jets, ``repeats`` stratified ones of each size; validation and test jets stay.

    Subsets of one size share no jets as long as there are enough for all of them.

    Raises:
        BadInput: unreadable jets, or too few for the largest size. CannotWrite: ``out`` cannot be written.
    """
    jets = _read(data, "train", constituents, None)
    if max(sizes) > len(jets):
        raise BadInput(f"{max(sizes):,} training jets are asked for; {data} has {len(jets):,}.")
    shared = {part: _kept(out / f"{part}.h5", data, part, constituents) for part in ("val", "test")}
    tested = len(read_jets(out / "test.h5", constituents=1))
    found = []
    for size in sizes:
        for repeat in range(repeats):
            folder = out / f"jets-{size}-{repeat + 1}"
            rows = stratified_subset(jets.label, size, repeat, seed)
            _write(folder, {"train": jets[rows]}, shared)
            found.append(Split(folder, repeat + 1, size, tested))
    return found


def stratified_subset(label: NDArray[np.uint8], size: int, repeat: int, seed: int) -> NDArray[np.int64]:
    """Rows [size] of a subset with the share of each class of all.

    Subset ``repeat`` takes the jets behind those of the subsets before it, and begins again at the end.

    Raises:
        BadInput: a class would have no jet.
    """
    rng = np.random.default_rng(seed)
    ranks = np.empty(len(label))  # places in one order in which classes are mixed evenly
    for value in np.unique(label):
        rows = rng.permutation(np.flatnonzero(label == value))
        ranks[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
    order = np.argsort(ranks, kind="stable")
    taken = order[(repeat * size + np.arange(size)) % len(order)]
    if len(np.unique(label[taken])) < len(np.unique(label)):
        raise BadInput(f"{size} training jets do not hold every class: ask for more.")
    return np.sort(taken)


def _read(data: Path, part: str, constituents: int, max_jets: int | None) -> Jets:
    path = part_of(data, part)
    return read_jets(path, constituents=max(constituents, HASHED_CONSTITUENTS), max_jets=max_jets)


def _kept(path: Path, data: Path, part: str, constituents: int) -> Path:
    """A file with one part of the jets."""
    if not path.exists():
        write_jets(path, _read(data, part, constituents, None))
    return path


def _write(folder: Path, parts: dict[str, Jets], shared: dict[str, Path]) -> None:
    with write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for part, path in shared.items():
            if not (folder / f"{part}.h5").exists():
                (folder / f"{part}.h5").symlink_to(os.path.relpath(path, folder))
    for part, jets in parts.items():
        if not (folder / f"{part}.h5").exists():
            write_jets(folder / f"{part}.h5", jets)
