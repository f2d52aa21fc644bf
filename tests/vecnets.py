"""Small random VecNet and LorentzNet networks for tests: every operator, no training needed."""

from __future__ import annotations

import numpy as np

from fpgajet import ops
from fpgajet.fixed import FixedType
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from fpgajet.ops.tables import activation_table, reciprocals, softmax_tables
from tests.networks import t

FEATURE = t("ap_ufixed<6,3,AP_TRN,AP_SAT>")
SIGNED = t("ap_fixed<6,3,AP_RND_CONV,AP_SAT>")
LOG = t("ap_ufixed<7,5,AP_TRN,AP_SAT>")
SIGNED_LOG = t("ap_fixed<8,6,AP_TRN,AP_SAT>")
ARGUMENT = t("ap_ufixed<14,14,AP_TRN,AP_SAT>")
WEIGHT = t("ap_fixed<6,1,AP_RND_CONV,AP_SAT_SYM>")
BIAS = t("ap_fixed<8,3,AP_RND_CONV,AP_SAT>")
RECIPROCAL = t("ap_ufixed<8,1,AP_RND_CONV,AP_SAT>")
ONE = t("ap_ufixed<1,1,AP_TRN,AP_SAT>")
BIT = t("ap_ufixed<1,1>")
MOMENTA = t("ap_fixed<14,12,AP_RND_CONV,AP_SAT>")
VECTORS = t("ap_fixed<14,12,AP_TRN,AP_SAT>")


def softmax_of() -> tuple[FixedType, FixedType, dict[str, Tensor]]:
    """Types of the addresses of a softmax, and its tables."""
    kinds = [t(f"ap_ufixed<{kind},AP_TRN,AP_SAT>") for kind in ("4,2", "6,1", "7,3", "7,0")]
    argument, exponential, denominator, reciprocal = kinds
    raw = softmax_tables(argument, exponential, denominator, reciprocal)
    both = zip(("exponential", "reciprocal"), raw, (exponential, reciprocal), strict=True)
    tables = {name: Tensor(FixedArray.of_type(values, kind), kind) for name, values, kind in both}
    return argument, denominator, tables


class Builder:
    """Nodes with random constants, one after the other."""

    def __init__(self, n: int, seed: int) -> None:
        self.n, self.nodes, self.rng = n, [], np.random.default_rng(seed)
        self.shapes: dict[str, tuple[int, ...]] = {"momenta": (n, 4)}

    def add(self, name: str, operator: ops.Operator, *inputs: str, **given: Tensor) -> str:
        """Append a node; tensors that are not given are random, reciprocals are 1 / n."""
        shapes = [self.shapes[i] for i in inputs]
        self.shapes[name] = operator.output_shape(*shapes)
        for tensor, shape in operator.tensor_shapes(*shapes).items():
            if tensor not in given:
                given[tensor] = self.constant(tensor, shape)
        self.nodes.append(Node(name, operator, inputs, given))
        return name

    def constant(self, name: str, shape: tuple[int, ...]) -> Tensor:
        kind = {"weight": WEIGHT, "bias": BIAS, "reciprocal": RECIPROCAL}[name]
        raw = self.rng.integers(kind.lowest, kind.highest + 1, shape)
        if name == "reciprocal":
            raw = reciprocals(shape[0] - 1, kind)
        return Tensor(FixedArray.of_type(raw, kind), kind)

    def table(self, name: str, function: str, x: str, argument: FixedType, output: FixedType) -> str:
        """An ops.Activation node."""
        values = Tensor(FixedArray.of_type(activation_table(function, argument, output), output), output)
        return self.add(name, ops.Activation(output=output, argument=argument), x, table=values)

    def attention(self, name: str, x: str, mask: str, heads: int) -> str:
        """Logits of all pairs, and the mean that they weight."""
        n, f = self.shapes[x]
        logits = self.add(f"{name}_logits", ops.PairLogits(SIGNED, n, f, heads, 3), x)
        argument, denominator, tables = softmax_of()
        mean = ops.SoftmaxMean(FEATURE, argument, denominator, n, f, heads)
        return self.add(name, mean, x, logits, mask, **tables)

    def network(self, name: str) -> Network:
        return Network(name, "momenta", (self.n, 4), MOMENTA, tuple(self.nodes))

    def start(self, knn: int = 0) -> None:
        """mask, dots, logs and edges."""
        n = self.n
        self.add("mask", ops.ConstituentMask(BIT, n, 0), "momenta")
        self.add("dots", ops.DotProducts(t("ap_fixed<18,18,AP_TRN,AP_SAT>"), n, 0), "momenta")
        self.add("logs", ops.PairLog(LOG, ARGUMENT, 0, n, 0), "dots")
        if knn:
            self.add("edges", ops.KnnGraph(BIT, n, 1, knn), "logs", "mask")
        else:
            self.add("edges", ops.CompleteGraph(BIT, n), "mask")

    def score(self, *features: str, largest: bool = False) -> None:
        """Pool (the mean, or the largest) and score of one or two node features."""
        last = features[0]
        if len(features) == 2:
            last = self.add("joined", ops.Join(FEATURE), *features)
        if largest:
            self.add("pool", ops.MaskedMaxPool(t("ap_fixed<7,5,AP_RND_CONV,AP_SAT>"), self.n), last, "mask")
        else:
            self.add("pool", ops.MaskedMeanPool(t("ap_ufixed<10,4,AP_TRN,AP_SAT>"), 0), last, "mask")
        self.add("score", ops.Dense(t("ap_fixed<16,6,AP_TRN,AP_SAT>"), 1, 0), "pool")


