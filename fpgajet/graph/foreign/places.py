"""Where the elements of a foreign tensor lie in a stage of the network, in any shape and order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode

Index = NDArray[np.int64]

#: Nodes that only choose, order and shape elements of their first input.
WIRING = (
    "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Gather", "Split", "Expand", "Tile",
    "DepthToSpace", "SpaceToDepth",
)  # fmt: skip
#: Nodes that change nothing at all.
NOTHING = ("Identity", "Dropout", "Cast", "CastLike")


def canonical(shape: tuple[int, ...]) -> Index:
    """The places of a tensor that has the order of its stage."""
    return np.arange(int(np.prod(shape))).reshape(shape)


def wired(graph: ForeignGraph, node: ForeignNode, index: Index) -> list[Index]:
    """The places behind a wiring node, for every output."""
    return [np.asarray(np.rint(found), np.int64) for found in graph.rerun(node, index.astype(np.float64))]


def rows(index: Index, axis: int, features: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A tensor of which ``axis`` holds features of one constituent after the other.

    Args:
        features: of the stage, [..., features].

    Returns:
        The constituent of every row, and the feature of every element of a row, the same in all rows.

    Raises:
        ValueError: the axis mixes constituents, or rows hold other features than their neighbours.
    """
    moved = np.moveaxis(index, axis, -1)
    flat = moved.reshape(-1, moved.shape[-1])
    constituents, columns = flat // features, flat % features
    if (constituents != constituents[:, :1]).any() or (columns != columns[:1]).any():
        raise ValueError("it mixes constituents with the matrix")
    return constituents[:, 0], columns[0]


def reduced(index: Index, axes: list[int], keep: bool, constituents: int, features: int) -> Index:
    """The places, in [features], of what is left when ``axes`` run over all constituents.

    Raises:
        ValueError: they run over something else.
    """
    rank = index.ndim
    axes = sorted(axis % rank for axis in axes) or list(range(rank))
    kept = [k for k in range(rank) if k not in axes]
    flat = np.transpose(index, kept + axes).reshape(*[index.shape[k] for k in kept], -1)
    feature = flat % features
    everybody = np.sort(flat // features, axis=-1)
    if (
        flat.shape[-1] != constituents
        or (everybody != np.arange(constituents)).any()
        or (feature != feature[..., :1]).any()
    ):
        raise ValueError("it does not run over all constituents of one feature")
    found = feature[..., 0]
    return found.reshape([1 if k in axes else index.shape[k] for k in range(rank)]) if keep else found
