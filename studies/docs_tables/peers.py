"""The tables of docs/peers.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studies.docs_tables.markers import markdown, rows_of
from studies.peers.lengths import EBOPS
from studies.peers.tables import at_equal_gain, at_equal_lut

SOURCE, LENGTHS = "docs/results/peers.csv", "docs/results/peers_lengths.csv"
NONE = "-"


def rows(many: bool) -> list[dict[str, Any]]:
    """Rows of two classes, or of more, with numbers where the comparison needs them."""
    found: list[dict[str, Any]] = [dict(row) for row in rows_of(SOURCE) if (row["classes"] != "2") == many]
    for row in found:
        row |= {key: float(row[key]) for key in ("lut", "auc", "accuracy")}
    return found


def hardware(many: bool = False) -> str:
    """What each network reaches, and what it takes."""
    headings = (
        "model", "tool", "N", "seed", "accuracy" if many else "AUC", "LUT", "DSP", "FF", "cycles", "clock (MHz)",
        "bits per weight",
    )  # fmt: skip
    gain = "accuracy" if many else "auc"
    return markdown(
        headings,
        [
            (
                f"`{row['model']}`", row["tool"], row["constituents"], row["seed"],
                f"{row[gain]:.4f} ± {float(row[f'{gain}_error']):.4f}", _lut(row), row["dsp"] or NONE,
                f"{int(row['ff']):,}", row["cycles"], _clock(row), row["weight_bits"] or NONE,
            )
            for row in rows(many)
        ],
    )  # fmt: skip


def _lut(row: dict[str, Any]) -> str:
    by = "" if row["lut_by"] == "Yosys" else f" ({row['lut_by']})"
    return f"{row['lut']:,.0f}{by}"


def _clock(row: dict[str, Any]) -> str:
    if not row["period_low_ns"]:
        return NONE
    return f"{1000 / float(row['period_high_ns']):.0f} - {1000 / float(row['period_low_ns']):.0f}"


def checks(many: bool = False) -> str:
    """Whether symmetries hold, whether what was trained is what the Verilog does, and how long was trained."""
    headings = (
        "model", "LUT", "jets moved by a permutation", "rotation", "boost", "RTL - emulator", "emulator - training",
        "training jets", "epochs", "CPU s",
    )  # fmt: skip
    return markdown(
        headings,
        [
            (
                f"`{row['model']}`", _lut(row), f"{float(row['permuted']):.1%}",
                f"{float(row['rotation']):.3f}", f"{float(row['boost']):.3f}",
                *(_of(row, f"{what}_differences") for what in ("emulator", "training")),
                f"{int(row['train_jets']):,}", *(row[key] or NONE for key in ("epochs", "train_cpu_s")),
            )
            for row in rows(many)
        ],
    )  # fmt: skip


def _of(row: dict[str, Any], key: str) -> str:
    return f"{int(row[key]):,} of {int(row['simulated']):,}" if row[key] else NONE


def equal(many: bool = False) -> str:
    """Ours against the front of HGQ2's networks with as many constituents."""
    gain = "accuracy" if many else "auc"
    name = "accuracy" if many else "AUC"
    body = []
    for row in rows(many):
        if row["tool"] != "fpgajet":
            continue
        peers = [
            other
            for other in rows(many)
            if other["tool"] == "HGQ2" and other["constituents"] == row["constituents"]
        ]
        there = at_equal_lut(peers, row["lut"], gain)
        cheap = at_equal_gain(peers, row[gain], gain)
        body.append(
            (
                f"`{row['model']}`", _lut(row), f"{row[gain]:.4f}",
                "none so small" if there is None else f"{there:.4f}",
                "not reached" if cheap is None else f"{cheap:,.0f}",
                NONE if cheap is None else f"{row['lut'] / cheap:.2f}",
            )
        )  # fmt: skip
    headings = (
        "model", "LUT", name, f"{name} of HGQ2's at equal LUT", f"LUT of HGQ2's at equal {name}",
        "our LUT / theirs",
    )  # fmt: skip
    return markdown(headings, body)


def trainings() -> str:
    """What longer trainings and more jets give at equal EBOPs."""
    limits = [f"auc_{limit}" for limit in EBOPS]
    headings = (
        "model",
        "seed",
        "training jets",
        "epochs",
        "CPU s",
        *(f"{limit:,}" for limit in EBOPS),
        "any",
    )
    return markdown(
        headings,
        [
            (
                f"`{row['model']}`", row["seed"], f"{int(row['train_jets']):,}", row["epochs"], row["cpu_s"],
                *(f"{float(row[key]):.4f}" if row[key] else NONE for key in (*limits, "best")),
            )
            for row in rows_of(LENGTHS)
        ],
    )  # fmt: skip


PEERS: dict[str, Callable[[], str]] = {
    "peers": hardware,
    "peers-checks": checks,
    "peers-equal": equal,
    "peers-trainings": trainings,
    "peers-five": lambda: hardware(True),
    "peers-five-checks": lambda: checks(True),
    "peers-five-equal": lambda: equal(True),
}
