"""Speed of ``fpgajet build``, two checkouts side by side: one run on one machine, ratios, the load beside them.

    python scripts/bench_build.py BEFORE/bin/fpgajet AFTER/bin/fpgajet --out FILE [-- build options]

Each program builds the same model into a directory of its own: cold (nothing there, an empty cache of the user)
and warm (everything up to date). The stages' seconds are those that ``build.json`` records where it does; the
certificates must agree in every number, else the script fails.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fpgajet.files import write_json


def main() -> None:
    """Build cold and warm with both programs; print and write the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--out", type=Path, required=True)
    ours, _, theirs = " ".join(["", *map(shlex.quote, sys.argv[1:]), ""]).partition(" -- ")
    chosen = parser.parse_args(shlex.split(ours))
    options = shlex.split(theirs) or ["--model", "npelican", "--part", "xcvu9p"]
    load = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as folder:
        rows = {
            name: _times(getattr(chosen, name), Path(folder) / name, options) for name in ("before", "after")
        }
        load.append(os.getloadavg()[0])
        certificates = [_certificate(Path(folder) / name / "build") for name in rows]
    if certificates[0] != certificates[1]:
        raise SystemExit("the certificates differ: this compares two different proofs")
    ratios = {key: rows["before"][key] / rows["after"][key] for key in rows["before"] if key in rows["after"]}
    result: dict[str, Any] = {
        "options": options,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load_before_and_after": load,
        "seconds": rows,
        "ratio": ratios,
        "certificates_equal": True,
    }
    write_json(chosen.out, result)
    for key, ratio in ratios.items():
        print(
            f"{key:20s} {rows['before'][key]:8.1f} s {rows['after'][key]:8.1f} s  {ratio:5.2f} times faster"
        )
    print(f"load {load[0]:.1f} at the start, {load[1]:.1f} at the end, {result['machine']}")


def _times(program: str, folder: Path, options: list[str]) -> dict[str, float]:
    """Seconds of the cold build, the warm build and the stages of the cold one."""
    folder.mkdir(parents=True)
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "OMP_NUM_THREADS": "1"}
    seconds: dict[str, float] = {}
    for run in ("cold", "warm"):
        start = time.monotonic()
        done = subprocess.run(
            [program, "build", *options, "--out", str(folder / "build")],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds[run] = time.monotonic() - start
        if not (folder / "build" / "certificate.json").is_file():
            raise SystemExit(f"{program} ended with {done.returncode}: {done.stderr[-1000:]}")
        if run == "cold":
            seconds |= _stages(folder / "build")
    return seconds


def _stages(build: Path) -> dict[str, float]:
    stages = json.loads((build / "build.json").read_text(encoding="utf-8")).get("stages", {})
    found = {name: stage.get("seconds") for name, stage in stages.items() if isinstance(stage, dict)}
    return {
        f"stage {name}": float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and value
    }


def _certificate(build: Path) -> Any:
    return json.loads((build / "certificate.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
