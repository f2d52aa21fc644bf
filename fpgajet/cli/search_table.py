"""The front of a search on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fpgajet.cli.output import console, narrow_table

if TYPE_CHECKING:
    from fpgajet.search.results import Row
    from fpgajet.search.search_settings import SearchSettings


def show(settings: SearchSettings, rows: Sequence[Row]) -> None:
    """Print the front, the best by the first objective first."""
    from fpgajet.search.results import best

    front = best(rows, len(rows), settings)
    counts = Counter(row.state for row in rows)
    states = ", ".join(f"{count} {state}" for state, count in counts.items())
    title = (
        f"{settings.study}: {states}; {sum(row.feasible for row in rows)} feasible, {len(front)} on the front"
    )
    table = narrow_table(title=f"{title}; hardware figures are estimates for {settings.part}")
    for column in (
        "trial",
        "AUC\nvalidation",
        "AUC\ntest",
        "para-\nmeters",
        "LUT\n(80 %)",
        "DSP",
        "II",
        "ns",
        "",
    ):
        table.add_column(column, justify="right", no_wrap=True)
    for row in front:
        figures = {name: float(value or 0.0) for name, value in row.figures.items()}
        table.add_row(
            row.run,
            f"{figures['auc']:.4f}",
            f"{figures['auc_test']:.4f}",
            f"{figures['parameters']:g}",
            f"{figures['lut']:,.0f}\n({figures['lut_low']:,.0f}-{figures['lut_high']:,.0f})",
            f"{figures['dsp']:g}",
            f"{figures['ii']:g}",
            f"{figures['latency']:.1f}",
            row.verdict,
        )
    console.print(table)
