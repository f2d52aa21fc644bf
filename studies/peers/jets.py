"""Jets for the peers: the integers of the input form ``log`` that our models read, times powers of two."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.forms.log import Log
from quant.data import read_jets

#: Powers of two cost no hardware: (log pT, eta, phi) have a size of about one.
SCALE = np.array([1 / 16, 1 / 64, 1 / 64], np.float32)


@dataclass(frozen=True)
class Inputs:
    """Jets of one role.

    Attributes:
        numbers: float32 [jets, constituents, 3]. label: int64 [jets]. momenta: float32 [jets, constituents, 4], GeV.
    """

    numbers: NDArray[np.float32]
    label: NDArray[np.int64]
    momenta: NDArray[Any]


def numbers(momenta: NDArray[Any]) -> NDArray[np.float32]:
    """What the peers read, [jets, constituents, 3], of four-momenta in GeV; empty slots are zeros."""
    return np.asarray(Log().features(momenta), np.float32) * SCALE


def read(path: Path, constituents: int, jets: int | None = None) -> Inputs:
    """The first jets of a data set."""
    found = read_jets(path, constituents=constituents, max_jets=jets)
    return Inputs(numbers(found.constituents), found.label.astype(np.int64), found.constituents)
