"""The table of docs/families.md: the zoo's Deep Set, JEDI-linear and interaction network."""

from __future__ import annotations

from collections.abc import Callable

from studies.docs_tables.markers import markdown, rows_of


def families() -> str:
    """AUC, certificate and estimate of each."""
    rows = [
        (
            f"`{row['model']}`",
            f"{row['parameters']} ({row['free']})",
            f"{row['auc']} ± {row['auc_error']}",
            f"{int(row['differences'])} of {int(row['events']):,} in {row['implementations']}",
            row["ii"],
            f"{int(row['lut_estimate']):,}",
            row["dsp_estimate"],
        )
        for row in rows_of("docs/results/families.csv")
    ]
    headings = (
        "model", "parameters (free)", "AUC", "<differing events", "II", "LUT (estimate)", "DSP (estimate)"
    )  # fmt: skip
    return markdown(headings, rows)


FAMILIES: dict[str, Callable[[], str]] = {"families": families}
