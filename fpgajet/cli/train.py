"""``fpgajet train``: from jets to a checkpoint that the other commands take."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fpgajet.cli.output import JSON_HELP, console, messages, print_json
from fpgajet.cli.training_progress import TrainingProgress
from quant.training.device import Device, pick_device
from quant.training.read_settings import read_settings
from quant.training.stages import Until
from quant.training.tracking import Tracking, check_tracker, start_tracker

LOG = "train.log"


def train(
    data: Annotated[Path, typer.Option(help="Directory with train, val and test jets.")],
    out: Annotated[Path, typer.Option(help="Directory of this run; it becomes the checkpoint.")],
    model: Annotated[str | None, typer.Option(help="Family of models (npelican by default).")] = None,
    config: Annotated[Path | None, typer.Option(help="JSON or TOML file of settings.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, key=value; may repeat.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the model; default: as --out.")] = None,
    resume: Annotated[bool, typer.Option(help="Continue a run that was stopped or killed.")] = False,
    until: Annotated[Until, typer.Option(help="Last stage; --resume goes on from there.")] = Until.QUANTISED,
    device: Annotated[Device, typer.Option(help="Where the float model is trained.")] = Device.CPU,
    track: Annotated[
        list[Tracking] | None, typer.Option(help="Log to a tracker as well, locally; may repeat.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Train a tagger: float, batch norm folded, calibrated, quantised fine-tuning; then measure it.

    Example: `fpgajet train --data jets --out runs/mine --set constituents=16 --track tensorboard`
    """
    from fpgajet.errors import require_extra

    require_extra("torch", "brevitas")
    from quant.training.run import prepare, train

    settings = read_settings(config, set_ or [], model=model)
    chosen = pick_device(device)
    wanted = track or []
    for tracking in wanted:
        check_tracker(tracking)
    prepare(out, settings, resume)
    epochs = {
        "screen": settings.seeds * settings.restarts * settings.screen_epochs,
        "float": settings.seeds * settings.float_epochs,
        "scales": settings.scale_rounds * settings.quantised_epochs,
        "quantised": settings.quantised_epochs,
    }
    title = name or out.resolve().name
    with TrainingProgress(messages, out / LOG, epochs) as progress:
        progress.write(f"{'resumed' if resume else 'started'}: fpgajet {' '.join(sys.argv[1:])}")
        trackers = [
            start_tracker(tracking, out, title, settings.model_dump(mode="json")) for tracking in wanted
        ]

        def report(fit: str, record: dict[str, Any]) -> None:
            progress.report(fit, record)
            for tracker in trackers:
                tracker.log(fit, record)

        checkpoint = train(
            settings, data, out, report, name=title, command=["fpgajet", *sys.argv[1:]],
            until=until, device=chosen, tick=progress.tick,
        )  # fmt: skip
        for tracker in trackers:
            tracker.finish()
        progress.write(f"finished: {until}")
    if checkpoint is None:
        if json:
            print_json({"run": str(out), "until": until.value})
            return
        console.print(f"{out}: {until} is done; go on with --resume", highlight=False, soft_wrap=True)
        return
    metrics = checkpoint.config.model_dump(by_alias=True)["metrics"]
    if json:
        print_json({"checkpoint": str(out), "name": checkpoint.config.name, "metrics": metrics})
        return
    for precision in ("float", "quantised"):
        values = metrics[precision]
        console.print(
            f"{precision:10} accuracy {values['accuracy']:.4f}  AUC {values['auc']:.4f}", highlight=False
        )
    console.print(f"checkpoint: {out}", highlight=False, soft_wrap=True)
