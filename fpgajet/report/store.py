"""``report.json``: write and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgajet import files
from fpgajet.errors import BadInput
from fpgajet.report.model import Report


def as_json(report: Report) -> Any:
    """The report as plain data with the published keys."""
    return report.model_dump(mode="json", by_alias=True)


def write_json(report: Report, target: Path) -> None:
    """Write the report as JSON, atomically."""
    files.write_json(target, as_json(report))


def read_report(source: Path) -> Report:
    """Read ``report.json``, or the one in a build directory.

    Raises:
        BadInput: missing, not JSON, not a report of this schema version, a value out of range, or no hardware row.
    """
    source = Path(source)
    path = source / "report.json" if source.is_dir() else source
    content = files.read_json(path)
    try:
        report = Report.build(content)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error
    if not report.hardware:
        raise BadInput(f"{path} has no row in its hardware table: there is nothing to compare.")
    return report
