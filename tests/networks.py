"""Small random networks for tests: every type and weight is exercised, no training needed."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from fpgajet import ops
from fpgajet.fixed import FixedType, Overflow, from_real
from fpgajet.ops.forms import MOMENTA, InputForm, Log, Puppi, Trigger, WantedDots
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor


def t(text: str) -> FixedType:
    return FixedType.from_ap_fixed(text)


#: Coarse forms, so that tables are small; the address of the second is cut, so that it saturates.
TRIGGER = Trigger(pt_lsb=1.0, pt_bits=9, angle_steps=60, angle_bits=6)
PUPPI = Puppi(pt_lsb=0.125, pt_bits=6, steps=4, angle_steps=60, angle_bits=6)
#: Without a word of the jet, and with candidates in any order.
PUPPI_SUM = replace(PUPPI, axis="sum", order="any")
LOG = Log(pt_lsb=0.5, pt_bits=6, steps=4, angle_steps=60, angle_bits=6)


def dots_node(form: InputForm, n: int, beams: int, output: FixedType) -> Node:
    """The node ``dots`` of an input form."""
    address = form.address_type(form.angle_bits - 1 if isinstance(form, Log) else None)
    table = t("ap_ufixed<10,3,AP_RND_CONV,AP_SAT>") if form.real_tables else form.table_type(6, 1.0, 0)
    unsigned = FixedType(False, output.bits, output.fraction, output.rounding, Overflow.SAT)
    dots = form.dots(WantedDots(unsigned if isinstance(form, Log) else output, n, beams, address, table))
    tensors = {
        name: Tensor(FixedArray(from_real(dots.tables[name], kind), kind.fraction), kind)
        for name, kind in dots.types.items()
    }
    return Node("dots", dots.operator, ("momenta",), tensors)


def front_end(form: Puppi, n: int) -> list[Node]:
    """The nodes that unpack words; ``prepare`` is the last of them."""
    kind = form.log_table_type()
    table = {"log_table": Tensor(FixedArray(from_real(form.log_table(), kind), 0), kind)}
    nodes: list[Node] = []
    for name, operator in form.front_end(n).items():
        read = nodes[-1].name if nodes else "momenta"
        nodes.append(Node(name, operator, (read,), table if name == "prepare" else {}))
    return nodes


def random_network(
    n: int = 4,
    hidden: int = 2,
    beams: int = 0,
    seed: int = 1,
    rounding: str = "AP_RND_CONV",
    form: InputForm = MOMENTA,
    outputs: int = 1,
) -> Network:
    """A nanoPELICAN with random weights whose scores vary on :func:`random_jets`."""
    rng = np.random.default_rng(seed)
    slots = n + 2 * beams

    def tensor(shape: tuple[int, ...], text: str) -> Tensor:
        kind = t(text)
        raw = rng.integers(kind.lowest, kind.highest + 1, shape)
        return Tensor(FixedArray.of_type(raw, kind), kind)

    table = (slots + 1, hidden)
    front = front_end(form, n) if isinstance(form, Puppi) else []
    read = front[-1].name if front else "momenta"
    return Network(
        "random",
        "momenta",
        (n + form.header_rows, form.columns),
        form.input_type or t("ap_fixed<14,12,AP_RND_CONV,AP_SAT>"),
        (
            *front,
            Node("mask", ops.ConstituentMask(t("ap_ufixed<1,1>"), n, beams), (read,)),
            replace(dots_node(form, n, beams, t(f"ap_fixed<10,14,{rounding},AP_SAT>")), inputs=(read,)),
            Node(
                "pairs",
                ops.LinEq2to2(
                    output=t(f"ap_ufixed<6,3,{rounding},AP_SAT>"),
                    row_sum=t(f"ap_fixed<12,15,{rounding},AP_SAT>"),
                    total=t(f"ap_fixed<12,15,{rounding},AP_SAT>"),
                    slots=slots,
                    hidden=hidden,
                    row_exponent=2,
                    total_exponent=4,
                ),
                ("dots", "mask"),
                {
                    "weight": tensor((hidden, 6), "ap_fixed<6,-7,AP_RND_CONV,AP_SAT_SYM>"),
                    "bias": tensor(table, "ap_fixed<10,3,AP_RND_CONV,AP_SAT>"),
                    "diagonal_bias": tensor(table, "ap_fixed<10,3,AP_RND_CONV,AP_SAT>"),
                },
            ),
            Node(
                "score",
                ops.LinEq2to0(t(f"ap_fixed<16,6,{rounding},AP_SAT>"), slots, hidden, 4, 2, outputs),
                ("pairs", "mask"),
                {
                    "weight": tensor((hidden, 2 * outputs), "ap_fixed<6,1,AP_RND_CONV,AP_SAT_SYM>"),
                    "bias": tensor((slots + 1, outputs), "ap_fixed<12,3,AP_RND_CONV,AP_SAT>"),
                },
            ),
        ),
        form,
    )


def random_features(n: int = 4) -> Network:
    """What candidates are, from words of a link, summed over those of a jet."""
    (node,) = front_end(PUPPI, n)
    given = node.operator
    assert isinstance(given, ops.PuppiLog)
    wide = t("ap_fixed<12,12,AP_TRN,AP_SAT>")
    features = ops.PuppiFeatures(t("ap_fixed<10,10,AP_TRN,AP_SAT>"), given.number, n, given.steps)
    return Network(
        "features",
        "momenta",
        (n + 1, PUPPI.columns),
        t("ap_ufixed<16,16,AP_RND_CONV,AP_SAT>"),
        (
            Node("features", features, ("momenta",), node.tensors),
            Node("sum", ops.ConstituentSum(wide), ("features",)),
        ),
        PUPPI,
    )


def with_features(network: Network) -> Network:
    """A network of the form PUPPI_SUM whose result also holds the sums of its candidates' features."""
    features, total = random_features(network.constituents).nodes
    score = network.output
    nodes = (
        *network.nodes,
        replace(features, inputs=("axis",)),
        total,
        Node("both", ops.Join(t("ap_fixed<16,12,AP_TRN,AP_SAT>")), (score.name, total.name)),
    )
    return replace(network, nodes=nodes)


