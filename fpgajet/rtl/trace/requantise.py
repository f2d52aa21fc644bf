"""Requantisation of alkaid symbols, exact for every rounding and overflow of :class:`FixedType`.

alkaid itself rounds down or half up and saturates by subtraction; here every mode is composed from its
exact primitives in the form that costs least in look-up tables:

* ``HALF_UP`` adds half an LSB as early as the sum allows, where many results share one addition;
* ``HALF_EVEN`` does the same and then clears the last bit of a tie, which is an AND, not an adder;
* saturation looks at the bits above the range instead of subtracting the bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from alkaid.trace import FVariable
from alkaid.trace.fixed_variable import LookupTable

from fpgajet.fixed import FixedType, Overflow, Rounding


def requantise_all(values: Sequence[FVariable], to: FixedType, share: bool = True) -> list[FVariable]:
    """Put every symbol into ``to``: one rounding, then the overflow rule.

    ``share``: half an LSB of rounding goes where many results share it, see :func:`add_constants`.

    A ReLU directly before is dissolved: rounding is monotonic and keeps 0, so
    round(max(x, 0)) = max(round(x), 0), which saturation from below then does for nothing.
    """
    sources = [_before_relu(value) for value in values]
    rounded = list(sources)
    if to.rounding is not Rounding.FLOOR:
        finer = [index for index, x in enumerate(sources) if x.step < to.lsb]
        halves = [(sources[index], to.lsb / 2) for index in finer]
        shifted = add_constants(halves) if share else [x + half for x, half in halves]
        for index, x in zip(finer, shifted, strict=True):
            rounded[index] = _clear_ties(x, to) if to.rounding is Rounding.HALF_EVEN else x
    return [
        _fit(_floor(x, to.fraction), to, positive=source is not value)
        for x, source, value in zip(rounded, sources, values, strict=True)
    ]


def add_constants(pairs: Sequence[tuple[FVariable, float]]) -> list[FVariable]:
    """``value + constant`` for every pair, added inside the terms that most of the sums share.

    256 pair values a_ij + r_i + c_j need 256 additions when a constant is added to each, 16 when it is
    added to each c_j, and none when c_j contains a table.
    """
    uses = Counter(term.id for value, _ in pairs if value.opr == "vadd" for term in value._from)
    keys: list[tuple[object, float, float] | None] = []
    shared: dict[tuple[object, float, float], tuple[FVariable, float]] = {}
    for value, constant in pairs:
        if value.opr != "vadd" or max(uses[term.id] for term in value._from) < 2:
            keys.append(None)
            continue
        first, second = value._from
        term = second if uses[second.id] >= uses[first.id] else first
        amount = constant / _outer_factor(value)
        key = (term.id, term._factor, amount)
        keys.append(key)
        shared[key] = (term, amount)
    moved = dict(zip(shared, add_constants(list(shared.values())), strict=True)) if shared else {}
    results = []
    for (value, constant), place in zip(pairs, keys, strict=True):
        if place is None:
            results.append(_add_to_leaf(value, constant))
        else:
            first, second = value._from
            other = first if (second.id, second._factor) == place[:2] else second
            results.append((other + moved[place]) * _outer_factor(value))
    return results


def _outer_factor(value: FVariable) -> float:
    """alkaid keeps scaling out of sums: value = (first + second) * factor."""
    return float(value._factor / value._from[0]._factor)


def _add_to_leaf(value: FVariable, constant: float) -> FVariable:
    if value.opr == "lookup" and value._table is not None:
        entries = np.asarray(value._table.float_table, dtype=np.float64) * value._factor + constant
        return value._from[0].lookup(LookupTable(entries))
    return value + constant


def _before_relu(value: FVariable) -> FVariable:
    """What a plain ReLU (same scale, no bits dropped) was applied to, else the value itself."""
    if value.opr != "relu":
        return value
    source = value._from[0]
    plain = (source.step, source.high, source._factor) == (value.step, value.high, value._factor)
    return source if plain else value


def _floor(x: FVariable, fraction: int) -> FVariable:
    """Forget the bits below 2**-fraction."""
    lsb = 2.0**-fraction
    if x.low == x.high:
        return FVariable.from_const(float(np.floor(x.low / lsb) * lsb), x.hwconf)
    signed, integer, finest = (int(v) for v in x.kif)
    if finest <= fraction:
        return x
    if signed + integer + fraction <= 0:
        return -(x.is_negative() * lsb)  # only the sign is left: 0 or -LSB
    return x.quantize(signed, integer, fraction)


def _clear_ties(shifted: FVariable, to: FixedType) -> FVariable:
    """``shifted`` is x + half an LSB. Where nothing is left below the LSB x was a tie: make it even."""
    if shifted.low == shifted.high:
        kept = shifted.low / to.lsb
        even = 2 * np.floor(kept / 2) if kept % 1 == 0 else np.floor(kept)
        return FVariable.from_const(float(even * to.lsb), shifted.hwconf)
    fraction = int(shifted.kif[2])
    if fraction <= to.fraction:
        raise ValueError(f"half-to-even: {shifted} has no bits below {to}")
    tie_free = shifted.quantize(0, -to.fraction, fraction).unary_bit_op("any") * to.lsb
    last = shifted.quantize(0, 1 - to.fraction, to.fraction) & tie_free
    upper = _floor(shifted, to.fraction - 1)
    return last if upper.low == upper.high == 0 else upper | last


def _fit(x: FVariable, to: FixedType, positive: bool) -> FVariable:
    """The overflow rule on a value without finer bits; ``positive``: a ReLU is still to be done."""
    if to.overflow is Overflow.WRAP:
        return (x.relu() if positive else x).quantize(*to.kif())
    lowest, highest = 0.0 if positive else to.lowest * to.lsb, to.highest * to.lsb
    if x.low == x.high:
        return FVariable.from_const(min(max(x.low, lowest), highest), x.hwconf)
    if x.low >= lowest and x.high <= highest:
        return x
    reach = to.bits - to.signed - to.fraction  # 2**reach: the first bit above the range
    signed, integer, fraction = (int(v) for v in x.kif)
    beyond = x.quantize(0, integer, -reach) if integer > reach else None
    result = x.quantize(signed if lowest < 0 else 0, min(integer, reach), fraction)
    if beyond is not None and lowest < 0 and x.low < -(2.0**reach):
        under = x.is_negative() & ~beyond.unary_bit_op("all")
        result = under.msb_mux(-(2.0**reach), result)
    if beyond is not None and x.high > highest:
        over = beyond.unary_bit_op("any")
        over = over & ~x.is_negative() if x.low < 0 and lowest < 0 else over
        result = over.msb_mux(highest, result)
    if x.low < 0 and lowest == 0:
        return x.is_negative().msb_mux(0.0, result)
    return result.max_of(lowest) if result.low < lowest else result
