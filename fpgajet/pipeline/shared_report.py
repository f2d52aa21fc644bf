"""What the report of a build with common features says about them."""

from __future__ import annotations

from typing import Any

from fpgajet.files import read_json
from fpgajet.graph.classifiers import classifier_stage, classifiers_of, features_of
from fpgajet.graph.collapse import collapsed
from fpgajet.ops.registers import register_types
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.report import stages_of
from quant.checkpoint import open_checkpoint


def shared_model(artefacts: Artefacts) -> dict[str, Any]:
    """The section ``model``: what is common, and which score is that of which run."""
    network, build = artefacts.network, artefacts.directory
    runs = {classifier_stage(p.name): (p.name, open_checkpoint(p).config) for p in build.runs.iterdir()}
    features = set(features_of(network))
    estimated = read_json(build.estimate)["operators"]
    luts = {row["name"]: row["lut"] for row in estimated}
    classifiers, own = [], []
    for found in classifiers_of(network):
        name, config = runs[found.name]
        node = next(node for node in network.nodes if node.name == found.name)
        own.append(sum(tensor.values.raw.size for tensor in node.tensors.values()))
        classifiers.append(
            {
                "run": name,
                "stage": found.name,
                "first": found.first,
                "count": found.count,
                "type": str(found.type),
                "parameters": own[-1],
                "classes": list(config.model.class_names),
                "weights_sha256": config.weights_sha256,
                "lut": luts.get(found.name),
            }
        )
    config = artefacts.checkpoint.config
    return {
        "name": network.name,
        "architecture": config.architecture,
        "constituents": config.constituents,
        "channels": config.model.channels,
        "parameters": config.parameters - own[0] + sum(own),
        "types": {name: str(precision) for name, precision in network.types().items()},
        "stages": stages_of(network),
        "collapsed": collapsed(network),
        "features": {
            "stages": [node.name for node in network.nodes if node.name in features],
            "parameters": config.parameters - own[0],
            "lut": sum(lut or 0 for name, lut in luts.items() if name in features),
        },
        "classifiers": classifiers,
    }


def registers_in(artefacts: Artefacts) -> dict[str, Any]:
    """How many weights lie in registers; nothing where none do."""
    types = register_types(artefacts.network)
    if not types:
        return {}
    return {"registers": {"weights": len(types), "bits": sum(kind.bits for kind in types)}}
