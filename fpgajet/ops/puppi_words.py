"""Words of 64 bits as a CMS Phase-2 link brings them: their fields, and how operators read and write them.

A word is a row of four pieces of 16 bits, the lowest first. pT is in bits 13:0 (0.25 GeV), eta in 25:14 and phi in
36:26 (signed, pi/720); jets and candidates have these in common.
"""

from __future__ import annotations

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic

#: A word of 64 bits comes as four pieces of 16 bits, the lowest first.
PIECES, PIECE_BITS = 4, 16
#: Fields of a word, from its lowest bit: pT, eta, phi.
PT = FixedType(False, 14, 0)
ETA = FixedType(True, 12, 0)
PHI = FixedType(True, 11, 0)
#: Steps of phi in half a turn; phi wraps there.
HALF_TURN = 720


def unsigned(bits: int) -> FixedType:
    """Type of a part of a word: what lies above is dropped."""
    return FixedType(False, bits, 0)


def is_piece(kind: FixedType) -> bool:
    """Whether a type has the values of a piece of 16 bits, and no others."""
    return (kind.signed, kind.bits, kind.fraction) == (False, PIECE_BITS, 0)


def read_pt(a: Arithmetic[A], words: A) -> A:
    """pT of words [..., 4]."""
    return a.quantise("pt", a.take(words, 0, -1), PT)


def read_angles(a: Arithmetic[A], words: A) -> tuple[A, A]:
    """eta and phi of words [..., 4]."""
    pieces = [a.take(words, k, -1) for k in range(3)]
    high = a.quantise("high", a.scale(pieces[0], -14), unsigned(2))
    eta = a.quantise("eta", a.note("eta_bits", high + a.scale(pieces[1], 2)), ETA)
    high = a.quantise("upper", a.scale(pieces[1], -10), unsigned(6))
    phi = a.quantise("phi", a.note("phi_bits", high + a.scale(pieces[2], 6)), PHI)
    return eta, phi


def write_word(a: Arithmetic[A], pt: A, eta: A, phi: A) -> A:
    """The word [..., 4] with these fields, of the types above; its other bits are 0."""
    low = pt + a.scale(a.quantise("eta_low", eta, unsigned(2)), 14)
    middle = a.scale(a.quantise("phi_low", phi, unsigned(6)), 10)
    middle = middle + a.quantise("eta_high", a.scale(eta, -2), unsigned(10))
    high = a.quantise("phi_high", a.scale(phi, -6), unsigned(5))
    pieces = [low, middle, high, a.gate(high, a.constant(np.array(0.0)))]
    return a.concat([a.expand(piece, -1) for piece in pieces], -1)


def wrapped(a: Arithmetic[A], angle: A, name: str) -> A:
    """An angle of phi within -720 ... 719, as far as one turn more or less brings it there; noted as ``name``."""
    turn = a.constant(np.array(2.0 * HALF_TURN))
    above = a.less(a.constant(np.array(HALF_TURN - 1.0)), angle)
    below = a.less(angle, a.constant(np.array(-float(HALF_TURN))))
    return a.note(name, a.select(above, angle - turn, a.select(below, angle + turn, angle)))
