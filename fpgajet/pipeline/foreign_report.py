"""What the report of a foreign ONNX file holds in the place of what a checkpoint knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgajet.files import read_json
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.foreign_events import RANDOM
from fpgajet.pipeline.implementations import FOREIGN_IMPLEMENTATIONS
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.report import stages_of
from fpgajet.report.model import Metrics


def foreign_model(artefacts: Artefacts) -> dict[str, Any]:
    """The section ``model``: names and types of the network, and what it was compared with."""
    network, tensors = artefacts.network, [t for n in artefacts.network.nodes for t in n.tensors.values()]
    return {
        "name": network.name,
        "architecture": "foreign ONNX file",
        "constituents": network.input_shape[0],
        "parameters": sum(tensor.values.raw.size for tensor in tensors),
        "types": {name: str(precision) for name, precision in network.types().items()},
        "stages": stages_of(network),
        **read_json(artefacts.directory.yardstick),
    }


def foreign_physics(build: BuildDirectory, record: dict[str, Any]) -> dict[str, Any]:
    """The section ``physics``; without rows where the events have no labels."""
    if "physics" not in record["stages"]:
        name = record["settings"]["jets"]
        return {"data": name if name == RANDOM else f"{Path(name).name}, without labels"}
    content = read_json(build.physics)
    jets = content.pop("jets")
    rows = {
        name: {key: row[key] for key in Metrics.model_fields if key in row} for name, row in content.items()
    }
    counts = ", ".join(f"{count:,} of class {k}" for k, count in enumerate(jets["counts"]))
    titles = {key: entry.title for key, entry in FOREIGN_IMPLEMENTATIONS.physics().items() if key in rows}
    data = f"{Path(record['settings']['jets']).name}, {counts}"
    return rows | {"jets": jets["total"], "data": data, "titles": titles}
