"""Boosted trees on the jets and events of the networks: xgboost, and the C++ that conifer makes of it.

    python scripts/boosted_trees.py --jets JETS --events EVENTS [--out FOLDER]

JETS and EVENTS are data directories with train and test parts. Writes docs/results/boosted-trees.csv; needs the extra
`trees`. Resources are conifer's own estimate for its HLS projects. :func:`boosted_trees_row` is for other tables.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from studies.tables.rows import write_table
from studies.trees.boosting import boosted_trees_row

HERE = Path(__file__).resolve().parent.parent
RESULT = HERE / "docs" / "results" / "boosted-trees.csv"
COMMAND = "python scripts/boosted_trees.py --jets JETS --events EVENTS"


def main() -> None:
    """One row per sample."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jets", type=Path, help="of QCD and top")
    parser.add_argument("--events", type=Path, help="of two processes")
    parser.add_argument("--constituents", type=int, default=16, help="leading constituents of a jet")
    parser.add_argument("--objects", type=int, default=6, help="leading objects of an event")
    parser.add_argument("--out", type=Path, help="keep the HLS projects here")
    parser.add_argument("--result", type=Path, default=RESULT)
    given = parser.parse_args()
    samples = (("jets", given.jets, given.constituents), ("events", given.events, given.objects))
    rows = []
    for name, data, constituents in samples:
        if data is None:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            out = (given.out or Path(temporary)) / name
            out.parent.mkdir(parents=True, exist_ok=True)
            row = boosted_trees_row(
                data, constituents, "xcvu13p-flga2577-2-e", 320.0, out, objects=name == "events"
            )
        rows.append({"sample": name, "constituents": constituents, **row})
        print(rows[-1], flush=True)
    write_table(given.result, rows, COMMAND)


if __name__ == "__main__":
    main()
