"""Build every model of the zoo and show that each certificate is clean.

    python scripts/build_zoo.py [--out builds] [--models NAME ...] [--workers 2] [fpgajet build options ...]

Exits with 1 if a build is not exact. A model takes about half a minute without RTL and two minutes with it. Models that
are wide at one jet per clock share hardware, unless ``--ii`` says otherwise. Those above 250,000 LUT at II 1, such as
jedi-linear-n16-five, have Verilog only with ``--flow rtl``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fpgajet.executor import Place, run_tasks
from quant.zoo import names

#: clocks between jets of what has 20,000 LUT and more at 1
INTERVALS = {
    "deepsets-n16": 4, "event-gat-n6": 6, "interaction-n8": 3, "jedi-linear-n16": 4, "deepsets-n16-five": 4,
    "interaction-n8-five": 3, "jedi-linear-n16-five": 4, "jedi-linear-n32-widths": 6, "npelican-n16-c4-five": 3,
    "vecnet-n8-s8v2-five": 6,
}  # fmt: skip


class Built(NamedTuple):
    """What came of a build: a row of the table, whether it is exact, and what it said where it failed."""

    row: str
    exact: bool
    errors: str = ""


def built(task: tuple[str, Path, list[str]], tell: Callable[[str], None]) -> Built:
    """Build one model."""
    name, folder, options = task
    command = [sys.executable, "-m", "fpgajet", "build", "--model", name, "--out", str(folder)]
    shared = "--ii" in options or any(option.startswith("--ii=") for option in options)
    command += [*([] if shared else ["--ii", str(INTERVALS.get(name, 1))]), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (folder / "report.json").is_file():
        return Built(f"| {name} | {done.returncode} | " + "- | " * 7, exact=False, errors=f"{done.stderr}\n")
    report = json.loads((folder / "report.json").read_text())
    certificate, physics = report["certificate"], report["physics"]
    cells = [
        name,
        done.returncode,
        f"{report['hardware'][0]['ii']:g}",
        len(certificate["implementations"]),
    ]
    cells += [certificate[key] for key in ("total_events", "total_differences", "distinct_scores")]
    cells += [f"{physics[key]['auc']:.4f}" for key in ("float", "quantised")]
    exact = certificate["total_differences"] == 0 and done.returncode in (0, 4)
    return Built("| " + " | ".join(map(str, cells)) + " |", exact)


def main() -> int:
    """Build; print one row per model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--out", type=Path, default=Path("builds"), help="one directory per model below it")
    parser.add_argument(
        "--models", nargs="+", choices=names(), default=names(), metavar="NAME", help="only these"
    )
    parser.add_argument("--workers", type=int, default=1, help="builds at a time, or jobs")
    parser.add_argument("--cluster", help="address of a Dask scheduler; or slurm, htcondor, lsf, pbs")
    given, options = parser.parse_known_args()
    failed = 0
    print(
        "| model | exit code | II | implementations | events | differing values | distinct scores | AUC float | AUC |"
    )
    print("|---|---|---|---|---|---|---|---|---|")

    def show(number: int, found: Built) -> None:
        nonlocal failed
        failed += not found.exact
        print(found.row, flush=True)
        print(found.errors, end="", file=sys.stderr)

    tasks = [(name, given.out / name, options) for name in given.models]
    run_tasks(built, tasks, Place(given.workers, given.cluster), done=show)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
