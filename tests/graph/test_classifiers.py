"""Several classifiers on common features: equal scores, and what is refused, whatever the family."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType
from fpgajet.graph.classifiers import (
    classifiers_of,
    difference,
    features_of,
    with_classifiers,
)
from fpgajet.graph.export import export
from fpgajet.graph.load import load
from fpgajet.ops import Dense
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from tests.networks import random_network, t
from tests.vecnets import random_affine, random_events, random_lorentznet

WIDE = t("ap_fixed<12,4,AP_RND_CONV,AP_SAT>")


def with_classifier(network: Network, seed: int, output: FixedType, width: int = 1) -> Network:
    """The same features, other weights of the last layer."""
    rng, last = np.random.default_rng(seed), network.output
    tensors = {}
    for name, tensor in last.tensors.items():
        shape = (width, *tensor.values.raw.shape[1:])
        raw = rng.integers(tensor.type.lowest, tensor.type.highest + 1, shape)
        tensors[name] = Tensor(FixedArray.of_type(raw, tensor.type), tensor.type)
    node = Node("score", Dense(output, width, 0), last.inputs, tensors)
    return replace(network, nodes=(*network.nodes[:-1], node))


@pytest.mark.parametrize("make", [random_events, random_lorentznet, random_affine])
def test_scores_are_those_of_each_alone(make: Any) -> None:
    first = make()
    kind = first.output.operator.output
    networks = {
        "runs-a": first,
        "b": with_classifier(first, 1, kind),
        "c": with_classifier(first, 2, WIDE, 3),
    }
    whole = load(export(with_classifiers(networks)))
    assert [(c.name, c.first, c.count, c.type) for c in classifiers_of(whole)] == [
        ("score_runs_a", 0, 1, kind), ("score_b", 1, 1, kind), ("score_c", 2, 3, WIDE)
    ]  # fmt: skip
    assert features_of(whole) == tuple(node.name for node in first.nodes[:-1])
    assert len(whole.nodes) == len(first.nodes) - 1 + 3 + 2
    rng, given = np.random.default_rng(3), first.input_type
    raw = FixedArray(rng.integers(given.lowest, given.highest + 1, (300, *first.input_shape)), given.fraction)
    found = whole.reference(raw)
    expected = [network.reference(raw)["score"] for network in networks.values()]
    assert len(np.unique(expected[0].raw)) > 5
    for stage, score in zip(("score_runs_a", "score_b", "score_c"), expected, strict=True):
        np.testing.assert_array_equal(found[stage].raw, score.raw)
    np.testing.assert_array_equal(found["scores"].real, np.concatenate([s.real for s in expected], -1))


def test_one_classifier_is_the_whole_score() -> None:
    network = random_events()
    (only,) = classifiers_of(network)
    assert (only.name, only.first, only.count) == ("score", 0, 1)


def changed(network: Network, stage: str, **changes: Any) -> Network:
    nodes = [replace(node, **changes) if node.name == stage else node for node in network.nodes]
    return Network(
        network.name,
        network.input_name,
        network.input_shape,
        network.input_type,
        tuple(nodes),
        network.form,
    )


def test_the_layer_that_differs_is_named() -> None:
    first = random_events()
    nodes = {node.name: node for node in first.nodes}
    weight = nodes["message1"].tensors["weight"]
    other = weight.values.raw.copy()
    other[0, 1] += 1 if other[0, 1] < weight.type.highest else -1
    tensors = dict(nodes["message1"].tensors)
    tensors["weight"] = Tensor(FixedArray.of_type(other, weight.type), weight.type)
    own = nodes["own1"].operator
    coarse = replace(own, output=replace(own.output, fraction=own.output.fraction - 1))
    kinds = dict(nodes["own1"].tensors)
    narrow = replace(weight.type, fraction=weight.type.fraction - 1)
    kinds["weight"] = Tensor(FixedArray.of_type(kinds["weight"].values.raw, narrow), narrow)
    cases = {
        "in the layer message1, 1 of 12 integers of weight differ": changed(first, "message1", tensors=tensors),
        "in the layer own1, output is": changed(first, "own1", operator=coarse),
        "in the layer own1, the type of weight is": changed(first, "own1", tensors=kinds),
        "in the layer own2, it reads own1 instead of h1": changed(first, "own2", inputs=("own1",)),
        "the input shape is": random_events(n=5),
        "in the layer h0, which is edges": random_affine(),
    }  # fmt: skip
    for message, network in cases.items():
        assert message in difference(first, network)
        with pytest.raises(BadInput, match=r"the features of b are not those of a: .*--freeze features"):
            with_classifiers({"a": first, "b": network})
    assert difference(first, with_classifier(first, 5, WIDE)) == ""


def test_what_cannot_share_is_refused() -> None:
    first = random_events()
    with pytest.raises(BadInput, match="two runs or more"):
        with_classifiers({"a": first})
    with pytest.raises(BadInput, match="outputs of one name"):
        with_classifiers({"a-b": first, "a_b": first})
    pelican = random_network()
    with pytest.raises(BadInput, match="ends with LinEq2to0"):
        with_classifiers({"a": pelican, "b": pelican})
