"""Fit the constants of fpgajet's estimate to published builds, and print the errors on held-out designs.

    python scripts/calibrate_estimate.py            # print everything
    python scripts/calibrate_estimate.py --write    # and update fpgajet/estimate/calibration.toml

Every design is predicted from its description (``studies/calibration/designs.py``) with constants fitted on the
others. Because builds that share trained weights resemble each other, the same is done leaving out all builds
of one set of weights. Designs named in the task are marked with *.
"""

from __future__ import annotations

import argparse
import math
import re
from pathlib import Path
from statistics import median

from fpgajet.estimate.calibration import SOURCE
from fpgajet.files import write_text
from studies.calibration import jedi, messages, npelican
from studies.calibration.fits import Result


def show(result: Result, title: str, verbose: bool) -> None:
    """Print one fit."""
    print(f"\n{title}\n  {result.quantity} = {result.value:.4g}, 80 % interval: factor {result.spread:.3f}")
    targets = result.median_percent(target_only=True)
    print(
        f"  leave one design out: median error {result.median_percent():.1f} % of {len(result.held_out)} designs"
    )
    if not math.isnan(targets):
        print(f"    of those named in the task: {targets:.1f} %")
    if result.by_group:
        errors = [abs(e) for _, e in result.by_group]
        print(f"  leave one set of weights out: median error {100 * median(errors):.1f} %")
    print(f"  80 % intervals hold {100 * result.coverage:.0f} % of the held-out designs")
    for point, error in result.held_out if verbose else []:
        print(f"    {'*' if point.target else ' '} {point.name:34s} {100 * error:+6.1f} %")


def main() -> None:
    """Fit, print, and write if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="update calibration.toml")
    parser.add_argument(
        "--out", type=Path, default=SOURCE, help="with --write: another file than the shipped one"
    )
    parser.add_argument("--brief", action="store_true", help="no line per design")
    options = parser.parse_args()
    verbose = not options.brief

    delay, cycle_errors = npelican.latency()
    print("Latency in the HLS report: error in cycles, leaving one design out")
    for d, error in cycle_errors if verbose else []:
        print(f"    {'*' if d.name in npelican.TARGETS else ' '} {d.name:34s} {error:+4.0f}")
    worst = max(abs(e) for d, e in cycle_errors if d.name in npelican.TARGETS)
    print(f"  adder_ns = {delay}; largest error of the five named designs: {worst:.0f} cycles")

    results = (
        npelican.logic_fits(delay)
        | jedi.fits()
        | messages.fits()
        | {"latency_cycles": npelican.latency_result(cycle_errors)}
    )
    base, slope, results["period_ns"] = jedi.period()
    for name, title in TITLES.items():
        show(results[name], title, verbose)
    print(f"\nperiod = {base:.3f} + {slope:.5f} sqrt(LUT) ns")
    if options.write:
        write(
            options.out, results, {"adder_ns": delay, "period_base_ns": base, "period_ns_per_root_lut": slope}
        )


TITLES = {
    "latency_cycles": "Latency in the HLS report, as ratio",
    "lut": "LUT by logic synthesis, nanoPELICAN firmware",
    "ff": "FF by logic synthesis, nanoPELICAN firmware",
    "dsp_rules": "DSP by logic synthesis: rules, nothing fitted, where the weights' share was published",
    "dsp": "DSP by logic synthesis: the same on every build, the weights' share unknown (taken as none)",
    "csynth_lut": "LUT in the HLS report",
    "csynth_ff": "FF in the HLS report, from the FF of logic synthesis",
    "matrix_lut": "LUT after place and route from effective bit operations (EBOPs)",
    "da_cost": "LUT after place and route from the cost of the distributed-arithmetic trace",
    "matrix_ff": "FF after place and route, from the LUTs (two adder levels between registers)",
    "period_ns": "Clock period after place and route",
    "shift_add_lut": "Shifts and adds of constant matrices: random layers, Yosys on our own Verilog (no HLS)",
    "message_lut": "LUT of message-passing networks, Yosys on our own Verilog, none of them in any fit",
    "message_dsp": "DSP of message-passing networks in our own Verilog, all products in DSPs",
}


def write(out: Path, results: dict[str, Result], values: dict[str, float]) -> None:
    """Write the shipped calibration.toml with new constants and errors; the rest stays as it is."""
    text = SOURCE.read_text(encoding="utf-8")
    for name in ("lut", "ff", "csynth_lut", "csynth_ff", "matrix_lut", "da_cost", "shift_add_lut"):
        values[results[name].quantity] = results[name].value
    for key, value in values.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value:.5g}", text, flags=re.MULTILINE)
    text = text[: text.index("\n[errors]\n")] + "\n[errors]\n"
    for name, sentence in EVIDENCE.items():
        r = results[name]
        text += (
            f"{name} = {{ spread = {r.spread:.4g}, median_percent = {r.median_percent():.3g}, "
            f'designs = {len(r.held_out)}, evidence = "{sentence}" }}\n'
        )
    write_text(out, text)
    print(f"\nwritten: {out.name}")


EVIDENCE = {
    "latency_cycles": "adder levels and DSP stages per clock, fitted to HLS reports of nanoPELICAN firmware",
    "lut": "counted logic, fitted to logic synthesis of nanoPELICAN firmware",
    "ff": "logic and register density, fitted to logic synthesis of nanoPELICAN firmware",
    "dsp": "27 x 18 bits a slice (UG579), products of up to 10 bits in logic; checked on nanoPELICAN firmware",
    "csynth_lut": "counted logic, fitted to HLS reports of nanoPELICAN firmware",
    "csynth_ff": "estimated FF, fitted to HLS reports of nanoPELICAN firmware",
    "matrix_lut": "effective bit operations, fitted to 20 placed and routed JEDI-linear designs",
    "da_cost": "cost of the distributed-arithmetic trace, fitted to 20 placed and routed JEDI-linear designs",
    "period_ns": "root of the LUT count, fitted to 20 placed and routed JEDI-linear designs with a 2 ns target",
    "shift_add_lut": "shifts and adds of constant matrices, fitted to Yosys' counts of our own Verilog "
    "(12 % above Vivado's), not to HLS",
}

if __name__ == "__main__":
    main()
