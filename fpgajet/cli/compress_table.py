"""The table of ``fpgajet compress`` on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fpgajet.cli.output import console, narrow_table

if TYPE_CHECKING:
    from quant.compression.losses import Lost
    from quant.compression.table import Row


def show(rows: Sequence[Row], title: str, where: dict[str, Any]) -> None:
    """Print the steps; ``where`` holds part and clock of the estimates."""
    title = f"{title} on {where['part']} at {where['clock_mhz']:g} MHz"
    heading = f"{title}; LUT, DSP and latency are estimates"
    table = narrow_table(title=heading)
    table.add_column("")
    for column in (
        "",
        "para-\nmeters",
        "AUC float\nquantised",
        "1/eps_B\nat 0.3",
        "LUT\n(80 %)",
        "DSP",
        "cycles\nns",
    ):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            f"{row.method}\n{row.detail}",
            "\n".join(_halves(row.bits)),
            str(row.parameters),
            f"{_number(row.auc_float, 4)}\n{_number(row.auc, 4)}",
            _number(row.inverse_background_efficiency_30, 1),
            f"{row.lut:,.0f}\n({row.lut_low:,.0f}-{row.lut_high:,.0f})",
            f"{row.dsp:g}",
            f"{row.latency_cycles:g}\n{row.latency_ns:.1f}",
        )
    console.print(table)


def lines_of_losses(lost: Mapping[str, Mapping[str, Lost]]) -> list[str]:
    """What each step of greedy narrowing lost, for people."""
    from quant.compression.steps import NARROW

    return [
        f"{name}: AUC lost {_with_error(one['test'])} on test jets, {_with_error(one['validation'])} on validation jets"
        for name, one in lost.items()
        if name.startswith(NARROW)
    ]


def within(lost: Mapping[str, Mapping[str, Lost]], wish: float) -> str:
    """Which step of greedy narrowing, by its losses on validation and test jets, lost at most ``wish``; for people."""
    from quant.compression.steps import GIVEN, NARROW

    narrowed = {name: one for name, one in lost.items() if name == GIVEN or name.startswith(NARROW)}
    kept = [name for name, losses in narrowed.items() if losses["validation"].value <= wish]
    validation, test = (lost[kept[-1]][part] for part in ("validation", "test"))
    said = (
        f"{kept[-1]} is the last step that lost at most {wish:g} of AUC on the validation jets: "
        f"{_with_error(validation)}, and {_with_error(test)} on the test jets, which chose nothing."
    )
    errors = [losses["validation"].error or 0.0 for losses in narrowed.values()]
    if wish < max(errors):
        said += f" So few validation jets tell losses apart by {max(errors):.4f} only, which is more than {wish:g}."
    return said


def _with_error(lost: Lost) -> str:
    return f"{lost.value:.4f} ± {_number(lost.error, 4)}"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _halves(text: str) -> tuple[str, str]:
    """Two lines of about equally many words."""
    words = text.split()
    middle = (len(words) + 1) // 2
    return " ".join(words[:middle]), " ".join(words[middle:])
