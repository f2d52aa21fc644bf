"""Jets in memory, and the names and types of what a jet file stores of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

LAYOUT = "fpgajet-jets"
LAYOUT_VERSION = 1
DATASETS = {"constituents": "f4", "multiplicity": "i2", "label": "u1", "jet": "f4"}


@dataclass(frozen=True)
class Jets:
    """Jets in memory: the datasets of the layout (see the module's table) and its attributes."""

    constituents: NDArray[np.float32]
    multiplicity: NDArray[np.int16]
    label: NDArray[np.uint8]
    jet: NDArray[np.float32]
    classes: tuple[str, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, rows: slice | NDArray[Any]) -> Jets:
        arrays = {name: getattr(self, name)[rows] for name in DATASETS}
        return Jets(**arrays, classes=self.classes, provenance=self.provenance)


def concatenate(pieces: Sequence[Jets]) -> Jets:
    """Join pieces that share classes; narrower ones are zero-padded to the widest."""
    slots = max(piece.constituents.shape[1] for piece in pieces)
    padded = [
        np.pad(p.constituents, ((0, 0), (0, slots - p.constituents.shape[1]), (0, 0)))
        if p.constituents.shape[1] < slots
        else p.constituents
        for p in pieces
    ]
    arrays = {
        name: np.concatenate([getattr(p, name) for p in pieces])
        for name in DATASETS
        if name != "constituents"
    }
    return Jets(
        constituents=np.concatenate(padded),
        **arrays,
        classes=pieces[0].classes,
        provenance=pieces[0].provenance,
    )
