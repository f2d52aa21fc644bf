"""Jets that stand in a data set twice: recognised by a hash of their leading constituents."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from quant.data.problems import Problem

# Leading constituents that identify a jet: two different jets never share sixteen float32 four-momenta.
HASHED_CONSTITUENTS = 16


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
