"""``fpgajet build``: the whole way from a trained tagger to proved firmware and a verdict."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fpgajet.cli.options import options_of
from fpgajet.cli.output import JSON_HELP, print_json
from fpgajet.errors import BadInput
from fpgajet.pipeline.build_settings import FILE_ONLY, BuildSettings

SHARED_HELP = str(BuildSettings.model_fields["shared_features"].description)
EXAMPLE = """
Turn a trained tagger into firmware, prove it exact, and hold it against a trigger budget.

Examples:

    fpgajet build --model npelican --part xcvu9p

    fpgajet build --model runs/my-tagger --part xcvu13p --budget cms-run3-ugt --clock-mhz 240 --out mine

    fpgajet build --model mlp.onnx --jets features.npz

    fpgajet build --shared-features runs/zprime runs/ttH --part xcvu13p

Exit codes: 0 exact and within the budget, 2 bad input, 3 implementations differ, 4 budget missed, 5 a tool is
missing, 6 a tool failed, 7 cannot write, 130 interrupted (run again to continue).
"""


@options_of(BuildSettings, skip=FILE_ONLY | {"shared_features"}, switches=("strict", "rewritable"))
def build(
    runs: Annotated[list[str] | None, typer.Argument(help="Runs, with --shared-features only.")] = None,
    shared_features: Annotated[bool, typer.Option("--shared-features", help=SHARED_HELP)] = False,
    config: Annotated[Path | None, typer.Option(help="TOML file with any of these settings.")] = None,
    out: Annotated[Path | None, typer.Option(help="Build directory; default builds/MODEL-PART.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
    **given: Any,
) -> int:
    from fpgajet import api
    from fpgajet.cli.build_tables import show
    from fpgajet.cli.reporter import reporter

    if bool(runs) != shared_features:
        raise BadInput("--shared-features takes names of runs, and names without an option are for it alone.")
    if runs:
        given["shared_features"] = tuple(runs)
    command = shlex.join(["fpgajet", *sys.argv[1:]])
    built = api.build(out=out, config=config, reporter=reporter(), command=command, **given)
    if as_json:
        print_json(built.document)
    else:
        show(built.outcome)
    built.raise_if_failed()
    return 0


build.__doc__ = EXAMPLE
