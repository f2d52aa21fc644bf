"""The types of what a nanoPELICAN reads, by input form. No torch here."""

from __future__ import annotations

import math

from fpgajet.fixed import FixedType
from fpgajet.ops.forms import InputForm
from quant.models.npelican.bits import Bits

#: rad; few pairs of a jet of R = 0.8 are further apart in eta or phi, and their d may saturate
WIDE = 1.0


def input_types(form: InputForm, bits: Bits, offset: int) -> dict[str, FixedType]:
    """Types of the input and, for the trigger forms, of differences of angles and of the tables over them.

    ``offset``: integer bits of the tables beyond those that hold pairs at a distance of ``WIDE``.
    """
    momenta = form.input_type
    if momenta is None:
        momenta = bits.precision("momenta", bits.momenta - round(-math.log2(bits.momenta_lsb)))
    found = {
        "momenta": momenta,
        "address": form.address_type(bits.address),
        "table": form.table_type(bits.table, WIDE, offset),
    }
    return {name: precision for name, precision in found.items() if precision is not None}
