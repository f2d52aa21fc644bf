"""From the files of a build to its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from fpgajet.devices import budget as budget_named
from fpgajet.devices import part as part_named
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.errors import BadInput
from fpgajet.estimate import verdict
from fpgajet.files import read_json
from fpgajet.graph.collapse import collapsed
from fpgajet.pipeline.context import Artefacts
from fpgajet.pipeline.foreign_events import RANDOM
from fpgajet.pipeline.implementations import FOREIGN_IMPLEMENTATIONS, IMPLEMENTATIONS
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import path_digest
from fpgajet.report import Report, curves_of, stages_of, write_html, write_json, write_markdown
from fpgajet.report.model import Metrics
from quant.metrics import mass_window


def refresh_report(artefacts: Artefacts) -> Report:
    """Write ``report.json``, ``report.md`` and ``report.html`` from what the stages left in the build directory.

    Raises:
        BadInput: one of these files is damaged; the message says which command writes it again.
    """
    build = artefacts.directory
    vendor = _vendor_rows(build)
    try:
        content = _content(artefacts, vendor)
    except BadInput as error:
        raise BadInput(
            f"{error} `fpgajet build`, given the same options, writes what is damaged again."
        ) from error
    report = Report.build(content)
    write_json(report, build.report.with_suffix(".json"))
    write_markdown(report, build.report)
    write_html(report, build.report.with_suffix(".html"))
    return report


def _vendor_rows(build: BuildDirectory) -> list[HardwareRow]:
    """Figures of a vendor tool, which hold for the project it ran on, and for no later one."""
    if not build.synthesis.is_file():
        return []
    way_out = "Remove it, or write it again with `fpgajet synth`."
    try:
        synthesis = read_json(build.synthesis)
        rows = [HardwareRow.model_validate(row) for row in synthesis["rows"]]
        return rows if synthesis["project"] == path_digest(build.project) else []
    except BadInput as error:
        raise BadInput(f"{error} {way_out}") from error
    except (KeyError, TypeError, ValidationError) as error:
        raise BadInput(f"{build.synthesis} does not hold what `fpgajet synth` writes. {way_out}") from error


def _content(artefacts: Artefacts, vendor: list[HardwareRow]) -> dict[str, Any]:
    build = artefacts.directory
    record = read_json(build.record)
    settings = record["settings"]
    part = part_named(settings["part"])
    # A clock from the command line replaces the preset's in all of the verdict's arithmetic.
    budget = budget_named(settings["budget"]).model_copy(update={"clock_mhz": settings["clock_mhz"]})
    estimate = read_json(build.estimate)
    foreign = "file" in record["stages"]
    rows = [_row(build.estimate, row) for row in estimate["hardware"]]
    if "cells" in record["stages"]:
        rows.append(_row(build.cells, read_json(build.cells)))
    rows += vendor
    return {
        "model": _foreign_model(artefacts) if foreign else _model(artefacts),
        "physics": _foreign_physics(build, record) if foreign else _physics(build, record),
        "hardware": rows,
        "operators": estimate["operators"],
        "budget": budget.model_dump(),
        "verdict": verdict(_judged(rows), budget, part, estimate["constituents"]).as_dict(),
        "certificate": _certificate(build),
        "boosts": read_json(build.boosts) if build.boosts.is_file() and not foreign else None,
        "reproducibility": {
            "command": record["command"],
            "versions": {"fpgajet": record["fpgajet"], **record["versions"]},
            "hashes": record["inputs"],
            "seeds": {
                "edge_vectors": settings["seed"],
                **_training_seed(artefacts, foreign),
            },
            "stage_seconds": {name: stage["seconds"] for name, stage in record["stages"].items()},
            "created": max(stage["finished"] for stage in record["stages"].values()),
        },
    }


#: Levels that a verdict may rest on, the most trustworthy first. Not hls-csynth: it over-counts LUTs.
JUDGED = ("vivado-implementation", "vivado-synthesis", "rtl-synthesis", "model")


def _row(source: Path, content: Any) -> HardwareRow:
    """A hardware row from the file of a stage.

    Raises:
        BadInput: it is not one.
    """
    try:
        return HardwareRow.model_validate(content)
    except ValidationError as error:
        raise BadInput(f"{source} does not hold a hardware row as this version writes it.") from error


def _judged(rows: list[HardwareRow]) -> HardwareRow:
    """The row that the verdict rests on: the best level at which everything was counted."""
    complete = {row.level: row for row in rows if row.lut is not None}
    row = next(complete[level] for level in JUDGED if level in complete)
    ends = row.intervals.get("period_ns")
    if row.period_ns is not None or ends is None:
        return row
    return row.model_copy(update={"period_ns": sum(ends) / 2})


def _model(artefacts: Artefacts) -> dict[str, Any]:
    network, config = artefacts.network, artefacts.checkpoint.config
    return {
        "name": network.name,
        "architecture": config.architecture,
        "constituents": config.constituents,
        "channels": config.model.channels,
        "parameters": config.parameters,
        "parameters_absorbed": config.parameters_absorbed,
        "types": {name: str(precision) for name, precision in network.types().items()},
        "stages": stages_of(network),
        "collapsed": collapsed(network),
    }


def _foreign_model(artefacts: Artefacts) -> dict[str, Any]:
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


def _training_seed(artefacts: Artefacts, foreign: bool) -> dict[str, int]:
    return {} if foreign else {"training": artefacts.checkpoint.config.training.seed}


def _foreign_physics(build: BuildDirectory, record: dict[str, Any]) -> dict[str, Any]:
    """Where the events have labels."""
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


def _physics(build: BuildDirectory, record: dict[str, Any]) -> dict[str, Any]:
    content = read_json(build.physics)
    jets = content.pop("jets")
    rows = {
        name: {"accuracy": None} | {key: row[key] for key in Metrics.model_fields if key in row}
        for name, row in content.items()
    }
    name, qcd = Path(record["settings"]["jets"]).name, jets["total"] - jets["signal"]
    data = f"{name}, {jets['signal']:,} signal and {qcd:,} background jets"
    titles = {key: entry.title for key, entry in IMPLEMENTATIONS.physics().items() if key in rows}
    return rows | {
        "jets": jets["total"],
        "data": data,
        "sample": jets.get("sample", ""),
        "curves": _curves(build),
        "titles": titles,
    }


def _curves(build: BuildDirectory) -> dict[str, dict[str, list[float]]]:
    """ROC curves and score histograms, from the scores of the real jets."""
    rows = IMPLEMENTATIONS.physics().items()
    keys = {"float": "float"} | {key: entry.name for key, entry in rows if entry.curve}
    with np.load(build.scores) as arrays:
        label = arrays["label"]
        scores = {name: arrays[key] for name, key in keys.items() if key in arrays}
        scores["jet_mass"] = mass_window(label, arrays["mass"]).scores
    return {name: curves_of(values, label) for name, values in scores.items()}


def _certificate(build: BuildDirectory) -> dict[str, Any]:
    content = read_json(build.certificate)
    keys = ("implementations", "total_events", "total_differences", "distinct_scores")
    first = content["first_differences"]
    return {key: content[key] for key in keys} | {
        "events_by_kind": content["events"],
        "first_difference": first[0] if first else None,
    }
