"""Limits within which every implementation computes the same bits, and the refusal beyond them.

Between operators and between tools values travel as float32, which carries 24 bits and a limited exponent. Inside
an operator torch and onnxruntime compute in float64, which carries 53 bits.
"""

from __future__ import annotations

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType

#: bits of a value that float32 carries without loss, its sign included
CARRIED_BITS = 24
#: largest and smallest binary exponent of a normal float32
LARGEST_EXPONENT, SMALLEST_EXPONENT = 127, -126


class NotExact(BadInput, ValueError):
    """A network whose implementations could not all compute the same bits."""


def check_carried(name: str, precision: FixedType) -> None:
    """Check that float32 carries every value of a type without loss.

    Args:
        name: of the tensor, for the message.
        precision: its type.

    Raises:
        NotExact: it does not.
    """
    if precision.bits > CARRIED_BITS:
        raise NotExact(
            f"{name} has the type {precision}, but between operators values travel as float32, which carries "
            f"{CARRIED_BITS} bits without loss; give it at most {CARRIED_BITS} bits"
        )
    if -precision.fraction < SMALLEST_EXPONENT or precision.integer > LARGEST_EXPONENT:
        raise NotExact(
            f"{name} has the type {precision}, whose binary point lies beyond the range of float32; "
            f"steps are at least 2^{SMALLEST_EXPONENT} and values stay below 2^{LARGEST_EXPONENT}"
        )