def symmetric(network: Network, once: bool = False) -> Network:
    """The same network with w_2 = w_3 and w_0 a power of two: y_ij = y_ji, and no product with d_ij.

    ``once``: the operator knows, and computes every pair once.
    """

    def changed(node: Node) -> Node:
        if not isinstance(node.operator, ops.LinEq2to2):
            return node
        weight = node.tensors["weight"]
        raw = weight.values.raw.copy()
        raw[:, 0] = [(-2) ** (3 + channel) for channel in range(len(raw))]
        raw[:, 3] = raw[:, 2]
        tensors = {**node.tensors, "weight": Tensor(FixedArray.of_type(raw, weight.type), weight.type)}
        return Node(node.name, replace(node.operator, symmetric=int(once)), node.inputs, tensors)

    nodes = tuple(changed(node) for node in network.nodes)
    return Network(
        "symmetric", network.input_name, network.input_shape, network.input_type, nodes, network.form
    )


def rounded_terms(network: Network, term: str = "ap_fixed<7,5,AP_TRN,AP_SAT>", **types: str) -> Network:
    """The same network with terms of rows in the type ``term`` before they meet the pairs.

    ``types``: of row sums, total and output, where they are to be others.
    """

    def changed(node: Node) -> Node:
        mix = node.operator
        if not isinstance(mix, ops.LinEq2to2):
            return node
        given = {f.name: getattr(mix, f.name) for f in fields(mix)} | {k: t(v) for k, v in types.items()}
        return replace(node, operator=ops.LinEq2to2Rounded(**given, term=t(term)))

    return replace(network, name="rounded", nodes=tuple(changed(node) for node in network.nodes))


