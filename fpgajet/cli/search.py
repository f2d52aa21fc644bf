"""``fpgajet search``: the best tagger for a budget; ``fpgajet search report``: what a search has found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import CLUSTER_HELP, JSON_HELP, console, messages, print_json
from fpgajet.errors import BadInput, require_extra

app = typer.Typer(
    invoke_without_command=True,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

STORAGE_HELP = "URL of a database for Optuna; default: a journal in --out. It is written into no file."


@app.callback()
def search(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Directory with train, val and test jets.")] = None,
    out: Annotated[Path | None, typer.Option(help="Directory of the search; with one in it, go on.")] = None,
    family: Annotated[
        str | None, typer.Option(help="Family of models, whose shipped space is searched.")
    ] = None,
    space: Annotated[Path | None, typer.Option(help="TOML file of a space of your own.")] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="Finished trials that the study is to have in all.")
    ] = 100,
    objectives: Annotated[
        str,
        typer.Option(help="Of auc, rejection, ant, lut, ff, dsp, latency, parameters; the first one ranks."),
    ] = "auc,lut,latency",
    sampler: Annotated[str, typer.Option(help="tpe, nsga2 or random.")] = "tpe",
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of the sampler.")] = 0,
    budget: Annotated[
        str | None, typer.Option(help="Preset or TOML file; what misses it is infeasible.")
    ] = None,
    part: Annotated[str | None, typer.Option(help="FPGA; default: the budget's.")] = None,
    clock_mhz: Annotated[float | None, typer.Option(help="Default: the budget's.")] = None,
    ii: Annotated[
        int, typer.Option(min=1, help="Clocks between two jets, where the space has no axis ii.")
    ] = 1,
    strict: Annotated[bool, typer.Option(help="A marginal verdict is infeasible too.")] = False,
    min_auc: Annotated[
        float | None, typer.Option(help="Physics floor: validation AUC that is asked for.")
    ] = None,
    max_jets: Annotated[
        int | None, typer.Option(min=1, help="Trials use only the first training jets.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Processes here, or on the cluster.")] = 1,
    cluster: Annotated[str | None, typer.Option(help=CLUSTER_HELP)] = None,
    finish: Annotated[int, typer.Option(min=0, help="So many of the best are trained to the end.")] = 0,
    storage: Annotated[str | None, typer.Option(help=STORAGE_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Search the best tagger for a budget, over architecture, bits and hardware.

    Every trial is trained for a few epochs, calibrated, estimated and held against the budget. Its run directory in
    OUT/trials is a checkpoint for `fpgajet build --model`. The same command goes on after a stop or a kill. Given a
    second time beside the first, it helps.

    Example: `fpgajet search --family npelican --data jets --budget cms-p2-ct-l2 --part xcvu13p --trials 200
    --out studies/top`
    """
    if context.invoked_subcommand is not None:
        return
    if data is None or out is None:
        raise BadInput(
            f"{'--data' if data is None else '--out'} is needed. `fpgajet search --help` says what for."
        )
    from fpgajet import api
    from fpgajet.cli.search_table import show
    from fpgajet.pipeline.reporter import Silent

    class Lines(Silent):
        """Plain lines, as in the log of a batch job."""

        def line(self, text: str) -> None:
            messages.print(text, highlight=False, markup=False, soft_wrap=True)

    result = api.search(
        data, out, family=family, space=space, trials=trials, objectives=objectives, sampler=sampler, seed=seed,
        budget=budget, part=part, clock_mhz=clock_mhz, ii=ii, strict=strict, min_auc=min_auc, max_jets=max_jets,
        workers=workers, cluster=cluster, finish=finish, storage=storage, reporter=Lines(),
    )  # fmt: skip
    if json:
        print_json(result.as_dict())
        return
    show(result.settings, result.trials)
    for path in result.finished:
        console.print(f"trained to the end: {path}", highlight=False, soft_wrap=True)
    console.print(f"{out}; `fpgajet search report {out}` shows the front", highlight=False, soft_wrap=True)


@app.command("report")
def report(
    directory: Annotated[Path, typer.Argument(help="Directory of a search.", metavar="DIR")],
    storage: Annotated[str | None, typer.Option(help=STORAGE_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Write DIR/search.html and DIR/search.csv: fronts, importances, parallel coordinates, all trials.

    Example: `fpgajet search report studies/top`
    """
    require_extra("optuna")
    from fpgajet.cli.search_table import show
    from fpgajet.search.report import write_report
    from fpgajet.search.results import document
    from fpgajet.search.search_settings import read_search

    settings = read_search(directory)
    written = write_report(directory, settings, storage, "fpgajet " + " ".join(sys.argv[1:]))
    if json:
        more = {"importances": written.importances, "sensitivities": written.sensitivities}
        print_json(document(settings, written.rows) | more)
        return
    show(settings, written.rows)
    for path in written.files:
        console.print(str(path), highlight=False, soft_wrap=True)
