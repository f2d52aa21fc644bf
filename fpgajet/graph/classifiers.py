"""Several classifiers on the same features as one network: the features once, then one layer for each classifier.

The last layer of a network is its classifier, everything before it computes features. Networks whose features are the
same integers, types and wiring become one network, whatever their family.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType
from fpgajet.ops.dense import Dense
from fpgajet.ops.elementwise import Join
from fpgajet.ops.network import Network, Node
from fpgajet.quoting import identifier

#: name of the stage with all scores, and beginning of the names of the stages before it
SCORES, SCORE, JOINED = "scores", "score_", "scores_"


@dataclass(frozen=True)
class Classifier:
    """Scores of one classifier within the last stage of a network.

    Attributes:
        name: of the stage that computes them. first, count: which scores they are. type: of that stage.
    """

    name: str
    first: int
    count: int
    type: FixedType


def classifier_stage(run: str) -> str:
    """Name of the stage with the scores of a run."""
    return f"{SCORE}{identifier(run)}"


def with_classifiers(networks: Mapping[str, Network]) -> Network:
    """One network that computes the features once and all classifiers.

    Args:
        networks: by name of the run, at least two.

    Returns:
        A network whose last stage has the scores of all, in this order. Each run's own are the stage
        :func:`classifier_stage`, the same integers as without the others.

    Raises:
        BadInput: the last layer of one is no layer by itself, features differ (the message says in which layer), or two
            runs would have one name.
    """
    if len(networks) < 2:
        raise BadInput("common features need two runs or more.")
    stages = [classifier_stage(run) for run in networks]
    twice = [run for run, stage in zip(networks, stages, strict=True) if stages.count(stage) > 1]
    if twice:
        raise BadInput(f"the runs {' and '.join(twice)} would give outputs of one name: rename a directory.")
    first_run, first = next(iter(networks.items()))
    for run, network in networks.items():
        require_classifier(run, network)
        if other := difference(first, network):
            raise BadInput(
                f"the features of {run} are not those of {first_run}: {other}. Runs share features that were trained "
                "with `fpgajet train --from RUN --freeze features`."
            )
    nodes = list(first.nodes[:-1])
    lasts = [network.output for network in networks.values()]
    nodes += [replace(last, name=stage) for last, stage in zip(lasts, stages, strict=True)]
    kind = _common([last.operator.output for last in lasts])
    joined = stages[0]
    for number, stage in enumerate(stages[1:], 2):
        name = SCORES if number == len(stages) else f"{JOINED}{number}"
        nodes.append(Node(name, Join(kind), (joined, stage)))
        joined = name
    title = "_".join(identifier(run) for run in networks)
    return Network(title, first.input_name, first.input_shape, first.input_type, tuple(nodes), first.form)


def require_classifier(run: str, network: Network) -> None:
    """Check that the last layer of a network is a layer by itself.

    Raises:
        BadInput: it is not.
    """
    if not isinstance(network.output.operator, Dense):
        raise BadInput(
            f"{run} ends with {network.output.operator.op_type}, which is not a layer by itself: its features cannot "
            "be told from its classifier. Networks that end with Dense have both."
        )


def difference(first: Network, second: Network) -> str:
    """In words, the first place where the features of two networks differ; empty where they are equal.

    Compared are the input and, of every layer but the last, operator with all of its types, wiring, and the integers
    and types of its constants. The name of a layer counts, because stages of firmware have it.
    """
    for what in ("input_name", "input_shape", "input_type", "form"):
        one, other = getattr(first, what), getattr(second, what)
        if one != other:
            return f"the {what.replace('_', ' ')} is {other} instead of {one}"
    mine, theirs = first.nodes[:-1], second.nodes[:-1]
    for one, other in zip(mine, theirs, strict=False):
        if found := _node_difference(one, other):
            return f"in the layer {one.name}, {found}"
    if len(mine) != len(theirs):
        extra = max(mine, theirs, key=len)[min(len(mine), len(theirs))]
        return f"only one of them has the layer {extra.name}"
    if first.output.inputs != second.output.inputs:
        return f"the classifier reads {second.output.inputs[0]} instead of {first.output.inputs[0]}"
    return ""


def _node_difference(one: Node, other: Node) -> str:
    if one.name != other.name or type(one.operator) is not type(other.operator):
        return f"which is {other.name} ({other.operator.op_type}) instead of {one.operator.op_type}"
    if one.operator != other.operator:
        fields = [*one.operator.integer_fields(), *one.operator.type_fields()]
        field = next(f for f in fields if getattr(one.operator, f) != getattr(other.operator, f))
        return f"{field} is {getattr(other.operator, field)} instead of {getattr(one.operator, field)}"
    if one.inputs != other.inputs:
        return f"it reads {', '.join(other.inputs)} instead of {', '.join(one.inputs)}"
    for name, tensor in one.tensors.items():
        found = other.tensors[name]
        if tensor.type != found.type:
            return f"the type of {name} is {found.type} instead of {tensor.type}"
        wrong = int(np.sum(tensor.values.raw != found.values.raw))
        if wrong:
            return f"{wrong} of {tensor.values.raw.size} integers of {name} differ"
    return ""


def _common(types: list[FixedType]) -> FixedType:
    """A type that holds every value of all of these: their own, if they are one."""
    if len(set(types)) == 1:
        return types[0]
    fraction = max(kind.fraction for kind in types)
    lowest = min(kind.lowest << (fraction - kind.fraction) for kind in types)
    highest = max(kind.highest << (fraction - kind.fraction) for kind in types)
    return FixedType.holding(lowest, highest, fraction)


def classifiers_of(network: Network) -> tuple[Classifier, ...]:
    """Which scores of the last stage belong to which classifier; a network with one has one."""
    by_name, shapes = {node.name: node for node in network.nodes}, network.shapes()
    leaves, left = [], [network.output.name]
    while left:
        node = by_name[left.pop()]
        if isinstance(node.operator, Join) and node.name.startswith(SCORES):
            left += reversed(node.inputs)
        else:
            leaves.append(node)
    found, first = [], 0
    for node in leaves:
        count = shapes[node.name][-1]
        found.append(Classifier(node.name, first, count, node.operator.output))
        first += count
    return tuple(found)


def features_of(network: Network) -> tuple[str, ...]:
    """Names of the stages that all classifiers share, the input left out."""
    own = {classifier.name for classifier in classifiers_of(network)}
    end = min(number for number, node in enumerate(network.nodes) if node.name in own)
    return tuple(node.name for node in network.nodes[:end])


def features_digest(network: Network) -> str:
    """SHA-256 of everything that :func:`difference` compares; of several classifiers, of their common features."""
    names = set(features_of(network))
    found = hashlib.sha256(
        repr((network.input_name, network.input_shape, network.input_type, network.form)).encode()
    )
    for node in network.nodes:
        if node.name in names:
            found.update(repr((node.name, node.operator, node.inputs)).encode())
            for name, tensor in sorted(node.tensors.items()):
                found.update(repr((name, tensor.type, tensor.values.raw.shape)).encode())
                found.update(np.ascontiguousarray(tensor.values.raw, dtype="<i8").tobytes())
    return found.hexdigest()
