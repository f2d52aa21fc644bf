"""The table of a compression: what every step does to physics and to size."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from fpgajet.files import write_text
from fpgajet.ops.network import Network
from fpgajet.plotting import COLOURS, physics_axes
from quant.checkpoint import Checkpoint, load_model
from quant.compression.compress_settings import settings_of
from quant.compression.losses import Lost
from quant.compression.magnitude import pruned
from quant.compression.steps import GIVEN, Step

#: size of a network: the fields of a row from ``lut`` on
Measure = Callable[[Network], Mapping[str, float]]


@dataclass(frozen=True)
class Row:
    """One step.

    Attributes:
        parameters: those of the model less the weights that are zero in hardware.
        bits: widths of the quantisers.
        auc_float, auc, inverse_background_efficiency_30: on the test jets; the last two of the quantised model.
        auc_lost, auc_lost_error: quantised AUC lost against the given model on the test jets, and its paired error.
        lut (80 % interval ``lut_low`` - ``lut_high``), dsp, latency_cycles, latency_ns: estimated.
    """

    step: str
    method: str
    detail: str
    parameters: int
    bits: str
    auc_float: float | None
    auc: float | None
    inverse_background_efficiency_30: float | None
    auc_lost: float
    auc_lost_error: float | None
    lut: float
    lut_low: float
    lut_high: float
    dsp: float
    latency_cycles: float
    latency_ns: float


def row_of(step: Step, checkpoint: Checkpoint, measure: Measure, lost: Lost) -> Row:
    """The row of a finished step, which has ``lost`` AUC on the test jets."""
    config, model = checkpoint.config, load_model(checkpoint)
    zeros = pruned(model, config.family.prunable(settings_of(checkpoint)))
    quantised = config.metrics.quantised
    return Row(
        step=step.name,
        method=step.method,
        detail=step.detail,
        parameters=config.parameters - zeros,
        bits=config.model.bits,
        auc_float=_rounded(config.metrics.float_["auc"], 5),
        auc=_rounded(quantised["auc"], 5),
        inverse_background_efficiency_30=_rounded(quantised["inverse_background_efficiency_30"], 1),
        auc_lost=round(lost.value, 6),
        auc_lost_error=_rounded(lost.error, 6),
        **measure(model.network()),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def write_csv(path: Path, rows: Sequence[Row], command: str) -> None:
    """The table, behind a first comment line with the command that makes it."""
    text = io.StringIO()
    text.write(f"# {command}\n")
    writer = csv.DictWriter(text, [f.name for f in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_text(path, text.getvalue())


def plot(path: Path, rows: Sequence[Row], title: str) -> None:
    """AUC of the quantised model against estimated LUTs, one line a method, from the given model on.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is missing. CannotWrite: no room.
    """
    given = [row for row in rows if row.method == GIVEN]
    methods = dict.fromkeys(row.method for row in rows if row.method != GIVEN)
    with physics_axes(path) as (axis,):
        for row in given:
            axis.plot(
                row.lut, row.auc, marker="*", markersize=18, color="black", linestyle="", label="as given"
            )
        for number, method in enumerate(methods):
            own = [row for row in rows if row.method == method]
            line = own if method == "ptq" else [*given, *own]  # the baseline has no order of steps
            colour = COLOURS[number % len(COLOURS)]
            x, y = [row.lut for row in line], [row.auc for row in line]
            axis.plot(x, y, color=colour, marker="o", label=method)
            for row in own:
                note: dict[str, Any] = {"xytext": (6, -14), "textcoords": "offset points", "fontsize": 12}
                text = row.detail.replace("without ", "- ")
                axis.annotate(text, (row.lut, row.auc), color=colour, **note)
        axis.set_xlabel("estimated LUT")
        axis.set_ylabel("AUC, quantised")
        axis.margins(0.15)
        axis.grid(alpha=0.3)
        axis.legend(title=title)
