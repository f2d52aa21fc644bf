"""``fpgajet weights``: the classifier of another run as writes to the registers of a firmware."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, Mismatch
from fpgajet.files import write_json
from fpgajet.fixed import from_real
from fpgajet.graph.classifiers import (
    Classifier,
    classifier_stage,
    classifiers_of,
    difference,
    features_digest,
    features_of,
    require_classifier,
)
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Tensor
from fpgajet.ops.registers import Register, register_values, registers_of, with_values
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.events import sample_events
from fpgajet.pipeline.paths import existing_build
from fpgajet.rtl.write.weights import COMMITS, WEIGHTS
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network
from quant.zoo import resolve

#: Events on which scores with the new weights are compared with those of the run.
EVENTS = 2_000
#: The way out for a run whose classifier has other types than the registers.
KEPT_TYPES = (
    "Train with `--from` and `--freeze types`, which keeps the types of the classifier too, or build again."
)


@dataclass(frozen=True)
class Writes:
    """What to write.

    Attributes:
        document: content of the file. path: where it lies. compared: events with the scores of the run.
    """

    document: dict[str, Any]
    path: Path
    compared: int


def weight_writes(
    build_dir: Path, run: str | Path, classifier: str | None = None, out: Path | None = None
) -> Writes:
    """Turn the classifier of a run into writes to the registers of a build, and write them to a file.

    Args:
        build_dir: of `fpgajet build --rewritable`. run: directory or name in the zoo.
        classifier: name of the run or stage that gives way, where the firmware has several.
        out: file; by default ``weights/RUN.json`` in the build.

    Raises:
        BadInput: no registers in this build, other features, another number of scores, or weights that do not fit.
        Mismatch: the firmware's reference with these weights does not have the scores of the run.
        CannotWrite: the file cannot be written.
    """
    build = Artefacts(existing_build(build_dir))
    network = build.network
    if not registers_of(network):
        raise BadInput(f"{build_dir} has no weights in registers: build it with `--rewritable`.")
    checkpoint = open_checkpoint(resolve(run))
    name, given = checkpoint.path.resolve().name, built_network(checkpoint)
    require_classifier(name, given)
    place = _chosen(network, classifier)
    if other := difference(alone(network, place), given):
        raise BadInput(
            f"the features of {name} are not those of {build_dir}: {other}. A new build is needed."
        )
    raw = raw_weights(network, place, given, name)
    compared = _compared(with_values(network, raw), place, given, sample_events(build.network, EVENTS), name)
    own = [register for register in registers_of(network) if register.node == place.name]
    writes: list[dict[str, Any]] = [
        {"address": k, "data": int(raw[k]) & ((1 << register.bits) - 1), "bits": register.bits, "name": text}
        for register in own
        for k, text in enumerate(register.names(), register.first)
    ]
    document: dict[str, Any] = {
        "schema_version": 1,
        "run": name,
        "weights_sha256": checkpoint.config.weights_sha256,
        "features_sha256": features_digest(network),
        "classifier": place.name,
        "compared_events": compared,
        "writes": writes,
    }
    document["axi_lite"] = [
        *(
            [f"0x{WEIGHTS + 4 * k:08x}", f"0x{int(raw[k]) & 0xFFFFFFFF:08x}"]
            for k in (w["address"] for w in writes)
        ),
        [f"0x{COMMITS:08x}", "0x00000001"],
    ]
    path = build_dir / "weights" / f"{name}.json" if out is None else out
    write_json(path, document)
    return Writes(document, path, compared)


def alone(network: Network, classifier: Classifier) -> Network:
    """The features and one classifier."""
    names = {*features_of(network), classifier.name}
    return replace(network, nodes=tuple(node for node in network.nodes if node.name in names))


def raw_weights(network: Network, place: Classifier, given: Network, run: str) -> NDArray[np.int64]:
    """All registers [registers] with the weights of a run in those of one classifier.

    Raises:
        BadInput: another number or type of scores, or a weight that its register cannot hold.
    """
    mine, theirs = alone(network, place).output, given.output
    for what in ("width", "relu", "output"):
        one, other = getattr(mine.operator, what), getattr(theirs.operator, what)
        if one != other:
            words = {"width": "scores", "relu": "ReLU", "output": "type of the score"}[what]
            raise BadInput(
                f"the classifier of {run} has another {words} than the firmware: {other}, not {one}."
                + (f" {KEPT_TYPES}" if what == "output" else "")
            )
    raw = register_values(network)
    for register in registers_of(network):
        if register.node == place.name:
            values = _fitting(register, theirs.tensors[register.tensor], run)
            raw[register.first : register.first + register.count] = values.ravel()
    return raw


def _fitting(register: Register, tensor: Tensor, run: str) -> NDArray[np.int64]:
    """The values of a tensor in the type of its registers."""
    kind, shift = register.values.type, register.values.type.fraction - tensor.type.fraction
    values = tensor.values.raw << max(shift, 0)
    step = 1 << max(-shift, 0)
    found = values // step
    wrong = (values % step != 0) | (found < kind.lowest) | (found > kind.highest)
    if wrong.any():
        place = int(np.flatnonzero(wrong.ravel())[0])
        value = tensor.values.real.ravel()[place]
        raise BadInput(
            f"{register.names()[place]} is {value:g} in {run}, which {kind} does not hold (steps of {kind.lsb:g}, "
            f"{kind.lowest * kind.lsb:g} to {kind.highest * kind.lsb:g}); so for {int(wrong.sum())} of {wrong.size} "
            f"values. {KEPT_TYPES}"
        )
    return found


def _chosen(network: Network, name: str | None) -> Classifier:
    found = {one.name: one for one in classifiers_of(network)}
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    for stage in () if name is None else (name, classifier_stage(name)):
        if stage in found:
            return found[stage]
    raise BadInput(f"name the classifier whose weights are replaced: --classifier {' or '.join(found)}.")


def _compared(
    network: Network, place: Classifier, given: Network, features: NDArray[np.float32], run: str
) -> int:
    """Events on which the firmware's reference, with other weights, has the scores of a run."""
    raw = FixedArray(from_real(features, network.input_type), network.input_type.fraction)
    mine, theirs = network.reference(raw)[place.name], given.reference(raw)[given.output.name]
    if not np.array_equal(mine.real, theirs.real):
        raise Mismatch(
            f"with the weights of {run}, the firmware does not have its scores. Please report this."
        )
    return len(features)
