"""The tables of docs/events.md: firmware of networks of events, transfer, and boosted trees beside networks."""

from __future__ import annotations

import json
from collections.abc import Callable

from studies.docs_tables.markers import ROOT, markdown, rows_of, thousands
from studies.docs_tables.taggers import auc_error
from studies.transfer.grid import PAIRS, SIZES, VARIANTS
from studies.transfer.summary import Mean, Point, accuracies, error_reductions

#: models of the zoo that were trained and tested on the jets and events of the boosted trees
SAME = {"jets": ("mlp-n16", "jedi-linear-n16", "deepsets-n16"), "events": ("event-gnn-n6", "event-gat-n6")}


def firmware() -> str:
    """Zoo entries as firmware."""
    rows = [
        (
            f"`{row['model']}`",
            row["parameters"],
            f"{float(row['auc']):.4f} ± {auc_error(float(row['auc']), int(row['test_events']) // 2):.4f}",
            f"{int(row['differences'])} of {int(row['events']):,} in {row['implementations']}",
            row["clock_mhz"],
            row["ii"],
            row["cycles"],
            f"{float(row['latency_ns']):.0f}",
            thousands(row["lut"]),
            thousands(row["ff"]),
            row["dsp"],
            row["verdict"] + (f" ({row['not_passed']})" if row["not_passed"] else ""),
        )
        for row in rows_of("docs/results/events.csv")
    ]
    headings = (
        "model", "parameters", "AUC", "<differing events", "MHz", "II", "cycles", "latency (ns)", "LUT", "FF", "DSP",
        "<verdict",
    )  # fmt: skip
    return markdown(headings, rows)


def transfer() -> str:
    """Accuracy in percent, mean and spread of the seeds, for every network, pair and number of events."""
    rows = rows_of("docs/results/transfer.csv")
    accuracy, reduction = accuracies(rows), error_reductions(rows)
    found: list[list[object]] = []
    for model, bits, pair in dict.fromkeys((p.model, p.bits, p.pair) for p in _in_order(accuracy)):
        for events in SIZES:
            points = {v: Point(model, bits, pair, v, events) for v in VARIANTS}
            if any(point not in accuracy for point in points.values()):
                continue
            name = f"{' - '.join(PAIRS[pair].processes)} with {model}, {bits} bits"
            cells = [_percent(accuracy[point]) for point in points.values()]
            cells += [_percent(reduction[points[v]], of_mean=True) for v in VARIANTS[1:]]
            found.append([name, thousands(str(events)), accuracy[points["none"]].seeds, *cells])
    headings = (
        "target", "events", "seeds", "no transfer (%)", "fixed (%)", "trained on (%)", "error reduction, fixed (%)",
        "error reduction, trained on (%)",
    )  # fmt: skip
    return markdown(headings, found)


def trees() -> str:
    """Boosted trees and networks of the zoo on the same jets and events."""
    found: list[list[object]] = []
    for row in rows_of("docs/results/boosted-trees.csv"):
        sample, per_class = row["sample"], int(row["test"]) // 2
        name = f"{row['trees']} boosted trees of depth {row['depth']}"
        found.append(
            [name, sample, thousands(row["train"]), f"{float(row['accuracy']):.4f}",
             f"{float(row['auc']):.4f} ± {float(row['auc_error']):.4f}",
             f"{thousands(row['conifer_estimate_lut'])} LUT, {thousands(row['conifer_estimate_ff'])} FF, "
             f"{row['conifer_estimate_latency']} clocks (estimate of conifer {row['conifer']})"]
        )  # fmt: skip
        for model in SAME[sample]:
            config = json.loads((ROOT / "quant" / "zoo" / model / "model.json").read_text(encoding="utf-8"))
            metrics, data = config["metrics"]["quantised"], config["training"]["data"]
            found.append(
                [f"`{model}`", sample, thousands(str(data["train"][0]["jets"])), f"{metrics['accuracy']:.4f}",
                 f"{metrics['auc']:.4f} ± {auc_error(metrics['auc'], per_class):.4f}", "see the tables of the zoo"]
            )  # fmt: skip
    return markdown(("model", "<sample", "training", "accuracy", "AUC", "<hardware"), found)


def _in_order(means: dict[Point, Mean]) -> list[Point]:
    """8 bits before 6, event-gnn before event-gat, pairs as in the grid."""
    order = list(PAIRS)
    return sorted(means, key=lambda p: (-p.bits, p.model != "event-gnn", order.index(p.pair)))


def _percent(mean: Mean, of_mean: bool = False) -> str:
    """With the spread of the seeds, or the error of their mean; a single seed has neither."""
    error = mean.error if of_mean else mean.spread
    return f"{100 * mean.value:.1f}" + (f" ± {100 * error:.1f}" if mean.seeds > 1 else "")


EVENTS: dict[str, Callable[[], str]] = {
    "event-firmware": firmware,
    "transfer": transfer,
    "boosted-trees": trees,
}
