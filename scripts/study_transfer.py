"""Accuracy and error reduction of transfer learning against the number of target events.

    python scripts/study_transfer.py --source EVENTS --pool POOL --runs RUNS
    python scripts/study_transfer.py --draw

EVENTS holds train, val and test events of ttbar and a Z' of 1 TeV; POOL one directory for each process of
studies/transfer/grid.py, 7,000 events each, made with `fpgajet data generate --preset events --classes NAME`
(Zprime750 with the line `32:m0 = 750` for Pythia); pairs without events are left out. Every training appends a row
to docs/results/transfer.csv, and one that is there is not repeated: stop it at any time, and the same command goes
on. With --draw, only the figures are made anew.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import fields
from pathlib import Path

from studies.tables.rows import write_table
from studies.transfer.events import are_there
from studies.transfer.grid import PAIRS, Training, trainings
from studies.transfer.rows import Places, row

HERE = Path(__file__).resolve().parent.parent
RESULT = HERE / "docs" / "results" / "transfer.csv"
COMMAND = "python scripts/study_transfer.py --source EVENTS --pool POOL --runs RUNS"


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a result file; none if there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        next(file)
        return list(csv.DictReader(file))


def main() -> None:
    """Train what is missing; draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("--source", "--pool", "--runs"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--result", type=Path, default=RESULT)
    parser.add_argument("--most", type=int, default=10_000, help="stop after so many trainings")
    parser.add_argument("--draw", action="store_true", help="only draw")
    given = parser.parse_args()
    if not given.draw:
        places = Places(given.source, given.pool, given.runs)
        keys = [field.name for field in fields(Training)]
        done = {tuple(row[key] for key in keys) for row in read_rows(given.result)}
        missing = [t for t in trainings() if tuple(str(getattr(t, key)) for key in keys) not in done]
        for _ in range(given.most):
            # Looked up anew each time: events may still be made while the study runs.
            possible = (t for t in missing if are_there(given.pool, *PAIRS[t.pair].processes))
            training = next(possible, None)
            if training is None:
                break
            missing.remove(training)
            begun = time.process_time()
            found = row(training, places)
            write_table(given.result, [*read_rows(given.result), found], COMMAND)
            print(
                f"{training.name}  {found['accuracy_quantised']}  {time.process_time() - begun:.1f} s",
                flush=True,
            )
    from studies.transfer.figures import draw

    draw(read_rows(given.result), given.result.parent)


if __name__ == "__main__":
    main()
