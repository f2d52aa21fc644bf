"""How far the RTL flow's figures are from vendor results, from cited public data.

    python scripts/calibrate_yosys.py                        print
    python scripts/calibrate_yosys.py --write                and write fpgajet/rtl/data/calibration.json
    python scripts/calibrate_yosys.py --archive FILE --write and measure Yosys against Vivado again

1. Clock: achieved period against LUTs of the 20 placed and routed designs in studies/calibration/jedi_linear.csv
   (XCVU13P, -2, target 2 ns), leaving one design out; the interval covers 16 of 20.
2. Cells: Yosys, stage by stage as in `fpgajet rtl`, on the RTL whose complete Vivado 2025.1 reports are in
   tests/test_data.tar.xz of github.com/calad0i/alkaid (facts only: download the archive yourself).
Not calibrated: other parts and speed grades, designs with many DSP blocks, and adders of three operands.
"""

from __future__ import annotations

import argparse
import re
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import read_json, write_json
from fpgajet.rtl.clock import CALIBRATION_FILE
from fpgajet.rtl.tools.yosys import count_cells, summary
from studies.calibration.jedi import rows

PROJECT = "test_data/vivado_example_verilog_model_lc=2"
COVERED = 16


def clock_fit() -> dict[str, Any]:
    """Straight line through period against LUTs, its leave-one-out errors, and the interval."""
    size = np.array([float(row["lut"]) / 1e5 for row in rows()])
    period = np.array([float(row["actual_period_ns"]) for row in rows()])
    matrix = np.stack([np.ones_like(size), size], axis=1)

    def fitted(kept: NDArray[Any]) -> NDArray[np.float64]:
        line: NDArray[np.float64] = np.linalg.lstsq(matrix[kept], period[kept], rcond=None)[0]
        return line

    everything = np.arange(len(size))
    errors = np.array([period[i] / (matrix[i] @ fitted(everything != i)) - 1 for i in everything])
    offset, slope = fitted(everything >= 0)
    print(f"period = {offset:.3f} + {slope:.3f} x LUT / 100k ns; leave-one-out errors:")
    for row, error in sorted(zip(rows(), errors, strict=True), key=lambda pair: pair[1]):
        print(f"  {row['design']:35s} {error:+.1%}")
    width = float(np.sort(np.abs(errors))[COVERED - 1])
    rms = float(np.sqrt((errors**2).mean()))
    print(f"  rms {rms:.1%}; +-{width:.1%} covers {COVERED} of {len(size)}")
    return {
        "offset_ns": round(float(offset), 3),
        "ns_per_100k_lut": round(float(slope), 3),
        "half_width": round(width, 3),
        "rms": round(rms, 3),
        "designs": len(size),
        "stage_ns": 2.55,
    }


def cell_errors(archive: Path) -> dict[str, Any]:
    """Yosys against Vivado on one pipelined design."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as tar:
            members = [m for m in tar.getmembers() if m.name.lstrip("./").startswith(PROJECT + "/")]
            tar.extractall(folder, members=members, filter="data")
        project = Path(folder) / PROJECT
        sources = project / "src"
        for table in (sources / "memfiles").glob("*.mem"):
            table.rename(sources / table.name)  # $readmemh looks where Yosys runs
        library = sorted((sources / "static").glob("*.v"))
        blocks = [path for path in library if path.stem == "multiplier"]
        total: Counter[str] = Counter()
        for stage in sorted(sources.glob("vmodel_stage*.v")):
            logic = [stage, *(path for path in library if path not in blocks)]
            total.update(count_cells(stage.stem, logic, blocks))
        reports = project / "output_vmodel" / "reports"
        vivado = {step: _report(reports / f"vmodel_post_{step}_util.rpt") for step in ("synth", "route")}
        top = (sources / "vmodel.v").read_text()
        widths = re.findall(r"^\s+(?:output )?reg \[(\d+):0\]", top, re.MULTILINE)
        registers = sum(int(width) + 1 for width in widths)
    ours = summary(total)
    dsp = sum(n for cell, n in total.items() if "multiplier" in cell)
    measured = {"lut": ours.lut, "carry8": ours.carry8, "dsp": dsp, "ff": registers}
    print(f"{PROJECT}: {ours.tool} {measured}, Vivado 2025.1 {vivado}")
    return {
        "yosys": measured,
        "vivado_synth": vivado["synth"],
        "vivado_route": vivado["route"],
        "tool": ours.tool,
    }


def _report(path: Path) -> dict[str, int]:
    text = path.read_text()
    names = {"lut": r"CLB LUTs\*?", "lut_logic": "LUT as Logic", "carry8": "CARRY8"}
    names |= {"dsp": "DSPs", "ff": "CLB Registers"}
    found = {key: re.search(rf"^\| +{name} +\| +(\d+)", text, re.MULTILINE) for key, name in names.items()}
    return {key: int(match[1]) for key, match in found.items() if match}


def main() -> None:
    """Print, and write if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archive", type=Path, help="test_data.tar.xz of the public alkaid repository")
    parser.add_argument("--write", action="store_true", help="write the constants that fpgajet reads")
    arguments = parser.parse_args()
    content = read_json(CALIBRATION_FILE)
    content["clock"] = clock_fit()
    if arguments.archive:
        content["cells"] = cell_errors(arguments.archive)
    for key, value in content.get("cells", {}).get("yosys", {}).items():
        for step in ("vivado_synth", "vivado_route"):
            print(f"  {key:7s} Yosys / {step}: {value / content['cells'][step][key] - 1:+.1%}")
    if arguments.write:
        write_json(CALIBRATION_FILE, content)


if __name__ == "__main__":
    main()
