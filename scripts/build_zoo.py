"""Build every model of the zoo and show that each certificate is clean.

    python scripts/build_zoo.py [--out builds] [--flow hls] [fpgajet build options ...]

Exits with 1 if a build is not exact. A model takes about half a minute without RTL and two minutes with it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from quant.zoo import names


def main() -> int:
    """Build; print one row per model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--out", type=Path, default=Path("builds"), help="one directory per model below it")
    given, options = parser.parse_known_args()
    out = given.out
    failed = 0
    print(
        "| model | exit code | implementations | events | differing values | distinct scores | AUC float | AUC |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in names():
        folder = out / name
        command = [sys.executable, "-m", "fpgajet", "build", "--model", name, "--out", str(folder), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not (folder / "report.json").is_file():
            print(f"| {name} | {done.returncode} | " + "- | " * 6)
            print(done.stderr, file=sys.stderr)
            failed += 1
            continue
        report = json.loads((folder / "report.json").read_text())
        certificate, physics = report["certificate"], report["physics"]
        failed += certificate["total_differences"] != 0 or done.returncode not in (0, 4)
        cells = [name, done.returncode, len(certificate["implementations"])]
        cells += [certificate[key] for key in ("total_events", "total_differences", "distinct_scores")]
        cells += [f"{physics[key]['auc']:.4f}" for key in ("float", "quantised")]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
