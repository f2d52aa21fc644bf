"""Networks of events as firmware: certificate, proof, resources and verdict of finished builds, as one table.

    python scripts/table_events.py BUILD ... [--result docs/results/events.csv]

Every BUILD is a directory of `fpgajet build --budget cms-p2-gt` with Verilog. Where it holds prove.json, the output of
`fpgajet prove BUILD --json`, its levels are in the row.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fpgajet.files import read_json
from quant.checkpoint import open_checkpoint
from studies.tables.rows import write_table

HERE = Path(__file__).resolve().parent.parent
COUNTED, PROOFS = "rtl-synthesis", "prove.json"


def row(build: Path) -> dict[str, Any]:
    """Figures of one build."""
    report = read_json(build / "report.json")
    (hardware,) = (h for h in report["hardware"] if h["level"] == COUNTED and h["name"] == "total")
    certificate, verdict = report["certificate"], report["verdict"]
    config = open_checkpoint(build / "checkpoint").config
    metrics = config.metrics.quantised
    proofs = read_json(build / PROOFS)["proofs"] if (build / PROOFS).is_file() else []
    latency = next(r["value"] for r in verdict["rows"] if r["name"] == "latency")
    return {
        "model": config.name,
        "parameters": config.parameters,
        "train_events": config.training.data["train"][0].jets,
        "test_events": config.training.data["test"][0].jets,
        **{key: round(metrics[key] or 0.0, 4) for key in ("accuracy", "auc")},
        "auc_float": round(config.metrics.float_["auc"] or 0.0, 4),
        "part": hardware["part"],
        "clock_mhz": round(hardware["clock_mhz"]),
        "ii": round(hardware["ii"]),
        "cycles": round(hardware["latency_cycles"]),
        "latency_ns": latency,
        **{key: round(hardware[key]) for key in ("lut", "ff", "dsp")},
        "budget": verdict["budget"],
        "verdict": verdict["status"],
        "not_passed": "; ".join(r["name"] for r in verdict["rows"] if r["status"] != "pass"),
        "implementations": len(certificate["implementations"]),
        "events": certificate["total_events"],
        "differences": certificate["total_differences"],
        "proofs": "; ".join(f"{proof['what']}: {proof['level']}" for proof in proofs),
    }


def main() -> None:
    """One row per build."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("builds", type=Path, nargs="+")
    parser.add_argument("--result", type=Path, default=HERE / "docs" / "results" / "events.csv")
    given = parser.parse_args()
    rows = []
    for build in given.builds:
        rows.append(row(build))
        print(rows[-1], flush=True)
        write_table(given.result, rows, "python scripts/table_events.py BUILD ...")


if __name__ == "__main__":
    main()
