"""The tables of docs/families.md: a Deep Set, JEDI-linear and an interaction network; models of five classes."""

from __future__ import annotations

from collections.abc import Callable

from studies.docs_tables.markers import markdown, rows_of


def families() -> str:
    """AUC, certificate and estimate of each."""
    rows = [
        (
            f"`{row['model']}`",
            f"{row['parameters']} ({row['free']})",
            f"{row['auc']} ± {row['auc_error']}",
            f"{int(row['differences'])} of {int(row['events']):,} in {row['implementations']}",
            row["ii"],
            f"{int(row['lut_estimate']):,}",
            row["dsp_estimate"],
        )
        for row in rows_of("docs/results/families.csv")
    ]
    headings = (
        "model", "parameters (free)", "AUC", "<differing events", "II", "LUT (estimate)", "DSP (estimate)"
    )  # fmt: skip
    return markdown(headings, rows)


def verilog() -> str:
    """Certificate with the Verilog simulated, and what it takes."""
    rows = [
        (
            f"`{row['model']}`",
            f"{row['auc']} ± {row['auc_error']}",
            f"{int(row['differences'])} of {int(row['events']):,} in {row['implementations']}",
            row["ii"],
            row["cycles"],
            f"{int(row['lut_estimate']):,}",
            row["dsp"],
        )
        for row in rows_of("docs/results/families_verilog.csv")
    ]
    headings = ("model", "AUC", "<differing events", "II", "cycles", "LUT (estimate)", "DSP")
    return markdown(headings, rows)


def five_classes() -> str:
    """Accuracy, AUCs, certificate and hardware of each."""
    rows = [
        (
            f"`{row['model']}`",
            row["parameters"],
            f"{row['accuracy']} ± {row['accuracy_error']}",
            f"{row['auc']} ± {row['auc_error']}",
            ", ".join(row[f"auc_{name}"] for name in ("g", "q", "W", "Z", "top")),
            f"{int(row['differences'])} of {int(row['events']):,} in {row['implementations']}",
            row["ii"],
            row["cycles"],
            f"{int(row['lut_estimate']):,}",
            row["dsp"],
        )
        for row in rows_of("docs/results/five_classes.csv")
    ]
    headings = (
        "model", "parameters", "accuracy", "mean AUC", "<AUC of g, q, W, Z, top", "<differing events", "II",
        "cycles (Verilog)", "LUT (estimate)", "DSP",
    )  # fmt: skip
    return markdown(headings, rows)


def widths() -> str:
    """Accuracy against LUT where training finds a width for every weight."""
    rows = [
        (
            row["relation"],
            f"{float(row['bits_penalty']):.0e}",
            row["float_accuracy"],
            row["accuracy"],
            f"{int(row['bit_operations']):,}",
            f"{int(row['zero_weights']):,} of {int(row['weights']):,}",
            row["mean_bits"],
            f"{int(row['lut_estimate']):,}",
            f"{int(row['lut_verilog']):,}" if row["lut_verilog"] else "not counted",
            row["dsp_estimate"],
        )
        for row in rows_of("docs/results/widths.csv")
    ]
    headings = (
        "f_R", "bits_penalty", "accuracy, float", "accuracy", "bit operations", "weights that are 0",
        "bits of the others", "LUT (estimate)", "LUT (Yosys)", "DSP",
    )  # fmt: skip
    return markdown(headings, rows)


def widths_two() -> str:
    """AUC against LUT where training finds a width for every weight."""
    rows = [
        (
            f"`{row['network']}`",
            f"{int(row['train_jets']):,}",
            f"{float(row['bits_penalty']):.0e} / {float(row['bits_ramp']):g}",
            row["float_auc"],
            f"{row['auc']} ± {row['auc_error']}",
            f"{int(row['bit_operations']):,}",
            f"{int(row['zero_weights']):,} of {int(row['weights']):,}",
            row["mean_bits"],
            row["ii"],
            f"{int(row['lut_estimate']):,}",
            f"{int(row['lut_verilog']):,}" if row["lut_verilog"] else "not counted",
            row["dsp_verilog"] or row["dsp_estimate"],
            row["cycles_verilog"] or "-",
        )
        for row in rows_of("docs/results/widths-two.csv")
    ]
    headings = (
        "network", "training jets", "<bits_penalty / bits_ramp", "AUC, float", "AUC", "bit operations",
        "weights that are 0", "bits of the others", "II", "LUT (estimate)", "LUT (Yosys)", "DSP", "cycles",
    )  # fmt: skip
    return markdown(headings, rows)


def regression() -> str:
    """Bias and resolution of the pT of a top, W or Z."""
    rows = [
        (
            f"`{row['model']}`" if row["model"] else "",
            row["found_by"],
            *(
                f"{row[f'{key}_percent']}"
                + (f" ± {row[f'{key}_error']}" if row[f"{key}_error"] else "")
                + " %"
                for key in ("bias", "resolution")
            ),
            row["accuracy"],
            f"{row['differing']} of {int(row['events']):,} in {row['implementations']}"
            if row["events"]
            else "",
            f"{row['ii']} / {row['cycles']}" if row["events"] else "",
        )
        for row in rows_of("docs/results/regression.csv")
    ]
    titles = ("model", "<pT found by", "bias", "resolution", "accuracy", "differing events", "II / cycles")
    return markdown(titles, rows)


FAMILIES: dict[str, Callable[[], str]] = {
    "families": families,
    "families-verilog": verilog,
    "five-classes": five_classes,
    "regression": regression,
    "widths": widths,
    "widths-two": widths_two,
}
