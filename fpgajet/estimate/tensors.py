"""What is known of a tensor on its way through an ONNX graph: shape, type, maker, value if constant."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding

#: hls4ml's default precision ap_fixed<16,6>, for whatever a model leaves unquantised.
DEFAULT = FixedType(signed=True, bits=16, fraction=10)


@dataclass(frozen=True, eq=False)
class Edge:
    """One tensor without its batch axis.

    Attributes:
        shape: of the data (batch axis left out), or of the constant as it is.
        type: fixed-point type; ``quantised``: whether the model says so, or it is the default or exact.
        made_by: the blocks that compute it.
        constant: its real values, if it is a constant.
    """

    shape: tuple[int, ...]
    type: FixedType
    made_by: tuple[str, ...]
    quantised: bool = False
    constant: NDArray[Any] | None = None

    @property
    def size(self) -> int:
        """Number of values of one event."""
        return math.prod(self.shape)

    def integers(self) -> list[int]:
        """A constant as a flat list of integers: axes, shapes.

        Raises:
            ValueError: it is not constant.
        """
        if self.constant is None:
            raise ValueError("a shape or axis that is not constant is not supported")
        return [int(n) for n in np.ravel(self.constant)]

    def with_type(self, kind: FixedType) -> Edge:
        """The same tensor on the grid of a quantiser."""
        return replace(self, type=kind, quantised=True)


def quant_type(attributes: dict[str, Any], scale: Any, zero: Any, bits: Any) -> FixedType:
    """The type of a QONNX ``Quant`` node; scales that are no powers of two get the next one below.

    Several scales (one a channel) are described by their largest range and finest grid.
    """
    finest = math.floor(math.log2(float(np.min(scale))))
    coarsest = math.floor(math.log2(float(np.max(scale))))
    width = min(int(np.max(bits)) + coarsest - finest, 53)
    signed = bool(attributes.get("signed", 1))
    rounding = {"FLOOR": Rounding.FLOOR, "HALF_UP": Rounding.HALF_UP}.get(
        str(attributes.get("rounding_mode", "ROUND")), Rounding.HALF_EVEN
    )
    return FixedType(signed, max(width, 1 + signed), -finest, rounding, Overflow.SAT)
