"""Stages of the designs in ``docs/results/routed.csv``, from the router's reports again: nothing is routed.

    python scripts/reread_stages.py --work FOLDER [--sizes N ...]

The registers of these designs were placed by the delays of UltraScale+, three times as long (Gowin: four times), before
the families had delays of their own. Their circuits are built again in this way, and every stage of a design whose
report lies in ``--work`` is written to ``docs/results/routed-stages.csv``, with the delays of UltraScale+ as they are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fpgajet.devices.delays import DEFAULT_DELAYS, delays_of
from fpgajet.devices.open_parts import open_part
from fpgajet.files import read_json
from fpgajet.pipeline.route_flow import design_folder
from fpgajet.rtl import RtlDesign
from fpgajet.rtl.route.router import REPORT
from studies.rtl.first_placement import first_circuit
from studies.rtl.routed_rows import STAGE_COLUMNS, folder_of, read_rows, replace_rows, stage_rows
from studies.rtl.stages import model_stages

TABLE = Path(__file__).parent.parent / "docs" / "results" / "routed.csv"


def main() -> None:
    """Read every report that is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=Path("builds/routed"))
    parser.add_argument("--out", type=Path, default=TABLE.with_name("routed-stages.csv"))
    parser.add_argument("--sizes", nargs="+", default=["2", "4", "8", "16"], help="constituents")
    given = parser.parse_args()
    for row in read_rows(TABLE):
        if row["constituents"] not in given.sizes:
            continue
        folder = design_folder(folder_of(row, given.work), open_part(row["target"]))
        if not (folder / REPORT).is_file():
            print(f"no report in {folder}", flush=True)
            continue
        circuit = first_circuit(row)
        if circuit.schedule.stages != RtlDesign.read(folder).latency_cycles:
            sys.exit(f"{folder} holds another design than the row says")
        stages = model_stages(circuit, delays_of(DEFAULT_DELAYS))
        lines = stage_rows(row, circuit, stages, read_json(folder / REPORT))
        replace_rows(given.out, lines, STAGE_COLUMNS)
        print(f"{folder}: {len(lines)} stages", flush=True)


if __name__ == "__main__":
    main()
