"""What searches found, and one on Slurm beside a local one."""

from __future__ import annotations

import json
from collections.abc import Callable

from studies.docs_tables.markers import ROOT, markdown, rows_of, thousands

TRIALS = "docs/results/search-npelican/search.csv"
SLURM = ROOT / "docs" / "results" / "search-slurm.json"
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


def on_slurm() -> str:
    """Trials of a local search, and the same ones on Slurm."""
    cells = [
        [
            str(row["local"]), str(row["slurm"]), row["job"], ", ".join(map(str, row["lost"])),
            " ".join(str(value) for value in row["params"].values()), f"{row['auc']:.6f}", thousands(row["lut"]),
            "yes" if row["same"] else "NO",
        ]
        for row in json.loads(SLURM.read_text(encoding="utf-8"))["trials"]
    ]  # fmt: skip
    headings = ["trial, local", "trial, Slurm", "job", "killed as", "N, C, bits", "AUC", "LUT", "<same"]
    return markdown(headings, cells)


SEARCH: dict[str, Callable[[], str]] = {"search-front": front, "search-slurm": on_slurm}
