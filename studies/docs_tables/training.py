"""Tables about training: what size, bits, inputs, symmetry and removed pieces change."""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import mean

from fpgajet.report.words import measured
from studies.docs_tables.markers import ROOT, markdown, rows_of, span, thousands


def compression() -> str:
    """Every step of one run of ``fpgajet compress``."""
    cells = []
    for row in rows_of("docs/results/compress.csv"):
        step = (
            "as given" if row["method"] == "given" else f"{row['method']}, {row['detail'].replace('%', ' %')}"
        )
        lut = f"{thousands(row['lut'])} ({span(row['lut_low'], row['lut_high'])})"
        aucs = [f"{float(row[key]):.4f}" for key in ("auc_float", "auc")]
        background = f"{float(row['inverse_background_efficiency_30']):.0f}"
        cells.append([step, row["parameters"], *aucs, background, lut, row["latency_cycles"]])
    headings = [
        "step",
        "parameters",
        "AUC float",
        "AUC quantised",
        "1/ε_B at 0.3",
        "LUT (80 % range)",
        "cycles",
    ]
    return markdown(headings, cells)


def float_n80() -> str:
    """Float models at N = 80 beside the published ones."""
    cells = []
    for row in rows_of("docs/results/float-n80.csv"):
        name = f"nPELICAN{'_N' if row['alpha'] == '1' else ''}, C = {row['hidden']}"
        ours = [f"{float(row['auc']):.4f}", f"{float(row['inverse_background_efficiency_30']):.0f}"]
        published = [row["published_auc"], row["published_rejection_30"]]
        cells.append([name, row["parameters"], *ours, *published])
    headings = ["model", "parameters", "AUC", "1/ε_B at 0.3", "published AUC", "published 1/ε_B"]
    return markdown(headings, cells)


def few_bits() -> str:
    """Float and 6-bit AUC over N and C, all seeds."""
    groups: dict[tuple[int, int], list[dict[str, str]]] = {}
    for row in rows_of("docs/results/few-bits.csv"):
        groups.setdefault((int(row["constituents"]), int(row["hidden"])), []).append(row)
    cells = []
    for (size, hidden), rows in sorted(groups.items()):
        floats, quantised = ([float(row[f"{key}_auc"]) for row in rows] for key in ("float", "quantised"))
        losses = [a - b for a, b in zip(floats, quantised, strict=True)]
        published = float(rows[0]["published_float_auc"]) - float(rows[0]["published_quantised_auc"])
        spread = [
            f"{mean(values):.4f} ({span(min(values), max(values), 4)})" for values in (floats, quantised)
        ]
        figures = [f"{value:.4f}" for value in (mean(losses), max(losses), published)]
        cells.append([size, hidden, *spread, *figures])
    headings = [
        "N", "C", "float: mean (lowest - highest seed)", "6 bits: mean (lowest - highest)", "loss, mean",
        "loss, worst seed", "published loss",
    ]  # fmt: skip
    return markdown(headings, cells)


def input_forms() -> str:
    """AUC behind input forms of fewer bits, without training again: float and 6-bit."""
    forms = ("momenta", "trigger", "log")
    found = {
        (
            row["form"],
            int(row["bits"]),
        ): f"{float(row['auc_inputs_only']):.4f} / {float(row['auc_6_bit']):.4f}"
        for row in rows_of("docs/results/input-forms.csv")
    }
    sizes = sorted({bits for _, bits in found})
    cells = [[bits, *(found.get((form, bits), "-") for form in forms)] for bits in sizes]
    return markdown(["bits per constituent", "four-momenta", "trigger", "log"], cells)


def detector_modes() -> str:
    """One float network on jets of other detector modes."""
    names = {
        "delphes-atlas": "delphes-atlas (trained on)",
        "truth": "truth particles",
        "level1": "Level-1 units, 32 constituents",
    }
    content = json.loads((ROOT / "docs/results/detector-modes.json").read_text(encoding="utf-8"))
    cells = [
        [names[row["mode"]], f"{row['auc']:.4f} ± {row['auc_error']:.4f}", f"{row['accuracy']:.4f}",
         f"{row['inverse_background_efficiency_30']:.0f}", f"{row['auc_of_the_mass']:.4f}"]
        for row in content["rows"]
    ]  # fmt: skip
    return markdown(["mode", "AUC", "accuracy", "1/ε_B at 0.3", "AUC of the mass"], cells)


def semi_equivariance() -> str:
    """VecNets of about equal size with other shares of channels."""
    cells = [
        [f"{row['scalar']}/{row['vector']}/{row['hidden']}", f"{float(row['auc']):.4f}",
         f"{float(row['inverse_background_efficiency_30']):.0f}", thousands(round(float(row["lut"]), -3)), row["dsp"],
         row["latency_ns"]]
        for row in rows_of("docs/results/semi-equivariance.csv")
    ]  # fmt: skip
    headings = [
        "scalar / vector / hidden",
        "AUC",
        "1/ε_B at 0.3",
        "LUT (estimate)",
        "DSP (estimate)",
        "ns (estimate)",
    ]
    return markdown(headings, cells)


def vecnet_ablation() -> str:
    """AUC of VecNets with one kind of channels exchanged between jets."""
    found: dict[str, dict[str, str]] = {}
    for row in rows_of("docs/results/vecnet-ablation.csv"):
        cell = measured(float(row["auc"]), float(row["auc_error"]))
        found.setdefault(row["model"], {})[row["exchanged"]] = cell
    kinds = ("none", "scalar", "vector", "hidden")
    cells = [[f"`{model}`", *(row.get(kind, "-") for kind in kinds)] for model, row in found.items()]
    return markdown(["model", "AUC as it is", "without scalar", "without vector", "without hidden"], cells)


def teacher() -> str:
    """nanoPELICAN with a teacher and without, seed by seed, behind the teacher itself."""
    cells = []
    for row in rows_of("docs/results/teacher.csv"):
        weight = row["teacher_weight"] and f"{float(row['teacher_weight']):g}"
        aucs = [row[key] and f"{float(row[key]):.4f}" for key in ("auc_float", "auc_quantised")]
        cells.append([f"`{row['model']}`", row["seed"] or "-", weight or "-", aucs[0], aucs[1] or "-"])
    return markdown(["model", "seed", "weight of the teacher", "AUC float", "AUC quantised"], cells)


TRAINING: dict[str, Callable[[], str]] = {
    "compression": compression,
    "float-n80": float_n80,
    "few-bits": few_bits,
    "input-forms": input_forms,
    "detector-modes": detector_modes,
    "semi-equivariance": semi_equivariance,
    "vecnet-ablation": vecnet_ablation,
    "teacher": teacher,
}
