"""``fpgajet import``: weights that others trained become a checkpoint."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fpgajet.cli.output import JSON_HELP, console, messages, print_json
from fpgajet.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from quant.importing.foreign import ForeignNPelican

app = typer.Typer(
    no_args_is_help=True, help="Import weights that others trained, as a checkpoint for `build`."
)

Out = Annotated[Path, typer.Option(help="Directory of the checkpoint.", show_default=False)]
Data = Annotated[
    Path | None,
    typer.Option(
        help="Your jets: a file, shards, or a directory with train, val, test; default: the sample."
    ),
]
Constituents = Annotated[
    int | None, typer.Option(min=1, help="Leading constituents read; default: what the file says, else 16.")
]
Nbar = Annotated[float | None, typer.Option(help="Normaliser of sums; default: what the file says, else 49.")]
Beams = Annotated[
    bool | None,
    typer.Option("--beams/--no-beams", help="Whether beams are added; default: as the file says, else yes."),
]
Epochs = Annotated[
    int, typer.Option(min=0, help="Epochs of quantised fine-tuning on --data; 0: calibration only.")
]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="A setting of `fpgajet train`, key=value; may repeat.")
]
Name = Annotated[str | None, typer.Option(help="Name of the model; default: as --out.")]
Json = Annotated[bool, typer.Option("--json", help=JSON_HELP)]


@app.command("pelican-nano", no_args_is_help=True)
def pelican_nano(
    file: Annotated[
        Path, typer.Argument(help="PELICAN-nano's .pt, or .npz of its HGQ port.", show_default=False)
    ],
    out: Out,
    data: Data = None,
    constituents: Constituents = None,
    nbar: Nbar = None,
    beams: Beams = None,
    epochs: Epochs = 0,
    set_: Set = None,
    name: Name = None,
    as_json: Json = False,
) -> None:
    """Import a PELICAN-nano checkpoint; nothing but tensors is unpickled. The import is checked against the formula.

    Example: `fpgajet import pelican-nano best.pt --out runs/theirs --constituents 20 --data jets`
    """
    from quant.importing.arrays import read_arrays
    from quant.importing.state_dict import read_state_dict

    read = read_arrays if file.suffix == ".npz" else read_state_dict
    _run(read, file, out, data, constituents, nbar, beams, epochs, set_, name, as_json)


@app.command("weights-h", no_args_is_help=True)
def weights_h(
    file: Annotated[Path, typer.Argument(help="weights.h of the nPELICAN firmware.", show_default=False)],
    out: Out,
    data: Data = None,
    constituents: Constituents = None,
    nbar: Nbar = None,
    beams: Beams = None,
    epochs: Epochs = 0,
    set_: Set = None,
    name: Name = None,
    as_json: Json = False,
) -> None:
    """Import the weights header of the published nPELICAN firmware. The import is checked against the formula.

    Example: `fpgajet import weights-h firmware/weights/weights.h --out runs/firmware`
    """
    from quant.importing.weights_header import read_header

    _run(read_header, file, out, data, constituents, nbar, beams, epochs, set_, name, as_json)


def _run(
    read: Callable[..., ForeignNPelican],
    file: Path,
    out: Path,
    data: Path | None,
    constituents: int | None,
    nbar: float | None,
    beams: bool | None,
    epochs: int,
    assignments: list[str] | None,
    name: str | None,
    as_json: bool,
) -> None:
    from quant.importing.run import ImportOptions, import_npelican

    foreign = read(file, nbar=nbar, beams=beams)
    imported = import_npelican(
        foreign,
        file,
        out,
        ImportOptions(constituents, data, _settings(assignments or []), epochs),
        name=out.resolve().name if name is None else name,
        command=["fpgajet", *sys.argv[1:]],
        say=lambda line: messages.print(line, markup=False, highlight=False, style="dim", soft_wrap=True),
    )
    config = imported.checkpoint.config
    metrics = config.model_dump(by_alias=True)["metrics"]
    if as_json:
        rows = [asdict(row) for row in imported.agreements]
        document: dict[str, Any] = {
            "checkpoint": str(out),
            "name": config.name,
            "parameters": config.parameters,
        }
        print_json(document | {"agreement": rows, "notes": imported.notes, "metrics": metrics})
        return
    lines = [f"{file}: nanoPELICAN, {foreign.hidden} channels, {config.parameters} parameters"]
    lines += [row.sentence for row in imported.agreements]
    for precision in ("float", "quantised"):
        row = metrics[precision]
        lines.append(f"{precision:10} accuracy {row['accuracy']:.4f}  AUC {row['auc']:.4f}")
    lines += [*imported.notes, f"checkpoint: {out}; `fpgajet build --model {out}` makes the firmware"]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _settings(assignments: list[str]) -> dict[str, Any]:
    """``key=value`` as settings; a dotted key reaches inside, values are JSON, or text where they are not JSON."""
    values: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key.strip():
            raise BadInput(f"--set {assignment!r}: give key=value.")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
        *outer, last = key.strip().split(".")
        inside = values
        for part in outer:
            inside = inside.setdefault(part, {})
            if not isinstance(inside, dict):
                raise BadInput(f"--set {assignment!r}: {part} is no group of settings.")
        inside[last] = value
    return values
