"""What searches found, one on Slurm beside a local one, what narrowing does, and where look-up tables go."""

from __future__ import annotations

import json
from collections.abc import Callable

from studies.docs_tables.markers import ROOT, markdown, rows_of, thousands

NARROWING, PARTS = "docs/results/narrowing.csv", "docs/results/design-parts.csv"
TRIALS = "docs/results/search-npelican/search.csv"
VECNETS = "docs/results/search-vecnet/search.csv"
SLURM = ROOT / "docs" / "results" / "search-slurm.json"
#: trials below are no better than a window of the jet mass
LEAST_AUC = 0.955
MOST_ROWS = 15


def front() -> str:
    """Trials of the front of nanoPELICANs with the highest AUC on validation jets."""
    return _front(TRIALS, {"constituents": "N", "hidden": "C", "input.form": "<input", "ii": "II"})


def vecnet_front() -> str:
    """The same of VecNets."""
    axes = {
        "constituents": "N",
        "channels": "<channels",
        "iterations": "iterations",
        "neighbours": "neighbours",
    }
    return _front(VECNETS, axes | {"ii": "II"})


def _front(path: str, axes: dict[str, str]) -> str:
    found = [row for row in rows_of(path) if row["front"] == "true" and float(row["auc"]) > LEAST_AUC]
    cells = [
        [
            row["run"], *(row[axis] for axis in axes),
            f"{float(row['auc']):.4f} ± {float(row['auc_error']):.4f}", f"{float(row['auc_test']):.4f}",
            f"{thousands(row['lut'])} ({thousands(row['lut_low'])} - {thousands(row['lut_high'])})", row["dsp"],
            f"{float(row['latency']):.0f} ({float(row['latency_low']):.0f} - {float(row['latency_high']):.0f})",
            row["verdict"],
        ]
        for row in sorted(found, key=lambda row: -float(row["auc"]))[:MOST_ROWS]
    ]  # fmt: skip
    headings = ["AUC, validation", "AUC, test", "LUT", "DSP", "latency (ns)", "<verdict"]
    return markdown(["run", *axes.values(), *headings], cells)


def narrowing() -> str:
    """Greedy narrowing against the last bit of everything."""
    cells = [[row["method"], thousands(row["lut"]), f"{float(row['auc']):.4f}"] for row in rows_of(NARROWING)]
    return markdown(["<method", "LUT (estimate)", "AUC"], cells)


def parts() -> str:
    """Where look-up tables go, a column for each design."""
    rows = rows_of(PARTS)
    models = list(dict.fromkeys(row["model"] for row in rows))
    known = {(row["model"], row["part"]): row for row in rows}
    names = list(dict.fromkeys(row["part"] for row in rows))
    cells = [[name, *(_share(known.get((model, name))) for model in models)] for name in names]
    whole = [thousands(sum(int(row["lut"]) for row in rows if row["model"] == model)) for model in models]
    return markdown(["<part", *(f"`{model}`" for model in models)], [*cells, ["all", *whole]])


def _share(row: dict[str, str] | None) -> str:
    return "-" if row is None else f"{thousands(row['lut'])} ({100 * float(row['share']):.0f} %)"


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


SEARCH: dict[str, Callable[[], str]] = {
    "search-front": front,
    "search-vecnet-front": vecnet_front,
    "search-slurm": on_slurm,
    "narrowing": narrowing,
    "design-parts": parts,
}
