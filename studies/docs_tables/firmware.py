"""Tables about hardware: cells of our Verilog, exactness, estimates held against both."""

from __future__ import annotations

import json
from collections.abc import Callable

from studies.docs_tables.markers import ROOT, markdown, rows_of, span, thousands

#: What a case of ``scripts/sweep_rtl.py options`` changes, in words.
OPTIONS = {
    "all": "all switches on, the trained model",
    "equal sums not shared": "equal sums computed twice",
    "gates not merged": "saturation, ReLU, masks and distances as separate gates",
    "no Winograd": "four products per pair instead of two (no Winograd form)",
    "no accumulation in DSP": "products added in look-up tables, not inside DSP blocks",
    "no adders of three": "adders of two operands only",
    "all products in LUT": "no DSP block",
    "none": "all switches off",
    "all ordered pairs instead of i <= j": "all ordered pairs instead of i <= j",
    "batch normalisation as arithmetic": "both batch normalisations as arithmetic on pairs, not in tables over n",
    "w2 and w3 differ": "",
    "w2 = w3": "symmetric weights, w_2 = w_3",
    "w0 = +-2^k": "w_0 = +-2^k",
    "w2 = w3 and w0 = +-2^k": "symmetric weights and w_0 = +-2^k",
    "row sums p_i . J": "row sums p_i . J instead of sums of d",
    "inputs pT, eta, phi": "inputs pT, eta, phi (those of `npelican-n16-c2-trigger`)",
    "inputs log pT, eta, phi": "inputs log pT, eta, phi (those of `npelican-n16-c2-log`)",
    "weights no constants, their products in LUT": "weights on pairs as inputs, their products in look-up tables",
    "weights no constants, their products in DSP": "weights on pairs as inputs, their products in DSP blocks",
    "rounding floor": "",
    "rounding half_even": "rounding half to even instead of down",
    "rounding half_up": "rounding half up, half an LSB in biases and tables",
    "rounding half_up, halves not folded into biases": "rounding half up, half an LSB added to every value",
    "wrap instead of saturation": "wrap instead of saturation",
    "trigger model: all": "the model `npelican-n16-c2-trigger`",
    "trigger model: narrow products in LUT": "its products pT_i pT_j in look-up tables",
    "trigger model: all products in LUT": "all its products in look-up tables",
}
#: What takes time in ``scripts/verify_rtl.py``, and is named so in its columns.
STEPS = ("verilog", "compile", "simulate")
#: Evidence of every count of our own Verilog.
CELLS = "Yosys, our Verilog"


def smallest() -> str:
    """The smallest designs at N = 16."""
    rows = rows_of("docs/data/rtl_smallest.csv")
    return markdown(
        ["model", "MHz", "cycles", "LUT", "DSP", "latency (80 % range, ns)", "<evidence"],
        [
            [f"`{row['model']}`", f"{float(row['clock_mhz']):g}", row["latency_cycles"], thousands(row["lut"]),
             row["dsp"], span(row["latency_ns_low"], row["latency_ns_high"], 1), CELLS]
            for row in rows
        ],
    )  # fmt: skip


def options() -> str:
    """What each option saves."""
    rows = rows_of("docs/data/rtl_options.csv")
    reference, cells, against = rows[0], [], ""
    for row in rows:
        if row["case"] == "trigger model: all":
            reference, against = row, "against the trigger model: "
        if not (text := OPTIONS[row["case"]]):
            continue  # the case has the same circuit as the first line
        change = "" if row is reference else against + _change(row, reference)
        cells.append([text, row["latency_cycles"], thousands(row["lut"]), thousands(row["dsp"]), change])
    return markdown(["what changes", "cycles", "LUT", "DSP", "<difference"], cells)


def _change(row: dict[str, str], reference: dict[str, str]) -> str:
    lut, dsp = (int(row[key]) - int(reference[key]) for key in ("lut", "dsp"))
    return f"{lut:+,} LUT" + (f", {dsp:+,} DSP" if dsp else "")


def exactness() -> str:
    """Models whose Verilog was simulated on real jets and edge vectors."""
    rows = rows_of("docs/data/rtl_exactness.csv")
    return markdown(
        [*["model", "N", "cycles", "DSP"], "scores that differ", "distinct scores", *STEPS, "memory"],
        [
            [f"`{row['model']}`", row["constituents"], row["latency_cycles"], thousands(row["dsp"]),
             row["differences"], thousands(row["distinct_scores"]), *(f"{row[f'{step}_s']} s" for step in STEPS),
             f"{row['memory_gb']} GB"]
            for row in rows
        ],
    )  # fmt: skip