def random_vecnet(
    n: int = 4, scalars: int = 3, vectors: int = 2, hidden: int = 2, knn: int = 0, seed: int = 1
) -> Network:
    """Two iterations of scalars, vectors between them, and hidden features with a skip; all mixtures."""
    b = Builder(n, seed)
    b.start(knn)
    features = []
    if scalars:
        b.add("s1_edge1", ops.Dense(FEATURE, scalars, 1), "logs")
        s = b.add("s1", ops.NeighbourMean(FEATURE, 0), "s1_edge1", "edges")
        x, pairs = "logs", "s1_edge1"
        if vectors:
            b.add("v1_raw", ops.Dense(SIGNED, vectors, 0), "s1_edge1")
            b.table("v1_gate", "softsign", "v1_raw", SIGNED, SIGNED)
            b.add("v1", ops.VectorUpdate(VECTORS, 0, 0), "momenta", "v1_gate", "edges")
            b.add("x1", ops.SpacetimeIntervals(t("ap_fixed<20,20,AP_TRN,AP_SAT>"), n, vectors), "v1")
            x = b.add("x1_logs", ops.PairLog(SIGNED_LOG, ARGUMENT, 2, n, vectors), "x1")
        b.add("s2_edge1", ops.EdgeDense(SIGNED, scalars, scalars, 0, b.shapes[x][-1]), s, x)
        b.table("s2_edge1_silu", "silu", "s2_edge1", SIGNED, SIGNED)
        pairs = b.add("s2_edge2", ops.Dense(FEATURE, scalars, 1), "s2_edge1_silu")
        b.add("s2_mean", ops.NeighbourMean(FEATURE, 0), pairs, "edges")
        b.add("s2_node", ops.Join(FEATURE), "s2_mean", s)
        features.append(b.add("s2", ops.Dense(FEATURE, scalars, 1), "s2_node"))
    if hidden:
        b.add("h_in", ops.SignedLog(SIGNED_LOG, ARGUMENT, 1), "momenta")
        b.add("h0", ops.Columns(t("ap_fixed<7,6,AP_RND_CONV,AP_SAT>"), 1, 3), "h_in")
        if scalars:
            b.add("h1_edge1", ops.EdgeDense(FEATURE, 3, 3, 1, scalars), "h0", pairs)
        else:
            b.add("h0_mean", ops.AffineMean(SIGNED, n, 3, 3, 0), "h0", "mask")
            b.add("h1_edge1", ops.PairDense(FEATURE, 3, 3, 1), "h0_mean")
        b.add("h1_mean", ops.NeighbourMean(SIGNED_LOG, 0), "h1_edge1", "edges")
        b.add("h1_skip", ops.Skip(SIGNED_LOG), "h1_mean", "h0")
        features.append(b.add("h1", ops.Dense(FEATURE, hidden, 1), "h1_skip"))
    b.score(*features)
    return b.network("vecnet")


