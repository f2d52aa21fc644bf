"""The front that a search over nanoPELICANs found."""

from __future__ import annotations

from collections.abc import Callable

from studies.docs_tables.markers import markdown, rows_of, thousands

TRIALS = "docs/results/search-npelican/search.csv"
#: trials below are no better than a window of the jet mass
LEAST_AUC = 0.955
MOST_ROWS = 15


def front() -> str:
    """Trials of the front with the highest AUC on validation jets."""
    found = [row for row in rows_of(TRIALS) if row["front"] == "true" and float(row["auc"]) > LEAST_AUC]
    cells = [
        [
            row["run"], row["constituents"], row["hidden"], row["input.form"], row["ii"],
            f"{float(row['auc']):.4f} ± {float(row['auc_error']):.4f}", f"{float(row['auc_test']):.4f}",
            f"{thousands(row['lut'])} ({thousands(row['lut_low'])} - {thousands(row['lut_high'])})", row["dsp"],
            f"{float(row['latency']):.0f} ({float(row['latency_low']):.0f} - {float(row['latency_high']):.0f})",
            row["verdict"],
        ]
        for row in sorted(found, key=lambda row: -float(row["auc"]))[:MOST_ROWS]
    ]  # fmt: skip
    headings = [
        "run", "N", "C", "<input", "II", "AUC, validation", "AUC, test", "LUT", "DSP", "latency (ns)", "<verdict",
    ]  # fmt: skip
    return markdown(headings, cells)


SEARCH: dict[str, Callable[[], str]] = {"search-front": front}