def without_soft_pairs(network: Network, below: int) -> Network:
    """The same network of the form LOG, d_ij = 0 for i + j >= ``below``."""
    nodes = [
        replace(node, operator=replace(node.operator, pairs_below=below))
        if isinstance(node.operator, ops.LogDots)
        else node
        for node in network.nodes
    ]
    return replace(network, name="fewer pairs", nodes=tuple(nodes))


def with_row_sums(network: Network) -> Network:
    """The same network with S_i = p_i . J from the momenta."""
    mask, dots, pairs, score = network.nodes
    mix = pairs.operator
    assert isinstance(mix, ops.LinEq2to2)
    given = {f.name: getattr(mix, f.name) for f in fields(mix)}
    momenta = dots.operator
    assert isinstance(momenta, ops.DotProducts)
    rows = ops.RowSums(mix.row_sum, momenta.constituents, momenta.beams, mix.row_exponent)
    changed = replace(pairs, operator=ops.LinEq2to2Rows(**given), inputs=("dots", "mask", "rows"))
    return replace(network, nodes=(mask, dots, Node("rows", rows, ("momenta",)), changed, score))


def with_jet(network: Network) -> Network:
    """The same network with the momentum of the whole jet in the place of its last constituent."""
    n = network.constituents - 1

    def changed(node: Node) -> Node:
        return replace(node, inputs=tuple("jet_row" if name == "momenta" else name for name in node.inputs))

    jet = Node("jet_row", ops.JetRow.exact(network.input_type, n), ("momenta",))
    nodes = (jet, *(changed(node) for node in network.nodes))
    return replace(network, nodes=nodes, input_shape=(n, 4))


def scaled(network: Network) -> Network:
    """The same network with other weights of the sums for every number of real slots, as nPELICAN_N has."""
    rng = np.random.default_rng(3)
    variants: dict[type[ops.Operator], type[ops.Operator]] = {
        ops.LinEq2to2: ops.LinEq2to2N,
        ops.LinEq2to0: ops.LinEq2to0N,
    }

    def changed(node: Node) -> Node:
        variant = variants.get(type(node.operator))
        if variant is None:
            return node
        weight, rows = node.tensors["weight"], node.operator.slots + 1
        raw = rng.integers(weight.type.lowest, weight.type.highest + 1, (rows, *weight.values.raw.shape))
        if variant is ops.LinEq2to2N:
            raw[..., 0] = weight.values.raw[:, 0]
        tensors = {**node.tensors, "weight": Tensor(FixedArray.of_type(raw, weight.type), weight.type)}
        return Node(node.name, variant(**vars(node.operator)), node.inputs, tensors)

    nodes = tuple(changed(node) for node in network.nodes)
    return Network("scaled", network.input_name, network.input_shape, network.input_type, nodes, network.form)


def random_jets(count: int, n: int = 4, seed: int = 2, narrow: bool = False) -> np.ndarray:
    """Massless constituents of about 50 GeV with every multiplicity, float32 [count, n, 4].

    ``narrow``: within about a quarter of a rad, as in a jet, instead of all around.
    """
    rng = np.random.default_rng(seed)
    p = rng.normal(0, 60, (count, n, 3))
    if narrow:
        p = p / 4 + rng.normal(0, 60, (count, 1, 3))
    jets = np.concatenate([np.linalg.norm(p, axis=-1, keepdims=True), p], -1)
    jets[np.arange(n) >= rng.integers(0, n + 1, count)[:, None]] = 0
    return jets.astype(np.float32)


def with_random_features(form: InputForm, momenta: np.ndarray) -> np.ndarray:
    """Jets with a random number behind each four-momentum for every feature that the form reads."""
    shape = (*momenta.shape[:-1], len(form.feature_names))
    values = np.random.default_rng(7).uniform(-4.0, 4.0, shape) * (momenta[..., :1] != 0)
    return np.concatenate([momenta, values], -1).astype(np.float32)
