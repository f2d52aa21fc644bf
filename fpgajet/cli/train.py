"""``fpgajet train``: from jets to a checkpoint that the other commands take."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from fpgajet.cli.output import JSON_HELP, console, messages, print_json
from fpgajet.cli.training_progress import TrainingProgress
from fpgajet.errors import BadInput
from quant.training.device import Device
from quant.training.stages import Until
from quant.training.tracking import Tracker, Tracking, check_tracker, start_tracker

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
    source: Annotated[
        str | None,
        typer.Option("--from", help="Finished run whose features are the start; the classifier is new."),
    ] = None,
    freeze: Annotated[
        str | None,
        typer.Option(
            help="With --from: features (kept as they are, the default), types (those of the classifier too) or none."
        ),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(help="Trained model of any family whose probabilities the loss compares with too."),
    ] = None,
    track: Annotated[
        list[Tracking] | None, typer.Option(help="Log to a tracker as well, locally; may repeat.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Train a tagger: float, batch norm folded, calibrated, quantised fine-tuning; then measure it.

    Example: `fpgajet train --data jets --out runs/mine --set constituents=16 --track tensorboard`
    """
    from fpgajet import api

    wanted = track or []
    if freeze is not None and source is None:
        raise BadInput("--freeze says what is kept of the run that --from names: give --from.")
    for tracking in wanted:
        check_tracker(tracking)
    title = name or out.resolve().name
    with ExitStack() as stack:
        watch = _Watch(stack, out, title, wanted, resume)
        trained = api.train(
            data, out, model=model, config=config, settings=set_ or [], name=title, resume=resume,
            until=until.value, device=device.value, source=source,
            freeze=freeze or "features", teacher=teacher, started=watch.started, report=watch.report, tick=watch.tick,
            command=["fpgajet", *sys.argv[1:]],
        )  # fmt: skip
        watch.finished(until)
    if trained.metrics is None:
        if json:
            print_json({"run": str(out), "until": until.value})
            return
        console.print(f"{out}: {until} is done; go on with --resume", highlight=False, soft_wrap=True)
        return
    if json:
        print_json({"checkpoint": str(out), "name": trained.name, "metrics": trained.metrics})
        return
    for precision in ("float", "quantised"):
        values = trained.metrics[precision]
        console.print(
            f"{precision:10} accuracy {values['accuracy']:.4f}  AUC {values['auc']:.4f}", highlight=False
        )
    console.print(f"checkpoint: {out}", highlight=False, soft_wrap=True)


class _Watch:
    """Bars, log and trackers of a run. They begin with it: a refused run writes nothing into another's log."""

    def __init__(
        self, stack: ExitStack, out: Path, title: str, wanted: list[Tracking], resumed: bool
    ) -> None:
        self.stack, self.out, self.title, self.wanted, self.resumed = stack, out, title, wanted, resumed
        self.trackers: list[Tracker] = []

    def started(self, settings: Any) -> None:
        epochs = {
            **({"teacher": 1} if settings.teacher else {}),
            "screen": settings.seeds * settings.restarts * settings.screen_epochs,
            "float": settings.seeds * settings.float_epochs,
            "scales": settings.scale_rounds * settings.quantised_epochs,
            "quantised": settings.quantised_epochs,
        }
        self.progress = self.stack.enter_context(TrainingProgress(messages, self.out / LOG, epochs))
        self.progress.write(f"{'resumed' if self.resumed else 'started'}: fpgajet {' '.join(sys.argv[1:])}")
        values = settings.model_dump(mode="json")
        self.trackers = [start_tracker(tracking, self.out, self.title, values) for tracking in self.wanted]

    def report(self, fit: str, record: dict[str, Any]) -> None:
        self.progress.report(fit, record)
        for tracker in self.trackers:
            tracker.log(fit, record)

    def tick(self, fit: str, epoch: int, step: int, steps: int, loss: float) -> None:
        self.progress.tick(fit, epoch, step, steps, loss)

    def finished(self, until: Until) -> None:
        for tracker in self.trackers:
            tracker.finish()
        self.progress.write(f"finished: {until}")
