"""The same search on this machine alone, and on Slurm with a worker killed in mid-trial: are the results the same?

    python scripts/slurm_here.py --slots 4 -- python scripts/search_on_slurm.py --data jets [--trials 12]

Both searches draw their trials at random (seed 5) and stop none early, so that a trial does not depend on when others
end. Once two trials have ended on Slurm, one job is killed with SIGKILL. The table that is written says for each trial
which jobs worked on it, and whether weights, figures and verdict are those of the local run, bit by bit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fpgajet.files import write_json, write_text
from fpgajet.search.results import Row, rows_of
from fpgajet.search.search_settings import read_search
from fpgajet.search.study import load_study

#: small trials of nanoPELICAN: seconds each
SPACE = """\
family = "npelican"

[training]
batch = 64
restarts = 2
screen_epochs = 1
screen_jets = 1000
float_epochs = 3
quantised_epochs = 0
calibration_jets = 300
calibration_starts = 3
calibration_searches = 1
calibration_sweeps = 1

[space]
constituents = { low = 4, high = 8 }
hidden = { low = 1, high = 3 }
"bits.weight" = { low = 3, high = 8 }
"bits.activation" = { low = 3, high = 8 }
"bits.dots" = { low = 8, high = 14 }

[pruning]
epoch = 0
alike = []
"""
WORKERS, SEED, BEFORE_KILL = 4, 5, 2


def command(given: argparse.Namespace, out: Path) -> list[str]:
    """``fpgajet search`` of the space above."""
    space = given.out / "space.toml"
    write_text(space, SPACE)
    words = [
        "search", "--space", space, "--data", given.data, "--budget", "cms-p2-ct-l2", "--objectives", "auc,lut",
        "--sampler", "random", "--seed", SEED, "--max-jets", given.max_jets, "--trials", given.trials, "--out", out,
    ]  # fmt: skip
    return [sys.executable, "-m", "fpgajet", *map(str, words)]


def on_slurm(words: list[str], out: Path) -> str:
    """Run the search on Slurm and kill a job once two trials have ended; returns the number of the job."""
    words = [*words, "--workers", str(WORKERS), "--cluster", "slurm"]
    with subprocess.Popen(words) as search:
        while search.poll() is None and len(list(out.glob("trials/*/trial.json"))) < BEFORE_KILL:
            time.sleep(0.1)
        if search.poll() is not None:
            sys.exit(f"the search on Slurm ended early, with {search.returncode}")
        job = jobs("RUNNING")[0]
        for number in processes(job):
            os.kill(number, signal.SIGKILL)
        print(f"killed job {job}", flush=True)
    if search.returncode:
        sys.exit(f"the search on Slurm ended with {search.returncode}")
    return job


def jobs(state: str) -> list[str]:
    """Numbers of the jobs in a state."""
    listed = ["squeue", "--noheader", "--format=%i", "--states", state]
    return subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()


def processes(job: str) -> list[int]:
    """Processes of a job on this machine."""
    listed = subprocess.run(["scontrol", "listpids", job, "here"], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()[1:]]  # below PID JOBID STEPID ...
    return [int(row[0]) for row in rows if row[1] == job and int(row[0]) > 0]


def complete(out: Path) -> tuple[list[Row], dict[str, Row]]:
    """All trials of a search, and complete ones by their configuration."""
    settings = read_search(out)
    rows = rows_of(load_study(out, settings), settings)
    return rows, {json.dumps(row.params, sort_keys=True): row for row in rows if row.state == "complete"}


def digest(run: Path) -> dict[str, str]:
    """Hashes of the weights of a run, float and quantised."""
    files = sorted(run.glob("*.safetensors"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files}


def jobs_of_trials(logs: Path) -> dict[int, str]:
    """The job that told of each trial."""
    found = {}
    for log in sorted(logs.iterdir()):
        number = re.search(r"(\d+)", log.suffix + log.name)
        for trial in re.findall(
            r"^trial (\d+): (?!its process)", log.read_text(errors="replace"), re.MULTILINE
        ):
            found[int(trial)] = number[1] if number else log.name
    return found


def main() -> int:
    """Run both, compare, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("studies/on-slurm"))
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--max-jets", type=int, default=2000)
    parser.add_argument("--write", type=Path, help="the table, as JSON")
    given = parser.parse_args()
    given.data, given.out = given.data.absolute(), given.out.absolute()
    shutil.rmtree(given.out, ignore_errors=True)
    given.out.mkdir(parents=True)
    local, slurm = given.out / "local", given.out / "slurm"
    killed = on_slurm(command(given, slurm), slurm)
    subprocess.run(command(given, local), check=True)
    (_, alone), (rows, spread) = complete(local), complete(slurm)
    who = jobs_of_trials(Path(os.environ["DASK_CONFIG"]).parent / "jobs")
    table: list[dict[str, Any]] = []
    for key, row in alone.items():
        other = spread.get(key)
        lost = [one.number for one in rows if one.state == "failed" and one.params == row.params]
        same = other is not None and other.figures == row.figures and other.verdict == row.verdict
        same = (
            same
            and other is not None
            and digest(local / "trials" / row.run) == digest(slurm / "trials" / other.run)
        )
        table.append(
            {
                "local": row.number, "slurm": other and other.number, "lost": lost,
                "job": who.get(other.number) if other else None, "params": row.params,
                "auc": row.figures["auc"], "lut": row.figures["lut"], "verdict": row.verdict, "same": same,
            }
        )  # fmt: skip
    version = subprocess.run(
        ["sinfo", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    found = {
        "command": "python scripts/slurm_here.py --slots 4 -- python scripts/search_on_slurm.py --data jets",
        "slurm": version, "workers": WORKERS, "killed_job": killed,
        "lost": sum(len(row["lost"]) for row in table), "same": sum(row["same"] for row in table),
        "states": {state: sum(row.state == state for row in rows) for state in ("complete", "failed", "stopped")},
        "trials": table,
    }  # fmt: skip
    if given.write:
        write_json(given.write, found)
    print(json.dumps(found, indent=1))
    return int(not (found["same"] == len(table) == given.trials and found["lost"] == 1))


if __name__ == "__main__":
    sys.exit(main())
