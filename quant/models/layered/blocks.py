"""Blocks of layers on the constituents of a jet, as pieces of a plan. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgajet.fixed import FixedType
from fpgajet.ops import Dense, FlatConstituents, MaskedMaxPool, MaskedMeanPool
from fpgajet.ops.forms import InputForm, JetFeatures
from quant.models.messages.plan import INPUT, MASK, MessagePlan


class Layers(MessagePlan):
    """A plan that begins with the numbers of the input form.

    Attributes:
        x: name of the stage that layers read: the input, signed logarithms of four-momenta, or features of the jet.
    """

    def __init__(self, constituents: int, precisions: Mapping[str, FixedType], form: InputForm) -> None:
        whole = isinstance(form, JetFeatures)
        super().__init__(1 if whole else constituents, precisions, form)
        if whole:
            self.x = self.add("features", FlatConstituents(precisions[INPUT], 1), INPUT)
            return
        self.mask()
        self.x = self.log("h0", INPUT) if form.four_momenta else INPUT

    def dense(self, name: str, widths: Sequence[int], x: str, first: int = 1) -> str:
        """Layers ``name1``, ``name2``, ... with ReLU, each rounded once; returns the last one's name."""
        for number, width in enumerate(widths, first):
            stage = f"{name}{number}"
            x = self.add(stage, Dense(self.precisions[stage], width, 1), x)
            self.layers.add(stage)
        return x

    def pool(self, kind: str, x: str) -> str:
        """The stage ``pool``: mean, sum or largest of the real constituents."""
        precision = self.precisions["pool"]
        if kind == "max":
            return self.add("pool", MaskedMaxPool(precision, self.slots), x, MASK)
        add = self.add_sum if kind == "sum" else self.add
        return add("pool", MaskedMeanPool(precision, 0), x, MASK)
