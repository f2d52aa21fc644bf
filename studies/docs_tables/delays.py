"""Delays of families, how well they describe routed designs, and designs that were placed by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fpgajet.devices.delays import DEFAULT_DELAYS, delays_of
from fpgajet.files import read_json
from studies.docs_tables.markers import ROOT, markdown, rows_of, thousands
from studies.rtl.delay_fit import FITTED

FIT = ROOT / "docs" / "results" / "delay-fit.json"
BEFORE, AFTER = "docs/results/routed.csv", "docs/results/rerouted.csv"
#: Wanted at N = 8 and 16, with intervals of 1, 3 and 6 clocks.
MODELS = ("npelican-n16-c2-log", "npelican-n16-c2-trigger", "npelican-n16-c2")
_WORDS = {
    "register_ns": "a stage with nothing in it",
    "doubling_ns": "... more for each doubling of the cells above 100",
    "level_ns": "a level of look-up tables",
    "gate_ns": "a gate beside others",
    "limit_ns": "a saturation with its mask",
    "table_ns": "a table of as many bits as a look-up table has inputs",
    "adder_ns": "a sum of two, without its chain",
    "carry8_ns": "... 8 bits of chain",
    "distance_ns": "a distance, without its chains",
    "product_ns": "a product between registers",
    "margin_ns": "margin",
}
_FIGURES: dict[str, tuple[str, ...]] = {
    "designs": ("designs",),
    "stages": ("stages",),
    "rank correlation of the stages": ("rank_correlation_of_stages",),
    "rms of the stages about the model (ns), after one factor": ("rms_after_one_factor_ns",),
    "... rank correlation of what is left with the fan-out": ("rank_correlation_of_the_rest_with_fan_out",),
    "slowest stage by the router / by the model, lowest": ("router_per_model", "lowest"),
    "... median": ("router_per_model", "median"),
    "... highest": ("router_per_model", "highest"),
    "... highest / lowest": ("router_per_model", "highest_per_lowest"),
    "the model's slowest stage is the router's": ("same_slowest_stage",),
    "... is among the router's three slowest": ("among_three_slowest",),
    "the router's slowest stage is within the margin": ("within_margin",),
}


def missing() -> str:
    """A sentence: which of the designs that the table should have are not there."""
    there = {(row["model"], row["constituents"], row["ii"]) for row in rows_of(BEFORE) if not row["stages"]}
    wanted = [(model, size, ii) for size in ("8", "16") for model in MODELS for ii in ("6", "3", "1")]
    left = [f"`{model}` N = {size} II {ii}" for model, size, ii in wanted if (model, size, ii) not in there]
    return f"{len(wanted) - len(left)} of {len(wanted)} wanted designs are there. Missing: {', '.join(left) or 'none'}."


def values() -> str:
    """What a cell costs, by family."""
    families = [delays_of(name) for name in (DEFAULT_DELAYS, "ecp5")]
    names = (*FITTED, "margin_ns")
    lines = [[_WORDS[name], *(f"{getattr(family, name):.2f}" for family in families)] for name in names]
    return markdown(["ns", *(family.name for family in families)], lines)


def fit() -> str:
    """Delays of UltraScale+ against those of ECP5, on designs that were fitted and on others."""
    content = read_json(FIT)
    columns = [content[when][half] for half in ("judged", "fitted") for when in ("before", "after")]
    lines = [[title, *(_shown(column, path) for column in columns)] for title, path in _FIGURES.items()]
    header = ["what", "others: UltraScale+", "others: ECP5", "fitted: UltraScale+", "fitted: ECP5"]
    return markdown(header, lines)


def _shown(column: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value: Any = column
    for name in path:
        value = value[name]
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _design(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("model", "constituents", "ii", "target", "clock_mhz", "stages"))


def rerouted() -> str:
    """Designs that were placed for the same clock by both."""
    before = {_design(row): row for row in rows_of(BEFORE) if row["outcome"] == "routed"}
    lines = []
    for row in rows_of(AFTER):
        old = before.get(_design(row))
        if old is None:
            continue
        named = [f"`{row['model']}`", row["constituents"], row["ii"], f"{float(row['clock_mhz']):g}"]
        pairs = [f"{old[name]} → {row[name]}" for name in ("latency_cycles",)]
        pairs += [f"{thousands(old[name])} → {thousands(row[name])}" for name in ("lut", "ff")]
        pairs += [f"{float(old[name]):.0f} → {float(row[name]):.0f}" for name in ("fmax_mhz", "latency_ns")]
        lines.append([*named, *pairs])
    return markdown(
        ["model", "N", "II", "placed for (MHz)", "cycles", "LUT4", "FF", "MHz", "latency (ns)"], lines
    )


def sweep() -> str:
    """Designs with several numbers of stages, all placed by the delays of their family."""
    rows = rows_of(AFTER)
    swept = {_design(row)[:-1] for row in rows if row["stages"]}
    own = [row for row in rows if _design(row)[:-1] in swept]
    best = {key: max(float(row["fmax_mhz"]) for row in own if _design(row)[:-1] == key) for key in swept}
    lines = [
        [f"`{row['model']}`", row["constituents"], row["ii"], row["latency_cycles"], "" if row["stages"] else "yes",
         row["fmax_mhz"], f"{float(row['fmax_mhz']) / best[_design(row)[:-1]]:.0%}", f"{float(row['latency_ns']):.0f}",
         thousands(row["ff"])]
        for row in sorted(own, key=lambda row: (row["model"], int(row["constituents"]), int(row["latency_cycles"])))
    ]  # fmt: skip
    header = ["model", "N", "II", "stages", "<model's choice", "MHz", "of the best", "latency (ns)", "FF"]
    return markdown(header, lines)


DELAYS: dict[str, Callable[[], str]] = {
    "delay-values": values,
    "delay-fit": fit,
    "routed-missing": missing,
    "rerouted": rerouted,
    "rerouted-sweep": sweep,
}
