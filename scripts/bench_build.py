"""Speed of ``fpgajet build`` against an older checkout, in one run on one machine.

    python scripts/bench_build.py --old OLD/.venv-test/bin/fpgajet --out docs/results/bench-build.json

Old and new take turns. Each builds each case into a directory of its own, with an empty cache of the user at its
start; Python keeps bytecode beside the sources, as it does for users:

* ``cold``: nothing is there;
* ``warm``: everything is up to date;
* ``certificate``: the certificate has been deleted and is made again, with all that this compiles, unless the program
  still has it from ``cold``; the seconds of ``warm`` are taken off.

Seconds on the clock, and seconds of processors (user and system, of all programs). The result is written after every
build, so that an interrupted run is not lost. Certificates are compared last: old and new may compare different
events, but a certificate that is not clean ends the script with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fpgajet.files import write_json

CASES = {
    "default model": ["--model", "npelican", "--part", "xcvu9p"],
    "VecNet, N = 8, II 6": ["--model", "vecnet-n8-s8v2", "--part", "xcvu9p", "--ii", "6", "--no-synth"],
}
RUNS = ("cold", "warm", "certificate")
NEW = Path(sys.executable).with_name("fpgajet")

Seconds = dict[str, float]


def main() -> None:
    """Build every case with both programs; print and write seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--old", type=Path, required=True, help="fpgajet of the older checkout")
    parser.add_argument("--new", type=Path, default=NEW, help="by default that of this Python")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=1, help="how often; the median counts")
    parser.add_argument("--case", choices=CASES, action="append", help="by default all of them")
    chosen = parser.parse_args()
    result: dict[str, Any] = {"command": shlex.join(["python", *sys.argv]), "machine": machine(), "cases": {}}
    programs = {"old": chosen.old.absolute(), "new": chosen.new.absolute()}
    for case in chosen.case or CASES:
        found: dict[str, Any] = {"options": shlex.join(CASES[case]), "load": [], "seconds": {}}
        result["cases"][case] = found
        for _ in range(chosen.rounds):
            for name, run, seconds, certificate in measured(programs, CASES[case]):
                found["load"].append(round(os.getloadavg()[0], 2))
                found["seconds"].setdefault(name, {}).setdefault(run, []).append(seconds)
                if certificate:
                    found.setdefault("certificates", {})[name] = certificate
                found["times_faster"] = ratios(found["seconds"])
                write_json(chosen.out, result)
                print(
                    f"{case}: {name} {run} {seconds['clock']:.1f} s, processors {seconds['processors']:.1f} s"
                )
    report(result)


def measured(
    programs: dict[str, Path], options: list[str]
) -> Iterator[tuple[str, str, Seconds, dict[str, Any] | None]]:
    """Program, run, seconds and, after a certificate, what it says; programs take turns."""
    with tempfile.TemporaryDirectory(prefix="fpgajet-bench-") as folder:
        warm: dict[str, Seconds] = {}
        for run in RUNS:
            for name, program in programs.items():
                build = Path(folder) / name / "build"
                if run == "certificate":
                    (build / "certificate.json").unlink()
                seconds = timed(program, build, options)
                if run == "warm":
                    warm[name] = seconds
                if run == "certificate":
                    seconds = {what: seconds[what] - warm[name][what] for what in seconds}
                content = json.loads((build / "certificate.json").read_text(encoding="utf-8"))
                yield name, run, seconds, summary(content) if run == "cold" else None


def timed(program: Path, build: Path, options: list[str]) -> Seconds:
    """Seconds of one build on the clock and on processors."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(build.parent / "cache"), "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"
    used, start = processors(), time.monotonic()
    done = subprocess.run(
        [str(program), "build", *options, "--out", str(build)],
        env=environment, cwd=build.parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = {"clock": time.monotonic() - start, "processors": processors() - used}
    if not (build / "certificate.json").is_file():
        raise SystemExit(f"{program} ended with {done.returncode}: {done.stderr[-1000:]}")
    return seconds


def processors() -> float:
    """Seconds that the programs which have ended so far spent on processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def summary(certificate: dict[str, Any]) -> dict[str, Any]:
    """What a certificate compared, and whether anything differed."""
    names = ("total_events", "values_compared", "total_differences", "implementations")
    return {name: certificate[name] for name in names}


def ratios(seconds: dict[str, dict[str, list[Seconds]]]) -> dict[str, Seconds]:
    """By run, how many times faster the new program is: medians over the rounds."""

    def median(name: str, run: str, what: str) -> float:
        return statistics.median(one[what] for one in seconds[name][run])

    both = [run for run in RUNS if all(run in seconds.get(name, {}) for name in ("old", "new"))]
    return {
        run: {w: round(median("old", run, w) / median("new", run, w), 2) for w in ("clock", "processors")}
        for run in both
    }


def machine() -> str:
    """The processor and how many of them there are."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.is_file() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    kind = model or platform.machine()
    return f"{kind}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"


def report(result: dict[str, Any]) -> None:
    """Print the ratios; end with an error where a certificate is not clean."""
    print(result["machine"])
    dirty = []
    for case, found in result["cases"].items():
        for run, times in found["times_faster"].items():
            print(
                f"{case}: {run} {times['clock']:.2f} times faster, {times['processors']:.2f} in processor time"
            )
        for name, certificate in found["certificates"].items():
            print(f"{case}: {name} compared {certificate['total_events']:,} events")
            dirty += [f"{case}, {name}"] if certificate["total_differences"] else []
    if dirty:
        raise SystemExit(f"certificates are not clean: {'; '.join(dirty)}")


if __name__ == "__main__":
    main()
