"""Last layers that no quantiser follows: their sums, rounded only where every score has its own scale."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.foreign.biases import bias_alone
from fpgajet.graph.foreign.imported import Affine, Numbers, exponent_of, fractions
from fpgajet.graph.foreign.layers import Layers, tensor
from fpgajet.graph.foreign.precisions import ends_of_sums, holding
from fpgajet.ops.exactness import CARRIED_BITS
from fpgajet.ops.rescale import Rescale

#: Bits of scores that have a factor of their own each.
SCORE_BITS = 20


def finished(layers: Layers, given: Affine, name: str) -> Affine:
    """A last layer without a quantiser keeps every bit of its sums, if its factors allow that."""
    lsb = Fraction(1, 2) ** layers.types[given.stage].fraction
    alpha = given.factor * lsb
    exponents = [exponent_of(a / alpha[0]) if alpha[0] else None for a in alpha]
    if None in exponents:
        return _rounded(layers, given, alpha, name)
    unit = Fraction(1) if exponent_of(alpha[0]) is not None else abs(alpha[0])
    factors, offsets = alpha / unit, given.offset / unit
    grid = -min(exponent_of(a) or 0 for a in factors)
    bias, fraction, exact = bias_alone(offsets, grid)
    scaled = np.array([int(a * Fraction(2) ** grid) for a in factors], np.int64)
    raw = scaled[:, None] if given.weight is None else given.weight * scaled[:, None]
    more = fraction - grid
    rows = raw if given.weight is not None else np.diag(raw[:, 0])
    sums = ends_of_sums(rows, layers.types[given.stage])
    ends = [
        (low * 2**more + b, high * 2**more + b) for (low, high), b in zip(sums, bias.tolist(), strict=True)
    ]
    kind = holding(ends, fraction)
    if kind.bits > CARRIED_BITS:
        raise BadInput(
            f"{layers.source}: its output {name!r} needs {kind.bits} bits, more than float32 carries; "
            "put a Quant behind the last layer."
        )
    left = np.array(
        [o - b * Fraction(1, 2) ** fraction for o, b in zip(offsets, bias.tolist(), strict=True)], object
    )
    if not exact:
        place = f"2^-{fraction}" if unit == 1 else f"multiples of {float(unit):g}"
        most = float(max(abs(o) for o in left) * unit)
        layers.notes.append(
            f"the bias of {given.name or name} is rounded to {place}, so that scores differ from those of the "
            f"file by constants of up to {most:.3g}"
        )
        # Behind a ReLU the difference is no constant.
        layers.rounded |= given.relu
    if unit != 1:
        layers.carried = False
        layers.notes.append(f"the scores are in units of {float(unit):g}")
    layers.check_sums(raw, given)
    weight = tensor(raw if given.weight is not None else raw[:, 0], grid - layers.types[given.stage].fraction)
    layers.operator(given, kind, {"weight": weight, "bias": tensor(bias, fraction)}, name)
    return layers.stage(name, given.index, np.array([unit], object), left * unit * (not given.relu))


def _rounded(layers: Layers, given: Affine, alpha: Numbers, name: str) -> Affine:
    """Scores with factors of their own are rounded to a common grid."""
    signs = np.ones(given.features, np.int64)
    stage, ends = layers.sums(given, signs, [0] * given.features, f"{name}.sum")
    real = [(float(a * e + o) for e in end) for a, o, end in zip(alpha, given.offset, ends, strict=True)]
    largest = max(max(abs(v) for v in pair) for pair in real) or 1.0
    fraction = SCORE_BITS - 1 - int(np.ceil(np.log2(largest * (1 + 2.0**-SCORE_BITS))))
    kind = FixedType(True, SCORE_BITS, fraction, Rounding.HALF_EVEN, Overflow.SAT)
    at = fraction + CARRIED_BITS - 2 - SCORE_BITS
    lsb = Fraction(1, 2) ** layers.types[stage].fraction
    finest = CARRIED_BITS - 2 - int(np.ceil(np.log2(max(float(abs(a / lsb)) for a in alpha))))
    factor = np.array([round(a / lsb * Fraction(2) ** finest) for a in alpha], np.int64)
    summand = np.array([round(o * Fraction(2) ** at) for o in given.offset], np.int64)
    layers.rounded, layers.carried = True, False
    layers.notes.append(f"the scores have a scale each and are rounded to 2^-{fraction}")
    tensors = {"weight": tensor(factor, finest), "bias": tensor(summand, at)}
    layers.place(name, Rescale(kind, int(given.relu)), (stage,), tensors)
    return layers.stage(name, given.index, fractions([1.0]), fractions([0.0]))