def constituents() -> str:
    """Size against N."""
    rows = rows_of("docs/data/rtl_constituents.csv")
    return markdown(
        ["N", "cycles", "LUT", "DSP", "latency (80 % range, ns)"],
        [[row["constituents"], *_size(row)] for row in rows],
    )


def intervals() -> str:
    """Size against initiation interval, nanoPELICAN."""
    return _intervals("docs/data/rtl_intervals.csv")


def messages() -> str:
    """The same for message-passing models."""
    return _intervals("docs/data/rtl_messages.csv")


def _intervals(path: str) -> str:
    return markdown(
        ["model", "II", "cycles", "LUT", "DSP", "latency (80 % range, ns)", "FF"],
        [[f"`{row['model']}`", row["ii"], *_size(row), thousands(row["ff"])] for row in rows_of(path)],
    )


def _size(row: dict[str, str]) -> list[str]:
    latency = span(row["latency_ns_low"], row["latency_ns_high"], 1)
    return [row["latency_cycles"], thousands(row["lut"]), row["dsp"], latency]


def estimate_against_rtl() -> str:
    """Estimates of nanoPELICAN held against Yosys' counts of the same plain design."""
    rows = rows_of("docs/data/estimate_vs_rtl.csv")
    cells = []
    for row in rows:
        estimated = f"{thousands(row['lut_estimated'])} ({span(row['lut_low'], row['lut_high'])})"
        lut = [estimated, thousands(row["lut_rtl"]), row["lut_ratio"]]
        others = [row[f"{key}_{who}"] for key in ("dsp", "cycles") for who in ("estimated", "rtl")]
        cells.append([row["constituents"], *lut, *others])
    headings = ["N", "LUT estimated (80 % range)", "LUT counted", "ratio"]
    return markdown(
        [*headings, "DSP estimated", "DSP counted", "cycles estimated", "cycles of our Verilog"], cells
    )


def message_estimates() -> str:
    """Estimates of message-passing networks held against Yosys' counts."""
    from studies.calibration.messages import NETWORKS, estimated

    cells = []
    for row in rows_of(f"studies/calibration/{NETWORKS}"):
        total = estimated(row["model"], int(row["constituents"])).total
        error = 100 * (total.lut.value / int(row["lut"]) - 1)
        cells.append(
            [f"`{row['model']}`", row["constituents"], f"{error:+.1f} %", thousands(row["lut"]),
             thousands(total.dsp.value), thousands(row["dsp"])]
        )  # fmt: skip
    return markdown(
        ["model", "N", "error of the LUT estimate", "LUT counted", "DSP estimated", "counted"], cells
    )


def front_end() -> str:
    """What stands before and around the tagger that reads words of the link."""
    return markdown(
        ["part", "MHz", "clocks", "LUT", "FF", "DSP"],
        [
            [
                row["what"],
                f"{float(row['clock_mhz']):g}",
                row["cycles"],
                thousands(row["lut"]),
                thousands(row["ff"]),
                row["dsp"],
            ]
            for row in rows_of("docs/data/front_end.csv")
        ],
    )


def puppi_log() -> str:
    """AUC with the front end, less that of the same model with other inputs."""
    return markdown(
        ["model", "AUC", "compared with", "AUC", "difference"],
        [
            [
                f"`{row['model']}`",
                f"{float(row['auc']):.4f} ± {float(row['auc_error']):.4f}",
                row["compared_with"],
                f"{float(row['auc_other']):.4f}",
                f"{float(row['difference']):+.5f} ± {float(row['difference_error']):.5f}",
            ]
            for row in rows_of("docs/results/puppi-log.csv")
        ],
    )


def emulator_speed() -> str:
    """Jets per second of the C emulator beside hls4ml's C simulation."""
    text = (ROOT / "docs/results/bench-emulator.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    slowest = min(int(row["jets_per_second"]) for row in rows)
    return markdown(
        ["model", "implementation", "jets per second", "times the slowest"],
        [
            [
                f"`{row['model']}`",
                row["implementation"],
                thousands(row["jets_per_second"]),
                f"{row['jets_per_second'] / slowest:.0f}",
            ]
            for row in rows
        ],
    )


FIRMWARE: dict[str, Callable[[], str]] = {
    "rtl-smallest": smallest,
    "rtl-options": options,
    "front-end": front_end,
    "puppi-log": puppi_log,
    "emulator-speed": emulator_speed,
    "rtl-exactness": exactness,
    "rtl-constituents": constituents,
    "rtl-intervals": intervals,
    "rtl-messages": messages,
    "estimate-against-rtl": estimate_against_rtl,
    "message-estimates": message_estimates,
}
