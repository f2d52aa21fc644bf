"""The JSON schema of ``report.json``, published as ``docs/report.schema.json``."""

from __future__ import annotations

from typing import Any

from fpgajet.report.model import SCHEMA_VERSION, Report


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of what :func:`fpgajet.report.write_json` writes."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fpgajet:report:{SCHEMA_VERSION}",
        "title": f"fpgajet report, schema version {SCHEMA_VERSION}",
    }
    return head | {key: value for key, value in schema.items() if key != "title"}
