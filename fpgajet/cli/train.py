"""``fpgajet train``: from jets to a checkpoint that the other commands take."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from fpgajet.cli.output import JSON_HELP, console, messages, print_json


def train(
    data: Annotated[Path, typer.Option(help="Directory with train, val and test jets.")],
    out: Annotated[Path, typer.Option(help="Directory of this run; it becomes the checkpoint.")],
    model: Annotated[str | None, typer.Option(help="Architecture (npelican).")] = None,
    config: Annotated[Path | None, typer.Option(help="JSON or TOML file of settings.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, key=value; may repeat.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the model; default: as --out.")] = None,
    resume: Annotated[bool, typer.Option(help="Continue a run that was stopped or killed.")] = False,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Train a tagger: float, batch norm folded, calibrated, quantised fine-tuning; then measure it.

    Example: `fpgajet train --data jets --out runs/mine --set constituents=16 --set hidden=2`
    """
    from quant.training.run import prepare, train
    from quant.training.settings import read_settings

    settings = read_settings(config, set_ or [], model=model)
    prepare(out, settings, resume)
    checkpoint = train(
        settings, data, out, _Reporter(), name=name or out.resolve().name, command=["fpgajet", *sys.argv[1:]]
    )
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


class _Reporter:
    """One line an epoch on standard error."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def __call__(self, fit: str, record: dict[str, Any]) -> None:
        now = time.monotonic()
        messages.print(
            f"{fit:10} epoch {record['epoch']:3}  loss {record.get('loss', record['validation_loss']):.4f}"
            f"  validation AUC {record['auc']:.4f}  {now - self.last:.1f} s",
            highlight=False,
        )
        self.last = now
