"""What open tools placed and routed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fpgajet.devices.open_parts import board
from fpgajet.files import read_json
from studies.docs_tables.markers import ROOT, markdown, rows_of, thousands

DESIGNS = "docs/results/routed.csv"


def routed() -> str:
    """Every design that was routed, or did not fit; those with another number of stages have a table of their own."""
    lines = []
    for row in rows_of(DESIGNS):
        if row["stages"]:
            continue
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


def sweep() -> str:
    """Designs that were routed with several numbers of pipeline stages."""
    rows = rows_of(DESIGNS)
    swept = {(row["model"], row["constituents"], row["ii"], row["target"]) for row in rows if row["stages"]}
    own = [row for row in rows if (row["model"], row["constituents"], row["ii"], row["target"]) in swept]
    lines = [
        [f"`{row['model']}`", row["constituents"], row["ii"], row["target"], row["latency_cycles"],
         "" if row["stages"] else "yes", row["fmax_mhz"], f"{float(row['latency_ns']):.0f}", thousands(row["lut"]),
         thousands(row["ff"]), row["model_period_ns"]]
        for row in sorted(own, key=lambda row: (row["model"], int(row["latency_cycles"])))
    ]  # fmt: skip
    return markdown(
        ["model", "N", "II", "<part", "stages", "<model's choice", "MHz", "latency (ns)", "LUT4", "FF", "model (ns)"],
        lines,
    )  # fmt: skip


def timing() -> str:
    """What the comparison of the delay model with the routers found."""
    content = read_json(ROOT / "docs" / "results" / "routed-timing.json")
    targets = [name for name in content if isinstance(content[name], dict)]
    lines = [[name, *(figure(content[target]) for target in targets)] for name, figure in _FIGURES.items()]
    return markdown(["what", *targets], lines)


def _shown(*names: str) -> Callable[[dict[str, Any]], str]:
    """A figure, with two decimals if it has any, found by its names from the outside in; empty where there is none."""

    def figure(found: dict[str, Any]) -> str:
        value: Any = found
        for name in names:
            value = value.get(name, {}) if isinstance(value, dict) else {}
        return f"{value:.2f}" if isinstance(value, float) else str(value) if isinstance(value, int) else ""

    return figure


def _line(found: dict[str, Any]) -> str:
    stages = found["stages"]
    return f"{stages['offset_ns']:.2f} + {stages['slope']:.2f} x" if "slope" in stages else ""


_FIGURES: dict[str, Callable[[dict[str, Any]], str]] = {
    "designs": _shown("designs", "designs"),
    "period by the router / by the model, median": _shown("designs", "router_per_model", "median"),
    "... lowest": _shown("designs", "router_per_model", "lowest"),
    "... highest": _shown("designs", "router_per_model", "highest"),
    "rank correlation of the periods": _shown("designs", "rank_correlation"),
    "designs whose slowest stage by the model is the router's": _shown("designs", "same_slowest_stage"),
    "... is among the router's three slowest": _shown("designs", "among_three_slowest"),
    "delay by the model of the router's slowest stage / of the model's, lowest": _shown(
        "designs", "lowest_model_share_of_slowest"
    ),
    "latest clock enable or reset / latest data, highest": _shown("designs", "highest_control_share"),
    "stages": _shown("stages", "stages"),
    "rank correlation of the stages": _shown("stages", "rank_correlation"),
    "straight line (ns), x by the model": _line,
    "... rms of what is left (ns)": _shown("stages", "rms_ns"),
    "... mean of what is left: stages with a table (ns)": _shown(
        "stages", "left_ns", "with a table", "mean_ns"
    ),
    "... with saturation": _shown("stages", "left_ns", "with saturation", "mean_ns"),
    "... of sums alone": _shown("stages", "left_ns", "sums alone", "mean_ns"),
    "... rank correlation with the fan-out": _shown("stages", "left_against", "fan_out"),
    "... with the number of cells": _shown("stages", "left_against", "cells"),
    "a sum on the longest path costs (ns)": _shown("stages", "cost_ns", "Sum"),
    "... a distance, two sums in the model": _shown("stages", "cost_ns", "Distance"),
    "... a table": _shown("stages", "cost_ns", "Table"),
    "... a saturation": _shown("stages", "cost_ns", "Limit"),
    "... the register, with its wires": _shown("stages", "cost_ns", "register"),
}


def bitstreams() -> str:
    """Bitstreams of whole boards."""
    lines = []
    for row in rows_of("docs/results/board-bitstreams.csv"):
        design = [f"`{row['model']}`", f"`board-{row['board']}`", f"`{row['command']}`"]
        spent = [
            row["cpu_s"],
            row["wall_s"],
            f"{float(row['load_before']):.0f} - {float(row['load_after']):.0f}",
        ]
        if not row["lut"]:
            lines.append([*design, "", "", "", "", *spent, row["outcome"]])
            continue
        clock = f"{float(row['fmax_mhz']):.0f} of {board(row['board']).clock_mhz:g}"
        lines.append(
            [
                *design,
                thousands(row["lut"]),
                thousands(row["ff"]),
                row["dsp"],
                clock,
                *spent,
                f"`{row['outcome']}`",
            ]
        )
    return markdown(
        ["model", "<board", "<command", "LUT4", "FF", "DSP", "MHz of what is needed", "CPU (s)", "wall (s)", "load",
         "<made"],
        lines,
    )  # fmt: skip


def proof() -> str:
    """Netlists that were proved equal to their Verilog, or not."""
    lines = [
        [f"`{row['model']}`", row["constituents"], row["ii"], row["target"], row["clocks"], thousands(row["pairs"]),
         thousands(row["unproved"]), "yes" if row["proved"] == "True" else "no", row["cpu_s"]]
        for row in rows_of("docs/results/routed-proof.csv")
    ]  # fmt: skip
    return markdown(
        [
            "model",
            "N",
            "II",
            "<part",
            "clocks of the induction",
            "bits compared",
            "not shown equal",
            "<proved",
            "CPU (s)",
        ],
        lines,
    )


def trial() -> str:
    """The host program against the simulated board."""
    content = read_json(ROOT / "docs" / "results" / "board-trial.json")
    lines = [
        [title, thousands(content[line]["jets"]), content[line]["differences"], content[line]["frames_repeated"],
         ", ".join(f"{name}: {count}" for name, count in content[line]["faults"].items()) or "none"]
        for line, title in (("clean", "clean"), ("bad", "damages bytes"))
    ]  # fmt: skip
    return markdown(["line", "jets", "scores that differ", "frames sent again", "<named by the host"], lines)


BOARDS: dict[str, Callable[[], str]] = {
    "board-trial": trial,
    "routed": routed,
    "routed-proof": proof,
    "routed-sweep": sweep,
    "routed-timing": timing,
    "board-bitstreams": bitstreams,
}
