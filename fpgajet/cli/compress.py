"""``fpgajet compress``: fewer bits, fewer weights, fewer channels; what each step does to physics and size."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from fpgajet.cli.compress_table import lines_of_losses, show, within
from fpgajet.cli.output import JSON_HELP, console, messages, print_json
from fpgajet.cli.training_progress import TrainingProgress
from fpgajet.errors import BadInput

if TYPE_CHECKING:
    from fpgajet.ops.network import Network
    from quant.compression.table import Row

LOG, CSV, JSON, SVG = "compress.log", "compress.csv", "compress.json", "compress.svg"
T = TypeVar("T")


def compress(
    model: Annotated[str, typer.Argument(help="Name in the zoo, or a directory made by `fpgajet train`.")],
    data: Annotated[Path, typer.Option(help="Directory with train, val and test jets.")],
    out: Annotated[Path, typer.Option(help="Directory of the steps, each of them a checkpoint.")],
    bits: Annotated[
        str | None, typer.Option(help="Widths for quantisation without retraining: 8,7,6,5,4; none: skip it.")
    ] = None,
    prune: Annotated[
        str | None,
        typer.Option(help="Rising shares of weights to make zero: 0.25,0.5,0.75; none: skip it."),
    ] = None,
    structured: Annotated[
        str | None, typer.Option(help="Whole pieces to remove: channels, aggregators, or both.")
    ] = None,
    removals: Annotated[
        int | None, typer.Option(help="How many pieces of a kind go at most, one by one (3).")
    ] = None,
    lut: Annotated[
        float | None, typer.Option(min=1, help="Narrow bits and weights greedily to so many estimated LUT.")
    ] = None,
    auc_loss: Annotated[
        float | None, typer.Option(help="Narrow greedily until so much AUC is lost: 0.001.")
    ] = None,
    l1: Annotated[float | None, typer.Option(help="Factor of an L1 term in retraining (0).")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A setting of retraining, key=value; may repeat: float_epochs, bits.dots."
        ),
    ] = None,
    max_jets: Annotated[int | None, typer.Option(min=1, help="Use only the first training jets.")] = None,
    part: Annotated[str | None, typer.Option(help="FPGA of the estimates.")] = None,
    clock_mhz: Annotated[float | None, typer.Option(help="Clock of the estimates in MHz.")] = None,
    ii: Annotated[int, typer.Option(help="Clocks between two jets.")] = 1,
    resume: Annotated[bool, typer.Option(help="Continue after Ctrl-C or a kill.")] = False,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Make a trained tagger smaller, step by step, and tabulate AUC against estimated size.

    Three ways, each from the given model on: `ptq` calibrates it at fewer bits without retraining (the baseline);
    `magnitude` makes the smallest weights zero, more at every step, and trains the others on; `--structured` removes
    whole channels or aggregators, the least harmful first, and trains the rest on. With `--lut` or `--auc-loss` bits of
    types, digits of weights and the grid of the input go one by one instead, where most LUTs are saved for the AUC.
    Every step is a checkpoint that build, eval, compare and compress itself take.

    Example: `fpgajet compress npelican --data jets --out runs/small --structured aggregators --part xcvu9p`
    """
    from fpgajet.errors import require_extra

    require_extra("torch", "brevitas")
    from fpgajet.plotting import check_image
    from quant.checkpoint import open_checkpoint, require_two_classes
    from quant.compression.compress_settings import compress_settings, settings_of
    from quant.compression.run import Compression
    from quant.compression.steps import steps_of
    from quant.compression.table import row_of
    from quant.training.data import TrainingJets
    from quant.training.run import prepare
    from quant.zoo import resolve

    measure, where = _measure(part, clock_mhz, ii)
    source = open_checkpoint(resolve(model))
    require_two_classes(source, "`fpgajet compress`")
    if lut is not None or auc_loss is not None:  # alone, unless other ways are asked for too
        bits, prune = bits or "none", prune or "none"
    assignments = [*(set_ or []), *([f"max_jets={max_jets}"] if max_jets else [])]
    settings = compress_settings(
        source, assignments, removals=removals, l1=l1, lut=lut, auc_loss=auc_loss,
        estimate=(where["part"], where["clock_mhz"], where["ii"]) if lut or auc_loss else None,
        bits=_listed("bits", bits, int), prune=_listed("prune", prune, float),
        structured=_listed("structured", structured, str),
    )  # fmt: skip
    check_image(out / SVG)
    planned = steps_of(source, settings)
    prepare(out, settings, resume)
    own, command = settings_of(source), ["fpgajet", *(word for word in sys.argv[1:] if word != "--resume")]
    jets = TrainingJets(data, own.constituents, own.form, settings.training["max_jets"])
    rows = []
    epochs = {"steps": planned}
    epochs |= {fit: settings.training[f"{fit}_epochs"] for fit in ("float", "quantised")}
    with TrainingProgress(messages, out / LOG, epochs) as progress:
        progress.write(f"{'resumed' if resume else 'started'}: {' '.join(command)}")

        def begin(name: str) -> None:
            progress.write(f"begin {name}")
            progress.begin("steps", name)

        compression = Compression(
            settings, source, jets, out, command, progress.report, begin, progress.tick,
            lambda network: measure(network)["lut"],
        )  # fmt: skip
        lost = {}
        for step, checkpoint in compression.run():
            lost[step.name] = compression.losses.of(checkpoint)
            rows.append(row_of(step, checkpoint, measure, lost[step.name]["test"]))
            progress.advance("steps")
        progress.write("finished")
    _write(out, rows, " ".join(command), {"model": source.config.name, **where})
    if json:
        print_json(_content(rows, {"model": source.config.name, **where}))
        return
    show(rows, source.config.name, where)
    for line in lines_of_losses(lost):
        console.print(line, highlight=False, soft_wrap=True)
    if settings.auc_loss is not None:
        console.print(within(lost, settings.auc_loss), highlight=False, soft_wrap=True)
    console.print(f"{out}: {CSV}, {JSON}, {SVG}, and a checkpoint per step", highlight=False, soft_wrap=True)


