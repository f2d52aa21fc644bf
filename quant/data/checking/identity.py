"""Which jets a file holds: one hash for all, and one per jet. The one convention for jets in the project.

The hash of a set is the SHA-256 of its jets in their order, each as the little-endian float32 four-momenta of its
sixteen leading constituents (zero-padded, -0.0 as 0.0) followed by its label as one byte. It names the jets and not
the file: compression, shards and slots beyond sixteen do not change it. A jet's own hash is
:func:`quant.data.checking.duplicates.jet_hashes` of the same four-momenta, without the label.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quant.data.checking.duplicates import HASHED_CONSTITUENTS, jet_hashes
from quant.data.jets import Jets
from quant.data.reading.data_set import iter_jets


@dataclass(frozen=True)
class Identity:
    """Which jets these are.

    Attributes:
        sha256: hash of the set. hashes: uint64 [jets], one per jet, in their order.
        altered: why the jets cannot be recognised among others, for example because momenta were rounded; "" if they
            can.
    """

    sha256: str
    hashes: NDArray[np.uint64]
    altered: str = ""

    def __len__(self) -> int:
        return len(self.hashes)

    def overlap(self, others: NDArray[np.uint64]) -> int:
        """How many of these jets stand among others, given by their hashes."""
        return int(np.isin(self.hashes, others).sum())


def identity(path: Path, max_jets: int | None = None) -> Identity:
    """Of the first ``max_jets`` jets of a file or a directory of shards.

    Raises:
        BadInput: unreadable jets.
    """
    digest, hashes, altered, wanted = hashlib.sha256(), [], "", max_jets
    for whole in iter_jets(path, constituents=HASHED_CONSTITUENTS):
        piece = whole if wanted is None else whole[:wanted]
        digest.update(_content(piece))
        hashes.append(jet_hashes(piece.constituents))
        altered = altered or _altered(piece)
        if wanted is not None:
            wanted -= len(piece)
            if wanted <= 0:
                break
    return Identity(digest.hexdigest(), np.concatenate(hashes or [np.empty(0, np.uint64)]), altered)


def _content(jets: Jets) -> bytes:
    momenta = (jets.constituents + np.float32(0.0)).astype("<f4").reshape(len(jets), -1).view(np.uint8)
    return np.concatenate([momenta, jets.label[:, None]], axis=1).tobytes()


def _altered(jets: Jets) -> str:
    """Why these jets look different from the same jets in another file."""
    if "shortened" in jets.provenance:
        return "the momenta in the file were rounded"
    kept = (jets.constituents[:, :, 0] != 0).sum(1)
    if (kept < np.minimum(jets.multiplicity, HASHED_CONSTITUENTS)).any():
        return f"the file keeps fewer than {HASHED_CONSTITUENTS} constituents of a jet"
    return ""
