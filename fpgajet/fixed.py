"""The one fixed-point type of fpgajet, and exact requantisation in int64.

A value is an integer (its *raw* value) times 2**-fraction. ``FixedType`` says how many bits the raw value
has and what happens when a finer or larger value is put into it. The same type converts to ``ap_fixed``
(Vitis / Vivado HLS), to kif (HGQ, alkaid), to Brevitas and to QONNX ``Quant``, with the same meaning:

=============  ============  ==============================  =========================
here           HLS           Brevitas / QONNX                 meaning
=============  ============  ==============================  =========================
``HALF_EVEN``  AP_RND_CONV   ROUND                           nearest, ties to even
``HALF_UP``    AP_RND        ROUND_HALF_UP; QONNX has none   nearest, ties to +infinity
``FLOOR``      AP_TRN        FLOOR                           towards -infinity
``SAT``        AP_SAT        narrow = False                  clip to the range
``SAT_SYM``    AP_SAT_SYM    narrow = True                   clip to +-(2**(bits-1) - 1)
``WRAP``       AP_WRAP       none                            keep the low bits
=============  ============  ==============================  =========================

Source: AMD UG1399, "Arbitrary precision fixed-point data types"; QONNX ``Quant`` operator, version 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Rounding(StrEnum):
    """What happens to the bits below the least significant one."""

    FLOOR = "FLOOR"
    HALF_UP = "HALF_UP"
    HALF_EVEN = "HALF_EVEN"


class Overflow(StrEnum):
    """What happens to a value outside the range."""

    WRAP = "WRAP"
    SAT = "SAT"
    SAT_SYM = "SAT_SYM"


_AP_ROUNDING = {Rounding.FLOOR: "AP_TRN", Rounding.HALF_UP: "AP_RND", Rounding.HALF_EVEN: "AP_RND_CONV"}
_AP_OVERFLOW = {Overflow.WRAP: "AP_WRAP", Overflow.SAT: "AP_SAT", Overflow.SAT_SYM: "AP_SAT_SYM"}
_QONNX_ROUNDING = {Rounding.FLOOR: "FLOOR", Rounding.HALF_UP: "HALF_UP", Rounding.HALF_EVEN: "ROUND"}

_AP_PATTERN = re.compile(
    r"ap_(?P<unsigned>u?)fixed\s*<\s*(?P<bits>\d+)\s*,\s*(?P<integer>-?\d+)\s*"
    r"(?:,\s*(?P<rounding>AP_\w+)\s*(?:,\s*(?P<overflow>AP_\w+)\s*)?)?>"
)

#: int64 arithmetic and float64 both hold every raw value below this bound exactly.
EXACT_BITS = 53
#: A shift to the right by as many bits leaves nothing of a value of 61 bits but its rounding.
MOST_SHIFT = 62


@dataclass(frozen=True, slots=True)
class FixedType:
    """A fixed-point type: ``bits`` wide, ``fraction`` of them (may be negative) behind the point.

    Raises:
        ValueError: fewer than 1 or more than 53 bits, a one-bit signed type, or SAT_SYM without sign.
    """

    signed: bool
    bits: int
    fraction: int
    rounding: Rounding = Rounding.FLOOR
    overflow: Overflow = Overflow.WRAP

    def __post_init__(self) -> None:
        if not (1 + self.signed) <= self.bits <= EXACT_BITS:
            raise ValueError(f"a {'signed' if self.signed else 'unsigned'} type cannot have {self.bits} bits")
        if self.overflow is Overflow.SAT_SYM and not self.signed:
            raise ValueError("symmetric saturation (AP_SAT_SYM) needs a signed type")

    # -- range -----------------------------------------------------------------------------------

    @property
    def highest(self) -> int:
        """Largest raw value."""
        return (1 << (self.bits - self.signed)) - 1

    @property
    def lowest(self) -> int:
        """Smallest raw value."""
        if not self.signed:
            return 0
        return -self.highest if self.overflow is Overflow.SAT_SYM else -self.highest - 1

    @property
    def lsb(self) -> float:
        """Value of the least significant bit, 2**-fraction."""
        return 2.0**-self.fraction

    @property
    def integer(self) -> int:
        """Integer bits in the sense of ``ap_fixed<W, I>``, the sign bit included."""
        return self.bits - self.fraction

    # -- conversions -----------------------------------------------------------------------------

    def ap_fixed(self) -> str:
        """The HLS type, for example ``ap_fixed<6,3,AP_RND_CONV,AP_SAT>``."""
        name = "ap_fixed" if self.signed else "ap_ufixed"
        modes = f"{_AP_ROUNDING[self.rounding]},{_AP_OVERFLOW[self.overflow]}"
        return f"{name}<{self.bits},{self.integer},{modes}>"

    @classmethod
    def from_ap_fixed(cls, text: str) -> FixedType:
        """Parse an HLS type; missing modes are the HLS defaults AP_TRN and AP_WRAP.

        Raises:
            ValueError: not an ``ap_fixed`` / ``ap_ufixed``, or a mode that this project has no exact
                definition for (AP_RND_ZERO, AP_TRN_ZERO, AP_SAT_ZERO, ...).
        """
        match = _AP_PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not of the form ap_fixed<W,I[,rounding[,overflow]]>")
        roundings = {v: k for k, v in _AP_ROUNDING.items()}
        overflows = {v: k for k, v in _AP_OVERFLOW.items()}
        rounding, overflow = match["rounding"] or "AP_TRN", match["overflow"] or "AP_WRAP"
        if rounding not in roundings or overflow not in overflows:
            raise ValueError(
                f"{text!r}: supported modes are {', '.join(roundings)} and {', '.join(overflows)}"
            )
        bits = int(match["bits"])
        fraction = bits - int(match["integer"])
        return cls(not match["unsigned"], bits, fraction, roundings[rounding], overflows[overflow])

    def kif(self) -> tuple[bool, int, int]:
        """(sign bit, integer bits without sign, fraction bits), as HGQ and alkaid count them."""
        return self.signed, self.integer - self.signed, self.fraction

    def qonnx(self) -> dict[str, Any]:
        """Scale, zero point, bit width and attributes of a QONNX ``Quant`` node.

        Raises:
            ValueError: the type wraps, which ``Quant`` cannot say.
        """
        if self.overflow is Overflow.WRAP:
            raise ValueError("a QONNX Quant node saturates; a wrapping type cannot be written as one")
        return {
            "scale": self.lsb,
            "zero_point": 0.0,
            "bit_width": float(self.bits),
            "signed": int(self.signed),
            "narrow": int(self.overflow is Overflow.SAT_SYM),
            "rounding_mode": _QONNX_ROUNDING[self.rounding],
        }

    @classmethod
    def from_qonnx(
        cls, scale: float, bit_width: float, signed: int, narrow: int, rounding_mode: str
    ) -> FixedType:
        """The type of a QONNX ``Quant`` node with zero point 0.

        Raises:
            ValueError: the scale is not a power of two, or the rounding mode is not supported.
        """
        mantissa, exponent = np.frexp(scale)
        if mantissa != 0.5:
            raise ValueError(f"scale {scale} is not a power of two")
        roundings = {v: k for k, v in _QONNX_ROUNDING.items()}
        if rounding_mode not in roundings:
            raise ValueError(f"rounding mode {rounding_mode} is not one of {', '.join(roundings)}")
        overflow = Overflow.SAT_SYM if narrow else Overflow.SAT
        return cls(bool(signed), int(bit_width), 1 - int(exponent), roundings[rounding_mode], overflow)

    @classmethod
    def holding(cls, lowest: int, highest: int, fraction: int) -> FixedType:
        """The narrowest type that holds all raw values of a range: nothing is rounded, nothing overflows."""
        signed = lowest < 0
        bits = max(max(highest, 0).bit_length(), (-lowest - 1).bit_length() if signed else 0) + signed
        return cls(signed, max(bits, 1 + signed), fraction)

    def __str__(self) -> str:
        return self.ap_fixed()


def requantise(raw: NDArray[Any], fraction: int, to: FixedType) -> NDArray[Any]:
    """Put raw values with ``fraction`` fraction bits into ``to``: one rounding, then the overflow rule.

    Args:
        raw: integers of any shape, int64 or Python integers (dtype object), of at most 61 bits.
        fraction: fraction bits of ``raw``.
        to: the target type.

    Returns:
        Raw values of ``to``, same shape and dtype.
    """
    # Shifts by more than this many bits change nothing any more, and int64 could not make them.
    shift = min(fraction - to.fraction, MOST_SHIFT)
    if shift <= 0:
        rounded = _shifted_left(raw, min(-shift, to.bits), to)
    elif to.rounding is Rounding.FLOOR:
        rounded = raw >> shift
    elif to.rounding is Rounding.HALF_UP:
        rounded = (raw + (1 << (shift - 1))) >> shift
    else:
        # Just below a half more, and the missing step where the floor is odd: a tie goes up only from there.
        rounded = raw >> shift
        rounded &= 1
        rounded += (1 << (shift - 1)) - 1
        rounded += raw
        rounded >>= shift
    if to.overflow is Overflow.WRAP:
        wrapped = rounded & ((1 << to.bits) - 1)
        return wrapped - ((wrapped >> (to.bits - 1)) << to.bits) if to.signed else wrapped
    clipped: NDArray[Any] = np.clip(rounded, to.lowest, to.highest)
    return clipped


def _shifted_left(raw: NDArray[Any], shift: int, to: FixedType) -> NDArray[Any]:
    """``raw << shift`` as far as ``to`` can tell: what saturates is brought near the range first, so that wide values
    cannot leave int64; what wraps may, as only its low bits count."""
    if to.overflow is not Overflow.WRAP:
        raw = np.clip(raw, (to.lowest >> shift) - 1, (to.highest >> shift) + 1)
    return raw << shift


def from_real(values: NDArray[Any], to: FixedType) -> NDArray[np.int64]:
    """Quantise real numbers to raw values of ``to`` (any shape, float64 inside).

    Raises:
        ValueError: a value is NaN or infinite, or wraps and is too large to wrap exactly.
    """
    scaled = np.asarray(values, dtype=np.float64) * 2.0**to.fraction
    if not np.isfinite(scaled).all():
        raise ValueError("NaN or infinite values cannot be quantised")
    if to.rounding is Rounding.HALF_EVEN:
        rounded = np.rint(scaled)
    else:
        # floor(x + 0.5) would itself round for x just below a half; compare the rest instead.
        floor = np.floor(scaled)
        rounded = floor + ((scaled - floor >= 0.5) if to.rounding is Rounding.HALF_UP else 0.0)
    if to.overflow is Overflow.WRAP:
        if (np.abs(rounded) >= 2.0**EXACT_BITS).any():
            raise ValueError("values too large to wrap exactly")
        return requantise(rounded.astype(np.int64), to.fraction, to)
    return np.clip(rounded, to.lowest, to.highest).astype(np.int64)


def to_real(raw: NDArray[Any], fraction: int) -> NDArray[np.float64]:
    """The real numbers (float64, exact below 2**53) that raw values with ``fraction`` stand for."""
    return np.asarray(raw, dtype=np.float64) * 2.0**-fraction
