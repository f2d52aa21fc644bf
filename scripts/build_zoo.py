"""Build every model of the zoo and show that each certificate is clean.

    python scripts/build_zoo.py [--out builds] [--models NAME ...] [--flow hls] [fpgajet build options ...]

Exits with 1 if a build is not exact. A model takes about half a minute without RTL and two minutes with it. Models that
are wide at one jet per clock share hardware, unless ``--ii`` says otherwise.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from quant.zoo import names

#: clocks between jets of what has 20,000 LUT and more at 1
INTERVALS = {
    "deepsets-n16": 4, "interaction-n8": 3, "jedi-linear-n16": 4, "deepsets-n16-five": 4, "interaction-n8-five": 3,
    "jedi-linear-n16-five": 4, "npelican-n16-c4-five": 3, "vecnet-n8-s8v2-five": 6,
}  # fmt: skip


def main() -> int:
    """Build; print one row per model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--out", type=Path, default=Path("builds"), help="one directory per model below it")
    parser.add_argument(
        "--models", nargs="+", choices=names(), default=names(), metavar="NAME", help="only these"
    )
    given, options = parser.parse_known_args()
    out = given.out
    failed = 0
    print(
        "| model | exit code | II | implementations | events | differing values | distinct scores | AUC float | AUC |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in given.models:
        folder = out / name
        command = [sys.executable, "-m", "fpgajet", "build", "--model", name, "--out", str(folder)]
        shared = "--ii" in options or any(option.startswith("--ii=") for option in options)
        command += [*([] if shared else ["--ii", str(INTERVALS.get(name, 1))]), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not (folder / "report.json").is_file():
            print(f"| {name} | {done.returncode} | " + "- | " * 7)
            print(done.stderr, file=sys.stderr)
            failed += 1
            continue
        report = json.loads((folder / "report.json").read_text())
        certificate, physics = report["certificate"], report["physics"]
        failed += certificate["total_differences"] != 0 or done.returncode not in (0, 4)
        cells = [
            name,
            done.returncode,
            f"{report['hardware'][0]['ii']:g}",
            len(certificate["implementations"]),
        ]
        cells += [certificate[key] for key in ("total_events", "total_differences", "distinct_scores")]
        cells += [f"{physics[key]['auc']:.4f}" for key in ("float", "quantised")]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
