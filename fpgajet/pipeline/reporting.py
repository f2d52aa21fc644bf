"""From the files of a build to its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from pydantic import ValidationError

from fpgajet.devices import Budget
from fpgajet.devices import budget as budget_named
from fpgajet.devices import part as part_named
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.errors import BadInput
from fpgajet.estimate import VerdictRow, verdict
from fpgajet.estimate.verdict import physics_rows, rate_rows
from fpgajet.files import read_json
from fpgajet.graph.collapse import collapsed
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.class_report import class_physics
from fpgajet.pipeline.foreign_report import foreign_model, foreign_physics
from fpgajet.pipeline.implementations import IMPLEMENTATIONS
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import SYNTHESIS, altered, path_digest
from fpgajet.pipeline.routed_rows import routed_rows
from fpgajet.pipeline.shared_report import registers_in, shared_model
from fpgajet.report import Report, curves_of, stages_of, write_html, write_json, write_markdown
from fpgajet.report.model import Metrics
from quant.metrics import mass_warnings, mass_window

#: In the place of metrics where several classifiers share their features.
NO_PHYSICS = "each classifier has a task of its own: `fpgajet eval` measures the run of each"


def refresh_report(artefacts: Artefacts, *, force: bool = False) -> Report:
    """Write ``report.json``, ``report.md`` and ``report.html`` from what the stages left in the build directory.

    Args:
        force: write it although files were changed after the build; the report then names them.

    Raises:
        BadInput: one of these files is damaged, or not the one that the build made and not ``force``; the message
            says which command writes it again.
    """
    build = artefacts.directory
    changed = altered(build.root)
    if changed and not force:
        raise BadInput(
            f"not what the build made, by the hashes in {build.record}: {', '.join(changed)}. `fpgajet build`, given "
            f"the same options, makes its files again, and `fpgajet synth` makes {SYNTHESIS}; `fpgajet report "
            "--force` writes a report that names them."
        )
    vendor = _vendor_rows(build)
    try:
        content = _content(artefacts, vendor)
        content["reproducibility"]["altered"] = changed
        report = Report.build(content)
    except BadInput as error:
        raise BadInput(
            f"{build.root}: {error} `fpgajet build`, given the same options, writes what is damaged again."
        ) from error
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        BadZipFile,
    ) as error:
        # The files of stages have no schemas of their own: whatever is wrong in one shows here.
        raise BadInput(
            f"the results in {build.root} are damaged ({type(error).__name__}: {error}). `fpgajet build`, given the "
            "same options, writes them again."
        ) from error
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
    foreign, shared = "file" in record["stages"], "runs" in record["stages"]
    rows = [_row(build.estimate, row) for row in estimate["hardware"]]
    if "cells" in record["stages"]:
        rows.append(_row(build.cells, read_json(build.cells)))
    rows += vendor
    rows += routed_rows(build)
    physics = foreign_physics(build, record) if foreign else {"data": NO_PHYSICS}
    if not foreign and not shared:
        physics = _physics(build, record)
    judged = verdict(_judged(rows), budget, part, estimate["constituents"])
    rate = [] if foreign or shared else _rate_rows(build, budget)
    judged = replace(judged, rows=(*judged.rows, *_physics_rows(budget, physics), *rate))
    describe = foreign_model if foreign else shared_model if shared else _model
    return {
        "model": describe(artefacts) | registers_in(artefacts),
        "physics": physics,
        "hardware": rows,
        "operators": estimate["operators"],
        "budget": budget.model_dump(),
        "verdict": judged.as_dict(),
        "certificate": _certificate(build),
        "boosts": read_json(build.boosts) if build.boosts.is_file() and not (foreign or shared) else None,
        "explanation": read_json(build.explanation) if "explanation" in record["stages"] else None,
        "reproducibility": {
            "command": record["command"],
            "versions": {"fpgajet": record["fpgajet"], **record["versions"]},
            "hashes": record["inputs"],
            "seeds": {
                "edge_vectors": settings["seed"],
                **({} if foreign else {"training": artefacts.checkpoint.config.training.seed}),
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


def _physics_rows(budget: Budget, physics: dict[str, Any]) -> list[VerdictRow]:
    """What the budget asks of the quantised model, which in a build of a foreign file is any row."""
    rows = (row for row in physics.values() if isinstance(row, dict) and "accuracy" in row)
    row = physics["quantised"] if "quantised" in physics else next(rows, {})
    rejection = f"inverse_background_efficiency_{round(100 * budget.at_signal_efficiency)}"
    pairs = [(row.get(name), row.get(f"{name}_error")) for name in ("auc", rejection)]
    return physics_rows(budget, *pairs)


def _rate_rows(build: BuildDirectory, budget: Budget) -> list[VerdictRow]:
    """The rate that the budget allows, against that of the quantised model."""
    rate = read_json(build.physics)["jets"].get("rate")
    return rate_rows(
        budget, (rate["khz"], rate["error_khz"]) if rate else None, rate["where"] if rate else ""
    )


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


def _physics(build: BuildDirectory, record: dict[str, Any]) -> dict[str, Any]:
    content = read_json(build.physics)
    jets = content.pop("jets")
    if "classes" in jets:
        return class_physics(content, jets, Path(record["settings"]["jets"]).name)
    rows = {
        name: {"accuracy": None} | {key: row[key] for key in Metrics.model_fields if key in row}
        for name, row in content.items()
    }
    name, qcd = Path(record["settings"]["jets"]).name, jets["total"] - jets["signal"]
    data = f"{name}, {jets['signal']:,} signal and {qcd:,} background jets"
    titles = {key: entry.title for key, entry in IMPLEMENTATIONS.physics().items() if key in rows}
    return rows | {
        "warnings": mass_warnings(rows),
        "jets": jets["total"],
        "data": data,
        "sample": jets.get("sample", ""),
        "seen_in_training": jets.get("seen"),
        "curves": _curves(build, window="jet_mass" in rows),
        "titles": titles,
    }


def _curves(build: BuildDirectory, *, window: bool) -> dict[str, dict[str, list[float]]]:
    """ROC curves and score histograms, from the scores of the real jets."""
    rows = IMPLEMENTATIONS.physics().items()
    keys = {"float": "float"} | {key: entry.name for key, entry in rows if entry.curve}
    with np.load(build.scores) as arrays:
        label = arrays["label"]
        scores = {name: arrays[key] for name, key in keys.items() if key in arrays}
        if window:
            scores["jet_mass"] = mass_window(label, arrays["mass"]).scores
    return {name: curves_of(values, label) for name, values in scores.items()}


def _certificate(build: BuildDirectory) -> dict[str, Any]:
    content = read_json(build.certificate)
    keys = ("implementations", "total_events", "total_differences", "distinct_scores")
    first = content["first_differences"]
    return {key: content[key] for key in keys} | {
        "events_by_kind": content["events"],
        "first_difference": first[0] if first else None,
        "proofs": content.get("proofs", []),
        "weights": content.get("weights", {}),
        "decision": content.get("decision", {}),
    }
