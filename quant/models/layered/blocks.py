"""Blocks of layers on the constituents of a jet, as pieces of a plan. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fpgajet.fixed import FixedType, Overflow, Rounding, to_real
from fpgajet.ops import (
    ClassSoftmax,
    Dense,
    FlatConstituents,
    MaskedMaxPool,
    MaskedMeanPool,
    Rescale,
    Residual,
)
from fpgajet.ops.forms import InputForm, JetFeatures
from fpgajet.ops.tables import softmax_tables
from quant.models.messages.plan import INPUT, MASK, ONES_TYPE, SCORE, Drops, MessagePlan

#: what follows the name of a stage whose channels have bits of their own
SHRUNK, KEPT = "_shrunk", "_kept"


def softmax_types(classes: int) -> tuple[FixedType, FixedType, FixedType, FixedType, FixedType]:
    """Types of a softmax over classes: how far a score is below the largest, in steps of 1/32 up to e^-32; the sum of
    exponentials, in steps of 1/32; entries of the two tables; and probabilities, in steps of 1/1024."""
    whole = classes.bit_length()
    return (
        FixedType(False, 10, 5, Rounding.FLOOR, Overflow.SAT),
        FixedType(False, whole + 5, 5, Rounding.FLOOR, Overflow.SAT),
        FixedType(False, 12, 11, Rounding.HALF_EVEN, Overflow.SAT),
        FixedType(False, 12, 12, Rounding.HALF_EVEN, Overflow.SAT),
        FixedType(False, 10, 10, Rounding.FLOOR, Overflow.SAT),
    )


class Layers(MessagePlan):
    """A plan that begins with the numbers of the input form.

    Attributes:
        x: name of the stage that layers read: the input, signed logarithms of four-momenta, or features of the jet.
    """

    def __init__(
        self,
        constituents: int,
        precisions: Mapping[str, FixedType],
        form: InputForm,
        drops: Drops,
    ) -> None:
        whole = isinstance(form, JetFeatures)
        super().__init__(1 if whole else constituents, precisions, form)
        self.drops = drops
        if whole:
            self.x = self.add("features", FlatConstituents(precisions[INPUT], 1), INPUT)
            return
        self.mask()
        self.x = self.logs_of_momenta(features=True) if form.four_momenta else INPUT

    def dense(self, name: str, widths: Sequence[int], x: str, first: int = 1) -> str:
        """Layers ``name1``, ``name2``, ... with ReLU, each rounded once; returns the last one's name."""
        for number, width in enumerate(widths, first):
            stage = f"{name}{number}"
            self.layers.add(self.add(stage, Dense(self.precisions[stage], width, 1), x))
            x = self.own_bits(stage)
        return x

    def add_sum_of(self, name: str, message: str, own: str) -> str:
        """ReLU(message + own + bias) for every constituent, of two plain maps whose rows take the norm's scale."""
        ones = f"{name}_weight"
        self._tables[ones] = np.ones((2, self.shapes[own][-1]))
        self._types[ones] = ONES_TYPE
        self.scaled[name] = (message, own)
        return self.add(name, Residual(self.precisions[name], 1, 1), message, own)

    def probabilities(self, classes: int) -> str:
        """The stage ``probability`` behind the scores of the classes: their softmax, by tables."""
        argument, denominator, exponential, reciprocal, output = softmax_types(classes)
        tables = softmax_tables(argument, exponential, denominator, reciprocal)
        kinds = {"exponential": exponential, "reciprocal": reciprocal}
        for (name, kind), raw in zip(kinds.items(), tables, strict=True):
            key = f"probability_{name}"
            self._tables[key], self._types[key] = to_real(raw, kind.fraction), kind
        self.derived.add("probability")
        return self.add("probability", ClassSoftmax(output, argument, denominator, classes), SCORE)

    def own_bits(self, stage: str) -> str:
        """The stage with the low bits of each channel left out that :attr:`drops` says; returns its name.

        Each channel x becomes 2^k floor(x / 2^k) within the type of the stage: two :class:`fpgajet.ops.Rescale` with
        powers of two, which are wires.
        """
        channels = self.channels[stage] = self.shapes[stage][-1]
        if stage not in self.drops:
            return stage
        precision, dropped = self.precisions[stage], np.array(self.drops[stage])
        if dropped.shape != (channels,) or dropped.min() < 0 or dropped.max() >= precision.bits:
            raise ValueError(f"drops of {stage} must be {channels} numbers of bits of its {precision}")
        x, most = stage, max(precision.bits - 1, 1)  # whatever is dropped, so that training may try all
        for suffix, sign, fraction in ((SHRUNK, -1, most), (KEPT, 1, 0)):
            name = f"{stage}{suffix}"
            self._tables |= {f"{name}_weight": 2.0 ** (sign * dropped), f"{name}_bias": np.zeros(channels)}
            power = FixedType(False, most + 1, fraction, Rounding.HALF_EVEN, Overflow.SAT)
            self._types |= {f"{name}_weight": power, f"{name}_bias": ONES_TYPE}
            self.derived.add(name)
            x = self.add(name, Rescale(precision, 0), x)
        return x

    def pool(self, kind: str, x: str) -> str:
        """The stage ``pool``: mean, sum or largest of the real constituents."""
        precision = self.precisions["pool"]
        if kind == "max":
            self.add("pool", MaskedMaxPool(precision, self.slots), x, MASK)
        else:
            add = self.add_sum if kind == "sum" else self.add
            add("pool", MaskedMeanPool(precision, 0), x, MASK)
        return self.own_bits("pool")
