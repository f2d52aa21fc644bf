"""Small random networks for tests: every type and weight is exercised, no training needed."""

from __future__ import annotations

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops import ConstituentMask, DotProducts, LinEq2to0, LinEq2to2
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor


def t(text: str) -> FixedType:
    return FixedType.from_ap_fixed(text)


def random_network(
    n: int = 4, hidden: int = 2, beams: int = 0, seed: int = 1, rounding: str = "AP_RND_CONV"
) -> Network:
    """A nanoPELICAN with random weights whose scores vary on :func:`random_jets`."""
    rng = np.random.default_rng(seed)
    slots = n + 2 * beams

    def tensor(shape: tuple[int, ...], text: str) -> Tensor:
        kind = t(text)
        raw = rng.integers(kind.lowest, kind.highest + 1, shape)
        return Tensor(FixedArray.of_type(raw, kind), kind)

    table = (slots + 1, hidden)
    return Network(
        "random",
        "momenta",
        (n, 4),
        t("ap_fixed<14,12,AP_RND_CONV,AP_SAT>"),
        (
            Node("mask", ConstituentMask(t("ap_ufixed<1,1>"), n, beams), ("momenta",)),
            Node("dots", DotProducts(t(f"ap_fixed<10,14,{rounding},AP_SAT>"), n, beams), ("momenta",)),
            Node(
                "pairs",
                LinEq2to2(
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
                LinEq2to0(t(f"ap_fixed<16,6,{rounding},AP_SAT>"), slots, hidden, 4, 2),
                ("pairs", "mask"),
                {
                    "weight": tensor((hidden, 2), "ap_fixed<6,1,AP_RND_CONV,AP_SAT_SYM>"),
                    "bias": tensor((slots + 1, 1), "ap_fixed<12,3,AP_RND_CONV,AP_SAT>"),
                },
            ),
        ),
    )


def symmetric(network: Network) -> Network:
    """The same network with w_2 = w_3 and w_0 a power of two: y_ij = y_ji, and no product with d_ij."""

    def changed(node: Node) -> Node:
        if not isinstance(node.operator, LinEq2to2):
            return node
        weight = node.tensors["weight"]
        raw = weight.values.raw.copy()
        raw[:, 0] = [(-2) ** (3 + channel) for channel in range(len(raw))]
        raw[:, 3] = raw[:, 2]
        tensors = {**node.tensors, "weight": Tensor(FixedArray.of_type(raw, weight.type), weight.type)}
        return Node(node.name, node.operator, node.inputs, tensors)

    nodes = tuple(changed(node) for node in network.nodes)
    return Network("symmetric", network.input_name, network.input_shape, network.input_type, nodes)


def random_jets(count: int, n: int = 4, seed: int = 2) -> np.ndarray:
    """Massless constituents of about 50 GeV with every multiplicity, float32 [count, n, 4]."""
    rng = np.random.default_rng(seed)
    p = rng.normal(0, 60, (count, n, 3))
    jets = np.concatenate([np.linalg.norm(p, axis=-1, keepdims=True), p], -1)
    jets[np.arange(n) >= rng.integers(0, n + 1, count)[:, None]] = 0
    return jets.astype(np.float32)
