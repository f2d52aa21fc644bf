"""Events of two processes as a data directory with train, val and test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from quant.data import Jets, concatenate, read_jets, write_jets

#: rows of every process: the first ones train, then validation, then test
TRAIN, VALIDATION, TEST = 4000, 1000, 2000


def are_there(pool: Path, *processes: str) -> bool:
    """Whether ``pool``/NAME holds enough events of each process."""
    wanted = TRAIN + VALIDATION + TEST
    return all(
        (pool / name).is_dir() and len(read_jets(pool / name, constituents=1, objects=True)) >= wanted
        for name in processes
    )


def events_of(pool: Path, background: str, signal: str, part: slice) -> Jets:
    """Rows ``part`` of both processes, whose events lie in ``pool``/NAME; the background has the label 0."""
    pieces = []
    for label, process in enumerate((background, signal)):
        jets = read_jets(pool / process, objects=True)[part]
        labels = np.full(len(jets), label, np.uint8)
        pieces.append(replace(jets, label=labels, classes=(background, signal), cross_section=None))
    return concatenate(pieces)


def data_directory(pool: Path, background: str, signal: str, events: int, seed: int, out: Path) -> Path:
    """``out`` with train, val and test events, made unless it is there.

    Args:
        events: for training, half of them of each process; a seed draws them from the first :data:`TRAIN`. Validation
            and test events are the same for all.
    """
    if (out / "test.h5").is_file():
        return out
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, events])
    drawn = rng.permutation(TRAIN)[: events // 2]
    held_out = {
        "val": slice(TRAIN, TRAIN + VALIDATION),
        "test": slice(TRAIN + VALIDATION, TRAIN + VALIDATION + TEST),
    }
    everything = events_of(pool, background, signal, slice(0, TRAIN))
    write_jets(out / "train.h5", everything[np.concatenate([drawn, TRAIN + drawn])])
    for name, part in held_out.items():
        write_jets(out / f"{name}.h5", events_of(pool, background, signal, part))
    return out
