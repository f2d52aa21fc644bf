"""Pieces of a network that structured pruning removes as a whole. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Structure(StrEnum):
    """Kinds of pieces."""

    CHANNELS = "channels"
    AGGREGATORS = "aggregators"


@dataclass(frozen=True)
class Removable:
    """One piece, and what its removal means.

    Attributes:
        name: for tables.
        zero: entries, by tensor of the float model, that are zero without it. Tensors of the quantised model with
            such a name and shape have the same zeros.
        settings: where what remains is a smaller network: the settings that change.
        drop: then, by tensor of the float model, the axis and index at which a slice of it goes.
    """

    name: str
    zero: Mapping[str, NDArray[np.bool_]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    drop: Mapping[str, tuple[int, int]] = field(default_factory=dict)
