"""VecNet as a plan of operators: scalars, vectors and features without symmetry (arXiv 2202.06941, section 2.4).

Names of stages are those of docs/vecnet.md. No torch here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgajet.fixed import FixedType
from fpgajet.ops import (
    CompleteGraph,
    Dense,
    EdgeDense,
    Join,
    KnnGraph,
    MaskedMaxPool,
    MaskedMeanPool,
    NeighbourMax,
    NeighbourMean,
    PairDense,
    Skip,
    SpacetimeIntervals,
    VectorUpdate,
)
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.forms import InputForm
from quant.models.messages.plan import MessagePlan
from quant.models.vecnet.hyperparameters import VecNetHyperparameters


def plan(
    sizes: VecNetHyperparameters,
    precisions: Mapping[str, FixedType],
    form: InputForm,
    outputs: Sequence[str] = (),
) -> MessagePlan:
    """The network for given types of its stages and parameters."""
    return _Builder(sizes, MessagePlan(sizes.constituents, precisions, form), outputs).build()


class _Builder:
    def __init__(self, sizes: VecNetHyperparameters, plan: MessagePlan, outputs: Sequence[str]) -> None:
        self.outputs = outputs
        self.sizes, self.plan, self.precisions = sizes, plan, plan.precisions

    def build(self) -> MessagePlan:
        p, n = self.plan, self.sizes.constituents
        p.start()
        if self.sizes.neighbours:
            p.add("edges", KnnGraph(BIT, n, 1, self.sizes.neighbours), "logs", "mask")
        else:
            p.add("edges", CompleteGraph(BIT, n), "mask")
        x, scalars, vectors = "logs", self.embedded_features(), p.four_momenta()
        hidden = p.logs_of_momenta(features=not self.sizes.scalar) if self.sizes.hidden else ""
        for step in range(1, self.sizes.iterations + 1):
            messages = ""
            if self.sizes.scalar:
                messages = self.scalar_messages(step, scalars, x)
                if self.sizes.vector and step < self.sizes.iterations:
                    vectors, x = self.move_vectors(step, vectors, messages)
                scalars = self.nodes("s", step, self.sizes.scalar, messages, scalars)
            if self.sizes.hidden:
                passed = self.hidden_messages(step, hidden, messages)
                hidden = self.nodes("h", step, self.sizes.hidden, passed, hidden)
        features = [name for name in (scalars, hidden) if name]
        last = (
            features[0] if len(features) == 1 else p.add("joined", Join(self.precisions["joined"]), *features)
        )
        precision = self.precisions["pool"]
        over_constituents = (
            MaskedMaxPool(precision, n) if self.sizes.pool == "max" else MaskedMeanPool(precision, 0)
        )
        pool = p.add("pool", over_constituents, last, "mask")
        final = self.further_layers("final", p.shapes[pool][-1], pool, self.sizes.final_layers, 1)
        p.score(final, self.outputs)
        return p

    def embedded_features(self) -> str:
        """Scalars of the constituents before the first step: a layer on their features, if there are any."""
        features = self.plan.features() if self.sizes.scalar else ""
        if not features:
            return ""
        layer = Dense(self.precisions["s0"], self.sizes.scalar, self.relu)
        return self.activated(self.plan.add("s0", layer, features))

    def scalar_messages(self, step: int, scalars: str, x: str) -> str:
        """phi_s: messages of pairs from both constituents' scalars and the pair's invariants."""
        name, width = f"s{step}_edge1", self.sizes.scalar
        if scalars:
            features, extra = self.plan.shapes[scalars][-1], self.plan.shapes[x][-1]
            first = EdgeDense(self.precisions[name], features, width, self.relu, extra)
            self.plan.add(name, first, scalars, x)
        else:
            self.plan.add(name, Dense(self.precisions[name], width, self.relu), x)
        return self.further_layers(f"s{step}_edge", width, self.activated(name))

    def hidden_messages(self, step: int, hidden: str, messages: str) -> str:
        """phi_h: messages from both constituents' features and the messages of scalars."""
        name, width = f"h{step}_edge1", self.sizes.hidden
        features = self.plan.shapes[hidden][-1]
        if messages:
            extra = self.plan.shapes[messages][-1]
            operator = EdgeDense(self.precisions[name], features, width, self.relu, extra)
            self.plan.add(name, operator, hidden, messages)
        elif self.sizes.affine:
            exact = PairDense(self.plan.exact_pairs(name, hidden), features, width, 0)
            return self.plan.add(name, exact, hidden)
        else:
            self.plan.add(name, PairDense(self.precisions[name], features, width, self.relu), hidden)
        return self.further_layers(f"h{step}_edge", width, self.activated(name))

    def move_vectors(self, step: int, vectors: str, messages: str) -> tuple[str, str]:
        """psi and the update of the vectors; returns them and the logarithms of their intervals."""
        p, k, channels = self.plan, self.precisions, self.sizes.vector
        raw = p.add(f"v{step}_raw", Dense(k[f"v{step}_raw"], channels, 0), messages)
        gate = p.activation(f"v{step}_gate", "softsign", raw)
        given = 0 if vectors == p.four_momenta() else channels
        moved = p.add(f"v{step}", VectorUpdate(k[f"v{step}"], given, 0), vectors, gate, "edges")
        interval = p.add(
            f"i{step}", SpacetimeIntervals(k[f"i{step}"], self.sizes.constituents, channels), moved
        )
        return moved, p.pair_log(f"x{step}", interval, channels)

    def nodes(self, letter: str, step: int, width: int, messages: str, before: str) -> str:
        """theta and the shortcut: a constituent's new features from the mean message and its old ones."""
        p, k = self.plan, self.precisions
        name = f"{letter}{step}_mean"
        last = self.aggregated(name, messages)
        if self.sizes.node_layers:
            if before:
                name = f"{letter}{step}_join"
                last = p.add(name, Join(k[name]), last, before)
            last = self.further_layers(f"{letter}{step}_node", width, last, self.sizes.node_layers, 1)
        if not before or self.sizes.shortcut == "none":
            return last
        name = f"{letter}{step}"
        if self.sizes.shortcut == "concat":
            return p.add(name, Join(k[name]), last, before)
        return p.add(name, Skip(k[name]), last, before)

    def aggregated(self, name: str, messages: str) -> str:
        """Mean, sum or largest message of a constituent's neighbours."""
        if self.sizes.aggregation == "max":
            largest = NeighbourMax(self.precisions[name], self.sizes.constituents)
            return self.plan.add(name, largest, messages, "edges")
        mean = NeighbourMean(self.precisions[name], 0)
        add = self.plan.add_sum if self.sizes.aggregation == "sum" else self.plan.add
        return add(name, mean, messages, "edges")

    def further_layers(
        self, prefix: str, width: int, x: str, layers: int | None = None, first: int = 2
    ) -> str:
        """Dense layers ``first``, ... of an edge function (or of ``layers`` others)."""
        last = self.sizes.edge_layers if layers is None else layers
        for number in range(first, last + 1):
            name = f"{prefix}{number}"
            self.plan.add(name, Dense(self.precisions[name], width, self.relu), x)
            x = self.activated(name)
        return x

    @property
    def relu(self) -> int:
        return int(self.sizes.activation == "relu")

    def activated(self, name: str) -> str:
        """Behind a layer: nothing for ReLU, which is part of it, else the table of the activation."""
        if not self.relu:
            name = self.plan.activation(f"{name}_act", self.sizes.activation, name)
        self.plan.layers.add(name)
        return name
