"""The contents of the tables of LogDots, as real numbers that their types hold exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.angular import angular_parts

Real = NDArray[np.float64]


class LogGrid(Protocol):
    """What the tables need of the input form :class:`fpgajet.ops.forms.log.Log`."""

    @property
    def pt_lsb(self) -> float: ...
    @property
    def steps(self) -> int: ...
    @property
    def angle_lsb(self) -> float: ...


def log_tables(
    form: LogGrid, address_bits: int, log_bits: int, d: FixedType
) -> tuple[Mapping[str, Real], int]:
    """Tables of :class:`fpgajet.ops.log_dots.LogDots` by name, and the bits of its exponent.

    The largest log2 (cosh - 1) or log2 (1 - cos) becomes the highest of ``log_bits`` bits, and those too small
    become 0. The exponent counts from the last step whose power still is 0 in ``d``, up to where ``d`` ends.

    Args:
        form: grid of pT and angles.
        address_bits: of both angular tables.
        log_bits: of the logarithms of their entries.
        d: the type of the powers, in GeV^2.
    """
    parts = angular_parts(form.angle_lsb, 1 << address_bits)
    logs = [np.rint(form.steps * np.log2(part)) for part in parts]
    highest = (1 << log_bits) - 1
    bottom = max(part.max() for part in logs) - highest
    eta, phi = (np.maximum(part - bottom, 0.0) for part in logs)

    ratio = np.arange(-highest, highest + 1)
    correction = np.rint(form.steps * np.log2(1 + 2.0 ** (ratio / form.steps)))
    # steps * log2 d = unit + l_i + l_j + C + S: of this sum, the exponent is what lies above the last zero of P.
    unit = 2 * form.steps * np.log2(form.pt_lsb) + bottom
    end = np.ceil(form.steps * np.log2(d.highest * d.lsb) - unit)
    sums = np.arange(end - (d.bits + 2) * form.steps, end + 1)
    powers = np.minimum(np.rint(2.0 ** ((sums + unit) / form.steps) / d.lsb), d.highest) * d.lsb
    zero = int(np.flatnonzero(powers == 0)[-1])
    bits = int(len(powers) - 1 - zero).bit_length()
    power = np.full(1 << bits, powers[-1])
    power[: len(powers) - zero] = powers[zero:]
    tables = {
        "eta_table": eta + highest,
        "phi_table": phi,
        "sum_table": correction - sums[zero],
        "power_table": power,
    }
    return tables, bits
