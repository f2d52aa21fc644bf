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
    lines: list[list[Any]] = []
    for heading, value in _FIGURES.items():
        lines.append(
            [heading, *(value(content[target]["designs"], content[target]["stages"]) for target in targets)]
        )
    return markdown(["what", *targets], lines)


def _cost(kind: str) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    return lambda designs, stages: _shown(stages["cost_ns"].get(kind))


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


_FIGURES: dict[str, Callable[[dict[str, Any], dict[str, Any]], str]] = {
    "designs": lambda designs, stages: str(designs["designs"]),
    "period by the router / by the model, median": lambda d, s: _shown(d["router_per_model"]["median"]),
    "... lowest and highest": lambda d, s: (
        f"{d['router_per_model']['lowest']:.2f} - {d['router_per_model']['highest']:.2f}"
    ),
    "rank correlation of the periods": lambda d, s: _shown(d["rank_correlation"]),
    "designs whose slowest stage by the model is the router's": lambda d, s: str(d["same_slowest_stage"]),
    "... is among the router's three slowest": lambda d, s: str(d["among_three_slowest"]),
    "router's slowest stage by the model, least share of the slowest there": lambda d, s: (
        f"{d['lowest_model_share_of_slowest']:.0%}"
    ),
    "latest clock enable against the latest data, at most": lambda d, s: f"{d['highest_control_share']:.0%}",
    "stages": lambda d, s: str(s["stages"]),
    "rank correlation of the stages": lambda d, s: _shown(s["rank_correlation"]),
    "straight line: ns + slope x model": lambda d, s: f"{s['offset_ns']:.2f} + {s['slope']:.2f} x",
    "... rms of what is left (ns)": lambda d, s: _shown(s["rms_ns"]),
    "... mean of what is left, stages with a table (ns)": lambda d, s: _shown(
        s["left_ns"].get("with a table", {}).get("mean_ns")
    ),
    "... stages with saturation (ns)": lambda d, s: _shown(
        s["left_ns"].get("with saturation", {}).get("mean_ns")
    ),
    "... stages of sums alone (ns)": lambda d, s: _shown(s["left_ns"].get("sums alone", {}).get("mean_ns")),
    "... rank correlation with the fan-out": lambda d, s: _shown(s["left_against"]["fan_out"]),
    "... with the cells of the stage": lambda d, s: _shown(s["left_against"]["cells"]),
    "cost of a table on the longest path (ns)": _cost("Table"),
    "... of a sum": _cost("Sum"),
    "... of a saturation": _cost("Limit"),
    "... of registers and wires": _cost("register"),
}


def bitstreams() -> str:
    """Bitstreams of whole boards."""
    lines = []
    for row in rows_of("docs/results/board-bitstreams.csv"):
        design = [f"`{row['model']}`", f"`board-{row['board']}`"]
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
        ["model", "<board", "LUT4", "FF", "DSP", "MHz of what is needed", "CPU (s)", "wall (s)", "load", "<made"], lines
    )  # fmt: skip


def proof() -> str:
    """Netlists that were proved equal to their Verilog, or not."""
    lines = [
        [f"`{row['model']}`", row["constituents"], row["ii"], row["target"], thousands(row["pairs"]),
         thousands(row["unproved"]), "yes" if row["proved"] == "True" else "no", row["cpu_s"]]
        for row in rows_of("docs/results/routed-proof.csv")
    ]  # fmt: skip
    return markdown(
        ["model", "N", "II", "<part", "bits compared", "not shown equal", "<proved", "CPU (s)"], lines
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
