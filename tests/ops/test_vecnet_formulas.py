"""Operators of message passing and of foreign networks against their formulas in rational numbers, by element."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fpgajet.fixed import from_real
from fpgajet.ops import OPERATORS
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from tests.foreign_networks import random_foreign
from tests.networks import random_jets
from tests.ops.test_formulas import rounded
from tests.vecnets import every_network

Values = np.ndarray  # of Fraction


def mitchell(number: Fraction) -> Fraction:
    """log2, linear between powers of two."""
    k = math.floor(math.log2(number))
    k += (number >= Fraction(2) ** (k + 1)) - (number < Fraction(2) ** k)
    return k + number / Fraction(2) ** k - 1


def signed_log(op: Any, x: Values, _: dict[str, Values]) -> Values:
    def one(value: Fraction) -> Fraction:
        size = abs(value) if op.output.signed else max(value, Fraction(0))
        y = rounded(mitchell(1 + rounded(size, op.argument) / Fraction(2) ** op.unit), op.output)
        return -y if value < 0 else y

    return np.vectorize(one, otypes=[object])(x)


def pair_log(op: Any, x: Values, tensors: dict[str, Values]) -> Values:
    return signed_log(op, x if op.channels else x[..., None], tensors)


def intervals(op: Any, v: Values, _: dict[str, Values]) -> Values:
    v = v if op.channels else v[:, None]
    difference = v[:, None] - v[None]
    square = difference**2
    return round_all(square[..., 0] - square[..., 1] - square[..., 2] - square[..., 3], op.output)


def complete(op: Any, mask: Values, _: dict[str, Values]) -> Values:
    return np.array([[a * b * (i != j) for j, b in enumerate(mask)] for i, a in enumerate(mask)])


def knn(op: Any, d: Values, mask: Values, tensors: dict[str, Values]) -> Values:
    d = d[..., 0] if op.channels else d
    bits = complete(op, mask, tensors)
    for i in range(len(mask)):
        real = [j for j in range(len(mask)) if bits[i, j]]
        for j in sorted(real, key=lambda j: (d[i, j], j))[op.neighbours :]:
            bits[i, j] = 0
    return bits


def dense(op: Any, x: Values, tensors: dict[str, Values]) -> Values:
    return act(op, np.einsum("...f,gf->...g", x, tensors["weight"]) + tensors["bias"])


def edges(op: Any, s: Values, *rest: Any) -> Values:
    *x, tensors = rest
    n, w = len(s), tensors["weight"]
    result = np.zeros((n, n, len(w)), dtype=object)
    for i in range(n):
        for j in range(n):
            given = np.concatenate([s[i], s[j], *(pair[i, j] for pair in x)])
            result[i, j] = w @ given + tensors["bias"]
    return act(op, result)


def activation(op: Any, x: Values, tensors: dict[str, Values]) -> Values:
    def one(value: Fraction) -> Fraction:
        raw = int(rounded(value, op.argument) * Fraction(2) ** op.argument.fraction)
        return tensors["table"][raw - op.argument.lowest]

    return round_all(np.vectorize(one, otypes=[object])(x), op.output)


def mean(op: Any, x: Values, bits: Values, tensors: dict[str, Values]) -> Values:
    total = (x * bits[..., None]).sum(-2)
    r = np.vectorize(lambda n: tensors["reciprocal"][int(n)], otypes=[object])(bits.sum(-1))
    return round_all(total * np.expand_dims(r, -1) / Fraction(2) ** op.exponent, op.output)


def largest(op: Any, x: Values, bits: Values, _: dict[str, Values]) -> Values:
    result = np.empty((*x.shape[:-2], x.shape[-1]), dtype=object)
    for place in np.ndindex(result.shape):
        *rows, f = place
        real = [x[*rows, j, f] for j, bit in enumerate(bits[*rows]) if bit]
        result[place] = max(real, default=Fraction(0))
    return round_all(result, op.output)


def affine_mean(op: Any, s: Values, mask: Values, tensors: dict[str, Values]) -> Values:
    n = len(s)
    e = complete(op, mask, tensors)
    result = np.zeros((n, op.width), dtype=object)
    for i in range(n):
        r = tensors["reciprocal"][int(e[i].sum())] / Fraction(2) ** op.exponent
        for j in range(n):
            message = tensors["weight"] @ np.concatenate([s[i], s[j]]) + tensors["bias"]
            result[i] += r * e[i, j] * message
    return round_all(result, op.output)


def vector_update(op: Any, v: Values, w: Values, e: Values, tensors: dict[str, Values]) -> Values:
    n, _, channels = w.shape
    result = np.zeros((n, channels, 4), dtype=object)
    for i in range(n):
        r = tensors["reciprocal"][int(e[i].sum())] / Fraction(2) ** op.exponent
        for a in range(channels):
            vectors = v[:, a] if op.channels else v
            step = sum(e[i, j] * w[i, j, a] * (vectors[i] - vectors[j]) for j in range(n))
            result[i, a] = vectors[i] + r * step
    return round_all(result, op.output)


def rescale(op: Any, x: Values, tensors: dict[str, Values]) -> Values:
    return act(op, x * tensors["weight"] + tensors["bias"])


def residual(op: Any, m: Values, x: Values, tensors: dict[str, Values]) -> Values:
    return act(op, m * tensors["weight"][0] + x * tensors["weight"][1] + tensors["bias"])


def logits(op: Any, z: Values, tensors: dict[str, Values]) -> Values:
    n, f = z.shape
    result = np.zeros((n, n, op.heads), dtype=object)
    for i in range(n):
        for j in range(n):
            x = z[i] + z[j]
            leaky = np.where(x > 0, x, x * Fraction(op.slope, 16))
            result[i, j] = (leaky.reshape(op.heads, f // op.heads) * tensors["weight"]).sum(-1)
    return round_all(result, op.output)


def softmax(op: Any, z: Values, e: Values, mask: Values, tensors: dict[str, Values]) -> Values:
    def entry(table: str, x: Fraction, address: Any) -> Fraction:
        return tensors[table][int(rounded(x, address) * Fraction(2) ** address.fraction)]

    result = np.full(z.shape, Fraction(0), dtype=object)
    real = [j for j, bit in enumerate(mask) if bit]
    for i in range(len(z)):
        for c in range(z.shape[1]):
            row = e[i, :, c * op.heads // z.shape[1]]
            if real:
                top = max(row[j] for j in real)
                p = {j: entry("exponential", top - row[j], op.argument) for j in real}
                r = entry("reciprocal", sum(p.values(), Fraction(0)), op.denominator)
                result[i, c] = r * sum((p[j] * z[j, c] for j in real), Fraction(0))
    return round_all(result, op.output)


def probabilities(op: Any, s: Values, tensors: dict[str, Values]) -> Values:
    def entry(table: str, x: Fraction, address: Any) -> Fraction:
        return tensors[table][int(rounded(x, address) * Fraction(2) ** address.fraction)]

    e = np.array([entry("exponential", max(s) - x, op.argument) for x in s], dtype=object)
    return round_all(e * entry("reciprocal", sum(e, Fraction(0)), op.denominator), op.output)


def join(op: Any, x: Values, y: Values, _: dict[str, Values]) -> Values:
    return round_all(np.concatenate([x, y], -1), op.output)


def columns(op: Any, x: Values, _: dict[str, Values]) -> Values:
    return round_all(x[..., op.first : op.first + op.count], op.output)


def round_all(x: Values, to: Any) -> Values:
    return np.vectorize(lambda value: rounded(Fraction(value), to), otypes=[object])(x)


def act(op: Any, y: Values) -> Values:
    return round_all(np.maximum(y, Fraction(0)) if op.relu else y, op.output)


FORMULAS: dict[str, Callable[..., Values]] = {
    "SignedLog": signed_log,
    "PairLog": pair_log,
    "Intervals": intervals,
    "CompleteGraph": complete,
    "KnnGraph": knn,
    "Dense": dense,
    "PairDense": edges,
    "EdgeDense": edges,
    "Activation": activation,
    "NeighbourMean": mean,
    "AffineMean": affine_mean,
    "MaskedMeanPool": mean,
    "NeighbourMax": largest,
    "MaskedMaxPool": largest,
    "VectorUpdate": vector_update,
    "Skip": lambda op, x, y, _: round_all(x + y, op.output),
    "Product": lambda op, x, y, _: round_all(x * y, op.output),
    "Join": join,
    "Rescale": rescale,
    "PairLogits": logits,
    "SoftmaxMean": softmax,
    "ClassSoftmax": probabilities,
    "Residual": residual,
    "ConstituentSum": lambda op, x, _: round_all(x.sum(0), op.output),
    "ConstituentMax": lambda op, x, _: round_all(x.max(0), op.output),
    "FlatConstituents": lambda op, x, _: round_all(x.reshape(-1), op.output),
    "Columns": columns,
}
#: operators whose formulas are in test_formulas.py, test_angular_dots.py and those of words of a link
NPELICAN = {
    "ConstituentMask", "DotProducts", "TriggerDots", "LogDots", "RowSums", "JetRow",
    "PuppiAxis", "PuppiFeatures", "PuppiLog", "PuppiSort",
    "LinEq2to2", "LinEq2to2Rows", "LinEq2to2Rounded", "LinEq2to0", "LinEq2to2N", "LinEq2to0N",
}  # fmt: skip
NETWORKS = dict(every_network()) | {"foreign": random_foreign()}


def fractions(x: FixedArray) -> Values:
    """The same values as exact rationals."""
    return x.raw.astype(object) * (Fraction(1) / Fraction(2) ** x.fraction)


def events(network: Network, count: int, seed: int = 0) -> FixedArray:
    """Random jets, or any numbers of the input type where the network does not read jets."""
    precision = network.input_type
    if isinstance(network.form, GivenFeatures):
        shape = (count, *network.input_shape)
        raw = np.random.default_rng(seed).integers(precision.lowest, precision.highest + 1, shape)
    else:
        raw = from_real(random_jets(count, network.input_shape[0], seed=seed), precision)
    return FixedArray(raw, precision.fraction)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_stage_equals_its_formula(name: str) -> None:
    network: Network = NETWORKS[name]
    stages = network.reference(events(network, 8, seed=4))
    for event in range(8):
        for node in network.nodes:
            if node.operator.op_type in NPELICAN:
                continue
            inputs = [fractions(stages[i])[event] for i in node.inputs]
            tensors = {key: fractions(tensor.values) for key, tensor in node.tensors.items()}
            expected = FORMULAS[node.operator.op_type](node.operator, *inputs, tensors)
            np.testing.assert_array_equal(
                fractions(stages[node.name])[event], expected, err_msg=f"{node.name}, event {event}"
            )


def test_the_networks_use_every_operator_and_their_scores_vary() -> None:
    used = {node.operator.op_type for network in NETWORKS.values() for node in network.nodes}
    assert used >= set(FORMULAS)
    # weights in registers: tests/ops/test_registers.py
    assert set(FORMULAS) | NPELICAN | {"RewritableDense"} == set(OPERATORS)
    for network in NETWORKS.values():
        outputs = network.reference(events(network, 300))[network.output.name].raw
        assert len(np.unique(outputs.reshape(len(outputs), -1), axis=0)) > 8


@pytest.mark.parametrize("name", ["mixed", "hidden"])
def test_permuting_constituents_changes_nothing(name: str) -> None:
    """With a complete graph; nearest neighbours are the same as long as no distances are equal."""
    network = NETWORKS[name]
    n = network.input_shape[0]
    jets = random_jets(200, n)
    rng = np.random.default_rng(0)
    shuffled = np.stack([jet[rng.permutation(n)] for jet in jets])
    given = [
        FixedArray(from_real(x, network.input_type), network.input_type.fraction) for x in (jets, shuffled)
    ]
    scores = [network.reference(x)["score"].raw for x in given]
    assert (scores[0] == scores[1]).mean() >= (1.0 if name == "mixed" else 0.8)
