"""Bitstreams of whole boards: what is used, the clock, and the time that ``fpgajet board build`` takes.

    python scripts/board_bitstreams.py MODEL [--board ulx3s] [--builds FOLDER]

Goes the whole way from a model of the zoo, in a folder that must not exist, and adds a row to
``docs/results/board-bitstreams.csv``. ``command`` is "board build" for that; older rows are of "export" alone, after a
build that was there. ``load`` is the load average of one minute before and after: on a busy machine the wall
time says little, and the seconds of CPU say more.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from fpgajet.files import read_json
from studies.tables.rows import write_table

RESULT = Path(__file__).parent.parent / "docs" / "results" / "board-bitstreams.csv"
COMMAND = "python scripts/board_bitstreams.py MODEL --board BOARD, a row at a time"
KEY = ("model", "board")
COLUMNS = (
    *KEY, "command", "outcome", "lut", "ff", "dsp", "bram", "fmax_mhz", "seed", "latency_cycles", "ii",
    "events_compared", "cpu_s", "wall_s", "load_before", "load_after", "tools",
)  # fmt: skip


def row_of(model: str, build: Path, board: str) -> dict[str, object]:
    """Build, and what came out."""
    name, before, started = f"board-{board}", os.getloadavg()[0], time.perf_counter()
    words = ["board", "build", model, "--board", board, "--out", str(build)]
    done = subprocess.run(
        [sys.executable, "-m", "fpgajet", *words], check=False, stderr=subprocess.PIPE, text=True
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    row: dict[str, object] = dict.fromkeys(COLUMNS, "")
    row |= {
        "model": model, "board": board, "command": "board build", "cpu_s": round(used.ru_utime + used.ru_stime),
        "wall_s": round(time.perf_counter() - started), "load_before": before, "load_after": os.getloadavg()[0],
    }  # fmt: skip
    if done.returncode:
        return row | {"outcome": f"exit code {done.returncode}: {done.stderr.strip().splitlines()[-1]}"}
    (folder,) = (path.parent for path in build.glob(f"export/*-{name}/bitstream.json"))
    made, manifest = read_json(folder / "bitstream.json"), read_json(folder / "manifest.json")
    row |= {"outcome": made["bitstream"], **made["used"], "tools": made["tools"]}
    row |= {key: made[key] for key in ("fmax_mhz", "seed")}
    return row | {key: manifest[key] for key in ("latency_cycles", "ii", "events_compared")}


def main() -> None:
    """One row."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("--builds", type=Path, default=Path("builds"))
    parser.add_argument("--board", default="ulx3s")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    build = given.builds / f"{given.model}-{given.board}"
    if build.exists():
        parser.error(f"{build} exists: the time of a build that is there says nothing")
    row = row_of(given.model, build, given.board)
    rows: list[dict[str, object]] = []
    if given.out.is_file():
        with given.out.open(encoding="utf-8") as file:
            rows += csv.DictReader(line for line in file if not line.startswith("#"))
    kept = [known for known in rows if any(known[key] != row[key] for key in KEY)]
    write_table(given.out, [*kept, row], COMMAND)
    print(row)


if __name__ == "__main__":
    main()