def random_lorentznet(n: int = 4, seed: int = 1) -> Network:
    """One block of LorentzNet with three hidden features: messages gated by a sigmoid, sums by exponent."""
    b = Builder(n, seed)
    b.start()
    b.add("intervals", ops.SpacetimeIntervals(t("ap_fixed<18,18,AP_TRN,AP_SAT>"), n, 0), "momenta")
    b.add("psi", ops.PairLog(SIGNED_LOG, ARGUMENT, 0, n, 1), "intervals")
    b.add("x", ops.Join(SIGNED_LOG), "psi", "logs")
    b.add("e1", ops.Dense(FEATURE, 3, 1), "x")
    b.add("e2", ops.Dense(FEATURE, 3, 1), "e1")
    b.add("gate_raw", ops.Dense(SIGNED, 1, 0), "e2")
    b.table("gate", "sigmoid", "gate_raw", SIGNED, t("ap_ufixed<5,0,AP_TRN,AP_SAT>"))
    b.add("m", ops.Product(FEATURE), "e2", "gate")
    ones = Tensor(FixedArray.of_type(np.ones(n + 1, dtype=np.int64), ONE), ONE)
    b.add("m_sum", ops.NeighbourMean(FEATURE, 2), "m", "edges", reciprocal=ones)
    b.add("h", ops.Dense(FEATURE, 3, 1), "m_sum")
    b.score("h")
    return b.network("lorentznet")


def random_affine(n: int = 4, seed: int = 1) -> Network:
    """Affine messages between constituents, not rounded before their mean: ``collapse`` makes it O(N)."""
    b = Builder(n, seed)
    b.add("mask", ops.ConstituentMask(BIT, n, 0), "momenta")
    b.add("edges", ops.CompleteGraph(BIT, n), "mask")
    b.add("h", ops.SignedLog(SIGNED_LOG, ARGUMENT, 1), "momenta")
    b.add("messages", ops.PairDense(t("ap_fixed<20,10,AP_TRN,AP_SAT>"), 4, 3, 0), "h")
    b.add("mean", ops.NeighbourMean(SIGNED, 0), "messages", "edges")
    b.score(b.add("node", ops.Dense(FEATURE, 3, 1), "mean"))
    return b.network("affine")


def random_maxima(n: int = 5, seed: int = 10) -> Network:
    """The largest message of the two nearest neighbours, of either sign, and the largest constituent."""
    b = Builder(n, seed)
    b.start(knn=2)
    b.add("messages", ops.Dense(SIGNED, 3, 0), "logs")
    b.add("largest", ops.NeighbourMax(SIGNED, n), "messages", "edges")
    b.add("node", ops.Dense(SIGNED, 3, 0), "largest")
    b.score("node", largest=True)
    return b.network("maxima")


def random_events(n: int = 4, seed: int = 20) -> Network:
    """A block with a message that all objects hear, and one with a message of each object."""
    b = Builder(n, seed)
    b.add("mask", ops.ConstituentMask(BIT, n, 0), "momenta")
    b.add("h0", ops.SignedLog(SIGNED_LOG, ARGUMENT, 1), "momenta")
    b.add("mean1", ops.MaskedMeanPool(SIGNED_LOG, 0), "h0", "mask")
    b.add("message1", ops.Dense(SIGNED_LOG, 3, 0), "mean1")
    b.add("own1", ops.Dense(SIGNED_LOG, 3, 0), "h0")
    b.add("h1", ops.Residual(FEATURE, 1, 1), "message1", "own1")
    b.add("own2", ops.Dense(SIGNED_LOG, 3, 0), "h1")
    b.add("h2", ops.Residual(SIGNED, 0, 0), "own2", "h1")
    b.score(b.attention("attention", "h2", "mask", heads=3))
    return b.network("events")


def random_classes(n: int = 4, seed: int = 30) -> Network:
    """Probabilities of three classes."""
    b = Builder(n, seed)
    b.add("mask", ops.ConstituentMask(BIT, n, 0), "momenta")
    b.add("h0", ops.SignedLog(SIGNED_LOG, ARGUMENT, 1), "momenta")
    b.add("pool", ops.MaskedMeanPool(SIGNED_LOG, 0), "h0", "mask")
    b.add("scores", ops.Dense(SIGNED_LOG, 3, 0), "pool")
    argument, denominator, tables = softmax_of()
    kind = t("ap_ufixed<8,0,AP_TRN,AP_SAT>")
    b.add("score", ops.ClassSoftmax(kind, argument, denominator, 3), "scores", **tables)
    return b.network("classes")


def every_network() -> list[tuple[str, Network]]:
    """One network a mixture, by name: together they use every operator."""
    return [
        ("mixed", random_vecnet()),
        ("equivariant", random_vecnet(n=3, hidden=0, knn=1)),
        ("hidden", random_vecnet(n=5, scalars=0, vectors=0, hidden=2, knn=2)),
        ("lorentznet", random_lorentznet()),
        ("maxima", random_maxima()),
        ("events", random_events()),
        ("classes", random_classes()),
    ]