def _measure(
    part: str | None, clock_mhz: float | None, ii: int
) -> tuple[Callable[[Network], dict[str, float]], dict[str, Any]]:
    """What estimates a network, and on what."""
    from fpgajet.devices import budget, chosen_clock
    from fpgajet.devices import part as part_named
    from fpgajet.estimate import estimate

    slot = budget()
    device = part_named(slot.part if part is None else part)
    clock = chosen_clock(clock_mhz, slot.clock_mhz)

    def measure(network: Network) -> dict[str, float]:
        total = estimate(network, device, clock, ii).total
        return {
            "lut": total.lut.value,
            "lut_low": total.lut.low,
            "lut_high": total.lut.high,
            "dsp": total.dsp.value,
            "latency_cycles": total.latency_cycles.value,
            "latency_ns": round(total.latency_ns.value, 2),
        }

    return measure, {"part": device.full_name, "clock_mhz": clock, "ii": ii}


def _listed(name: str, text: str | None, of: Callable[[str], T]) -> tuple[T, ...] | None:
    """Values between commas or spaces; none is ``none``, and no text the default.

    Raises:
        BadInput: a value that is none of the kind.
    """
    if text is None or text.strip() == "none":
        return None if text is None else ()
    try:
        return tuple(of(word) for word in text.replace(",", " ").split())
    except ValueError as error:
        raise BadInput(f"--{name} {text!r}: {error}. Separate the values by commas.") from error


def _content(rows: Sequence[Row], about: dict[str, Any]) -> dict[str, Any]:
    from dataclasses import asdict

    return {**about, "rows": [asdict(row) for row in rows]}


def _write(out: Path, rows: Sequence[Row], command: str, about: dict[str, Any]) -> None:
    from fpgajet.files import write_json
    from quant.compression.table import plot, write_csv

    write_csv(out / CSV, rows, command)
    write_json(out / JSON, _content(rows, about))
    plot(out / SVG, rows, about["model"])
