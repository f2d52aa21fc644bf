"""What the axes and the constants of an operator mean, and the hooks at which a trainer may step in.

An operator declares all three, so nobody has to guess them from a shape or from a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Axis(StrEnum):
    """What one axis counts. The batch axis of jets leads everywhere and is not declared."""

    #: slots of a jet
    CONSTITUENT = "constituent"
    #: each of the two axes (i, j) of pairs of slots; i receives, j sends
    PAIR = "pair"
    #: features that a layer computes
    CHANNEL = "channel"
    #: numbers of one constituent's momentum: (E, px, py, pz), or those of another input form
    COMPONENT = "component"


Axes = tuple[Axis, ...]


class Entity(StrEnum):
    """What there is one vector of channels for."""

    JET = "jet"
    CONSTITUENT = "constituent"
    PAIR = "pair"


def entity(axes: Axes) -> Entity:
    """What an array with these axes describes: the mask that fits it is the one of this entity."""
    if Axis.PAIR in axes:
        return Entity.PAIR
    return Entity.CONSTITUENT if Axis.CONSTITUENT in axes else Entity.JET


PAIRS: Axes = (Axis.PAIR, Axis.PAIR)
PAIR_CHANNELS: Axes = (*PAIRS, Axis.CHANNEL)
CONSTITUENTS: Axes = (Axis.CONSTITUENT,)
CONSTITUENT_CHANNELS: Axes = (Axis.CONSTITUENT, Axis.CHANNEL)
MOMENTUM_AXES: Axes = (Axis.CONSTITUENT, Axis.COMPONENT)
CHANNELS: Axes = (Axis.CHANNEL,)


class Meaning(StrEnum):
    """What a constant tensor does."""

    #: trained factors of a linear map
    WEIGHT = "weight"
    #: trained summands of a linear map
    BIAS = "bias"
    #: values of a function, looked up; nobody trains them
    TABLE = "table"


@dataclass(frozen=True)
class TensorRole:
    """The role of a constant tensor.

    Attributes:
        meaning: what it does.
        over_n: whether its first axis counts the number n = 0 ... M of real slots.
        rewritable: whether it lies in registers, so that any values of its type may be there.
    """

    meaning: Meaning
    over_n: bool = False
    rewritable: bool = False


WEIGHT, BIAS, TABLE = (TensorRole(meaning) for meaning in Meaning)
WEIGHT_REGISTER, BIAS_REGISTER = (
    TensorRole(meaning, rewritable=True) for meaning in (Meaning.WEIGHT, Meaning.BIAS)
)
WEIGHT_OVER_N, BIAS_OVER_N, TABLE_OVER_N = (TensorRole(meaning, over_n=True) for meaning in Meaning)


class Hook(StrEnum):
    """A place in an operator's ``forward`` where an arithmetic may put something of its own."""

    #: result of a linear map, before activation and rounding; a trainer attaches batch normalisation here
    BATCH_NORM = "batch norm"
