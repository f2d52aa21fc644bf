"""What open tools placed and routed."""

from __future__ import annotations

from collections.abc import Callable

from studies.docs_tables.markers import markdown, rows_of, thousands


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


BOARDS: dict[str, Callable[[], str]] = {"routed": routed}
