"""Rows of the tables of routed designs and of their stages."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fpgajet.rtl.design import Circuit
from studies.rtl.stages import ModelStage, kinds_of, routed_stages
from studies.rtl.timing_evidence import KEY
from studies.tables.rows import write_table

COLUMNS = (
    *KEY, "latency_cycles", "lut", "ff", "dsp", "fmax_mhz_low", "fmax_mhz", "fmax_mhz_high", "seeds", "latency_ns",
    "critical_stage", "critical_operators", "wires", "model_period_ns", "model_stage", "jets", "differences", "cpu_s",
    "outcome",
)  # fmt: skip
STAGE_COLUMNS = (
    *KEY, "stage", "model_ns", "model_path", "cells", "products", "fan_out", "data_ns", "control_ns", "bits",
)  # fmt: skip
COMMAND = "python scripts/route_designs.py table, with options for single rows"


def folder_of(design: Mapping[str, Any], work: Path) -> Path:
    """Where a design lies."""
    wanted = design["stages"]
    name = f"{design['model']}-{design['constituents']}-ii{design['ii']}" + (f"-s{wanted}" if wanted else "")
    return work / name


def stage_rows(
    design: Mapping[str, Any], circuit: Circuit, stages: list[ModelStage], report: dict[str, Any]
) -> list[dict[str, Any]]:
    """Every stage, by the model and by the router."""
    pairs = zip(stages, routed_stages(report, circuit), strict=True)
    return [
        {name: design[name] for name in KEY} | {
            "stage": number, "model_ns": round(model.delay_ns, 3), "model_path": kinds_of(circuit, model.path),
            "cells": model.cells, "products": model.products, "fan_out": model.fan_out,
            "data_ns": round(routed.data_ns, 3), "control_ns": round(routed.control_ns, 3), "bits": routed.bits,
        }
        for number, (model, routed) in enumerate(pairs)
    ]  # fmt: skip


def replace_rows(path: Path, new: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Write rows to a table in the place of those of the same designs."""
    if not new:
        return
    replaced = {_key(row) for row in new}
    kept = [row for row in read_rows(path) if _key(row) not in replaced]
    rows = [{name: row.get(name, "") for name in columns} for row in [*kept, *new]]
    write_table(path, rows, COMMAND)


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(key, "")) for key in KEY)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of the table, none if there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
