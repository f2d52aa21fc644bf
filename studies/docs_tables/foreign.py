"""What becomes of public ONNX files."""

from __future__ import annotations

from collections.abc import Callable

from studies.docs_tables.markers import markdown, rows_of


def files() -> str:
    """One row per file."""
    return markdown(
        ["<file", "<estimate", "<build"],
        [
            [f"`{row['repository']}/{row['file']}`", row["estimate"], row["build"]]
            for row in rows_of("docs/results/foreign.csv")
        ],
    )


FOREIGN: dict[str, Callable[[], str]] = {"foreign-files": files}
