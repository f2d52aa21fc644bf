"""What an import gives, and what it knows of a layer that nothing has rounded yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.network import Network, Tensor


@dataclass(frozen=True)
class Imported:
    """A network made of a foreign graph.

    Attributes:
        output: name of the tensor of the file that the network computes.
        notes: sentences about what is not as in the file: a rounded constant, an assumed input, a last Softmax.
        rounded: a constant is rounded, so that the bits are not those of the file.
    """

    network: Network
    output: str
    notes: tuple[str, ...]
    rounded: bool = False


@dataclass(frozen=True, eq=False)
class UnroundedSum:
    """W x + b before its quantiser."""

    stage: str
    weight: Tensor
    bias: NDArray[np.float64]
    relu: int = 0
    name: str = ""
