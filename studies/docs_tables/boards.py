"""Tables about what open tools placed and routed, and about boards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from studies.docs_tables.markers import ROOT, markdown, rows_of, thousands


def routed() -> str:
    """Every design that was routed, or did not fit."""
    lines = []
    for row in rows_of("docs/results/routed.csv"):
        design = [f"`{row['model']}`", row["constituents"], row["ii"], row["target"]]
        if row["outcome"] != "routed":
            lines.append([*design, "", "", "", "", "", "", row["outcome"]])
            continue
        low, middle, high = (float(row[f"fmax_mhz{end}"]) for end in ("_low", "", "_high"))
        clock = f"{middle:.0f}" + (f" ({low:.0f} - {high:.0f})" if row["seeds"] != "1" else "")
        critical = f"{row['critical_stage']}: {row['critical_operators'].replace(' ', ', ')}"
        lines.append(
            [*design, thousands(row["lut"]), thousands(row["ff"]), row["dsp"], clock, row["latency_cycles"],
             f"{float(row['latency_ns']):.0f}", critical]
        )  # fmt: skip
    header = [
        "model",
        "N",
        "II",
        "<part",
        "LUT4",
        "FF",
        "DSP",
        "MHz",
        "cycles",
        "latency (ns)",
        "<critical stage",
    ]
    return markdown(header, lines)


def trial() -> str:
    """The simulated serial port over a clean and over a bad line."""
    found: dict[str, Any] = json.loads((ROOT / "docs/results/board-trial.json").read_text(encoding="utf-8"))
    lines = []
    for line in ("clean", "bad"):
        part = found[line]
        faults = ", ".join(f"{count} x {name}" for name, count in sorted(part["faults"].items()))
        lines.append(
            [
                line,
                f"{part['jets']:,}",
                str(part["differences"]),
                str(part["frames_repeated"]),
                faults or "none",
            ]
        )
    return markdown(["line", "jets", "scores that differ", "frames repeated", "<what the host named"], lines)


BOARDS: dict[str, Callable[[], str]] = {"routed": routed, "board-trial": trial}
