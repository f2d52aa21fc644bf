"""Tables about the shipped taggers: physics with its errors beside hardware with its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from math import sqrt
from typing import Any

from fpgajet.report.words import measured
from studies.docs_tables.firmware import CELLS
from studies.docs_tables.markers import ROOT, markdown, rows_of, span, thousands

#: Test jets of every zoo entry of nanoPELICAN and VecNet, half of them signal.
PER_CLASS = 30_000
#: The published firmware with the fewest LUTs at N = 16.
PUBLISHED = "16p-best-lut"


def auc_error(auc: float, per_class: int = PER_CLASS) -> float:
    """Standard error of an AUC of as many signal as background jets (Hanley and McNeil 1982, eq. 1)."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (per_class - 1) * (q1 + q2 - 2 * auc**2)
    return sqrt(spread) / per_class


def rejection(value: float, per_class: int = PER_CLASS) -> str:
    """1/eps_B with the error that the number of accepted background jets gives."""
    return f"{value:.0f} ± {value * sqrt(value / per_class):.0f}"


def results() -> str:
    """README: physics and hardware of the taggers at N = 16."""
    smallest = {row["model"]: row for row in rows_of("docs/data/rtl_smallest.csv")}
    shared = {(row["model"], row["ii"]): row for row in rows_of("docs/data/rtl_intervals.csv")}
    shared |= {(row["model"], row["ii"]): row for row in rows_of("docs/data/rtl_messages.csv")}
    chosen = [
        ("four-momenta", smallest["npelican-n16-c2"]),
        ("pT, eta, phi *", smallest["npelican-n16-c2-trigger"]),
        ("log2 pT, eta, phi *", smallest["npelican-n16-c2-log"]),
        ("log2 pT, eta, phi *", shared["npelican-n16-c2-log", "3"]),
        ("four-momenta, aligned *", shared["vecnet-n16-s8", "6"]),
    ]
    cells: list[list[object]] = []
    for inputs, row in chosen:
        metrics = _model(row["model"])["metrics"]["quantised"]
        cells.append(
            [f"`{row['model']}`", inputs, _with_error(metrics["auc"]),
             rejection(metrics["inverse_background_efficiency_30"]), row["ii"], thousands(row["lut"]), row["dsp"],
             span(row["latency_ns_low"], row["latency_ns_high"]), CELLS]
        )  # fmt: skip
    firmware = rows_of("studies/calibration/npelican_firmware.csv")
    (best,) = (row for row in firmware if row["design"] == PUBLISHED)
    latency = f"{float(best['latency']) * float(best['clock_ns']):.0f}"
    cells.append(
        ["[published nanoPELICAN](studies/calibration/npelican_firmware.csv)", "four-momenta, two beams", "-", "-",
         best["ii"], thousands(best["lut"]), best["dsp"], latency, "Vivado synthesis; latency from Vitis HLS"]
    )  # fmt: skip
    window = _model("npelican-n16-c2")["metrics"]["mass_cut"]["auc"]
    cells.append(["jet-mass window, for comparison", "four-momenta", _with_error(window), *["-"] * 6])
    headings = [
        "tagger",
        "<inputs",
        "AUC",
        "1/ε_B at ε_S = 0.3",
        "II",
        "LUT",
        "DSP",
        "latency (ns)",
        "<evidence",
    ]
    return markdown(headings, cells)


def _model(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (ROOT / "quant" / "zoo" / name / "model.json").read_text(encoding="utf-8")
    )
    return content


def _with_error(auc: float) -> str:
    return f"{auc:.4f} ± {auc_error(auc):.4f}"


def models_for_budgets() -> str:
    """The smallest design of each model at N = 16 that passes each budget."""
    budgets = {
        "cms-p2-ct-l2": "layer 2 (16 jets)",
        "cms-p2-ct-l1": "layer 1 (1 jet)",
        "cms-p2-gt": "global trigger",
    }
    models: dict[str, list[dict[str, str]]] = {}
    for row in rows_of("docs/results/models.csv"):
        if row["constituents"] == "16":
            models.setdefault(row["model"], []).append(row)
    cells = []
    for name, rows in sorted(models.items(), key=lambda pair: -float(pair[1][0]["auc"])):
        auc, background = float(rows[0]["auc"]), float(rows[0]["inverse_background_efficiency_30"])
        fits = [_smallest_pass(rows, budget) for budget in budgets]
        cells.append([f"`{name}`", rows[0]["parameters"], _with_error(auc), rejection(background), *fits])
    headings = [
        "at 16 constituents",
        "parameters",
        "AUC",
        "1/ε_B at 0.3",
        *(f"<{name}" for name in budgets.values()),
    ]
    return markdown(headings, cells)


def _smallest_pass(rows: list[dict[str, str]], budget: str) -> str:
    passing = [
        (_instances(row[budget]) * int(row["lut"]), row) for row in rows if row[budget].startswith("pass")
    ]
    if not passing:
        return "none"
    _, row = min(passing, key=lambda pair: pair[0])
    instances, _, clock = row[budget].partition(" at ")
    lut = thousands(round(int(row["lut"]), -3))
    several = f"{_instances(instances)} x " if _instances(instances) > 1 else ""
    return f"II {row['ii']}, {several}{lut} LUT" + (f", {clock}" if clock else "")


def _instances(verdict: str) -> int:
    """How many copies of the tagger a verdict such as ``pass x3 at 280 MHz`` is about."""
    found = re.search(r" x(\d+)", verdict)
    return int(found[1]) if found else 1


def pile_up() -> str:
    """AUC and rate of taggers with and without pile-up, trained with and without it."""
    cells = []
    for row in rows_of("docs/results/pile-up.csv"):
        rate = measured(1000 * float(row["rate_khz"]), 1000 * float(row["rate_error_khz"]))
        auc = measured(float(row["auc"]), float(row["auc_error"]))
        trained = f"{row['trained_on']}, {thousands(row['train_jets'])} jets"
        cells.append([f"`{row['model']}`", trained, row["pile_up"], auc, rate, row["threshold"]])
    headings = ["tagger", "<trained on", "interactions", "AUC", "rate at ε_S = 0.8 (Hz)", "threshold"]
    return markdown(headings, cells)


def pile_up_jets() -> str:
    """Means of jets with and without pile-up, and the mass window."""
    cells = []
    for row in rows_of("docs/results/pile-up-jets.csv"):
        means = [
            measured(float(row[f"{name}_{key}"]), float(row[f"{name}_{key}_error"]))
            for key in ("constituents", "mass", "pt")
            for name in ("QCD", "top")
        ]
        windows = [
            measured(float(row[f"mass_window_auc_{n}"]), float(row[f"mass_window_auc_{n}_error"]))
            for n in (32, 16)
        ]
        cells.append([row["pile_up"], *means, *windows])
    headings = [
        "interactions", "candidates, QCD", "top", "mass (GeV), QCD", "top", "pT (GeV), QCD", "top",
        "AUC of the mass window, 32", "16",
    ]  # fmt: skip
    return markdown(headings, cells)


TAGGERS: dict[str, Callable[[], str]] = {
    "results": results,
    "models-for-budgets": models_for_budgets,
    "pile-up": pile_up,
    "pile-up-jets": pile_up_jets,
}
