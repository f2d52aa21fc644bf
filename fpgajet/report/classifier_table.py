"""The table of several classifiers with common features."""

from __future__ import annotations

from fpgajet.report.model import Report
from fpgajet.report.tables import Cell, Table, table_of
from fpgajet.report.words import number


def classifier_table(report: Report) -> Table:
    """What is computed once for all, and what there is for each classifier; empty where there is only one."""
    features, found = report.model.features, report.model.classifiers
    if features is None or not found:
        return table_of((), ())
    rows: list[tuple[Cell | str, ...]] = [
        (
            "features, once for all",
            f"{len(features.stages)} stages",
            "",
            "",
            f"{features.parameters:,}",
            number(features.lut),
        )
    ]
    rows += [
        (
            one.run,
            Cell(one.stage, code=True),
            one.scores,
            Cell(one.type, code=True),
            f"{one.parameters:,}",
            number(one.lut),
        )
        for one in found
    ]
    return table_of(("run", "stage", "score", "type", "parameters", "LUT (estimate)"), rows)
