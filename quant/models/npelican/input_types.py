"""The types of what a nanoPELICAN reads, by input form. No torch here."""

from __future__ import annotations

import math

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.forms import InputForm, Log, Trigger
from quant.models.npelican.bits import Bits

#: rad; few pairs of a jet of R = 0.8 are further apart in eta or phi, and their d may saturate
WIDE = 1.0


def input_types(form: InputForm, bits: Bits, offset: int) -> dict[str, FixedType]:
    """Types of the input and, for the trigger forms, of differences of angles and of the tables over them.

    ``offset``: integer bits of the tables beyond those that hold pairs at a distance of ``WIDE``.
    """
    if not isinstance(form, Trigger | Log):
        return {"momenta": bits.precision("momenta", bits.momenta - round(-math.log2(bits.momenta_lsb)))}
    assert form.input_type is not None
    address = FixedType(False, bits.address or form.angle_bits, 0, overflow=Overflow.SAT)
    if isinstance(form, Log):
        table = FixedType(False, bits.table or form.pt_bits, 0, overflow=Overflow.SAT)
    else:
        width = bits.table or 10
        integer = math.ceil(math.log2(form.pt_lsb**2 * (math.cosh(WIDE) - 1))) + offset
        table = FixedType(False, width, width - integer, Rounding.HALF_EVEN, Overflow.SAT)
    return {"momenta": form.input_type, "address": address, "table": table}
