"""``fpgajet compare``: several taggers on the same jets, with errors, so that a difference is told from noise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from fpgajet.cli.compare_retrained import compare_retrained, digits_of, sizes_of, value_text
from fpgajet.cli.evaluate import HEADINGS, DataOption, MaxJets, PlotOption
from fpgajet.cli.output import CLUSTER_HELP, JSON_HELP, console, messages, narrow_table, print_json
from fpgajet.errors import BadInput

RETRAIN_HELP = (
    "Train each again, K times, on all folds of the training jets but one. --data has train and val."
)
SIZES_HELP = (
    "Numbers of training jets, as 1000,3000,10000: train each again on so many. --data has train, val, test."
)


def compare(
    models: Annotated[list[str], typer.Argument(help="Names in the zoo, or directories of runs.")],
    data: DataOption,
    folds: Annotated[int, typer.Option(min=2, help="Stratified folds that errors are taken from.")] = 10,
    max_jets: MaxJets = None,
    plot: PlotOption = None,
    retrain: Annotated[bool, typer.Option("--retrain", help=RETRAIN_HELP)] = False,
    data_efficiency: Annotated[str | None, typer.Option(help=SIZES_HELP)] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Subsets of each size of --data-efficiency.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Directory of runs that are trained; goes on.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Setting of all of them, key=value.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of folds and subsets.")] = 0,
    workers: Annotated[int, typer.Option(min=1, max=1024, help="Processes that train, or jobs.")] = 1,
    cluster: Annotated[str | None, typer.Option(help=CLUSTER_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Measure several taggers on the same jets, side by side, with errors from folds and from seeds.

    Runs that differ only by seed count as one tagger: mean, and spread over the seeds. With --retrain each is trained
    again on all folds of the training jets but one and tested on that; with --data-efficiency on fewer and fewer jets.

    Example: `fpgajet compare npelican runs/a runs/b --data jets/test --folds 10 --plot roc.svg`

    Example: `fpgajet compare npelican-n16-c2 vecnet-n16-s2v1 --data jets --retrain --folds 5 --out studies/folds`

    Example: `fpgajet compare npelican-n16-c2 vecnet-n16-s2v1 --data jets --data-efficiency 1000,4000 --out studies/few`
    """
    if retrain or data_efficiency is not None:
        if out is None:
            raise BadInput("--out is needed: the directory of the runs that are trained.")
        compare_retrained(
            models, data, out, folds=folds, sizes=sizes_of(data_efficiency, retrain), repeats=repeats, seed=seed,
            max_jets=max_jets, assignments=set_ or [], workers=workers, cluster=cluster, plot=plot, json=json,
        )  # fmt: skip
        return
    if out is not None or set_:
        raise BadInput(
            "--out and --set are for runs that are trained again: add --retrain or --data-efficiency."
        )
    from fpgajet.errors import require_extra

    require_extra("torch", "brevitas")
    from fpgajet.physics.figures import plot_roc
    from fpgajet.physics.sample import described
    from fpgajet.plotting import check_image
    from quant.checkpoint import open_checkpoint, require_two_classes
    from quant.comparison import compare as compared
    from quant.evaluation import score_checkpoint
    from quant.zoo import resolve

    if plot:
        check_image(plot)
    checkpoints = [open_checkpoint(resolve(model)) for model in models]
    for checkpoint in checkpoints:
        require_two_classes(checkpoint, "`fpgajet compare`")
    scored = []
    with Progress(console=messages, transient=True) as progress:
        task = progress.add_task("scores", total=4 * len(checkpoints))
        for checkpoint in checkpoints:
            progress.update(task, description=checkpoint.config.name)
            scored.append(score_checkpoint(checkpoint, data, max_jets))
            progress.advance(task, 2)
        progress.update(task, description="folds")
        report = compared(scored, folds, advance=lambda: progress.advance(task))
    if plot:
        plot_roc(
            {
                f"{one.checkpoint.config.name}, {name}": (one.jets.label, score)
                for one in scored
                for name, score in one.scores.items()
            },
            plot,
            sample=described(scored[0].jets.provenance),
        )
    report["seen_in_training"] = {one.checkpoint.config.name: one.overlap.as_dict() for one in scored}
    if json:
        print_json(report)
        return
    for one in scored:
        console.print(f"{one.checkpoint.config.name}: {one.overlap.sentence()}", highlight=False)
    for precision in ("float", "quantised"):
        _print_values(precision, report)
    if report["differences"]:
        _print_differences(report)


def _print_values(precision: str, report: dict[str, Any]) -> None:
    groups = [group for group in report["groups"] if group["precision"] == precision]
    metrics = list(groups[0]["metrics"])
    title = f"{precision}: {report['jets']} jets, errors from {report['folds']} folds and from seeds"
    table = narrow_table("", "runs", *(HEADINGS[m] for m in metrics), title=title)
    table.columns[0].no_wrap = True
    for group in groups:
        cells = [value_text(metric, found, "\n") for metric, found in group["metrics"].items()]
        table.add_row(group["name"], str(len(group["runs"])), *cells)
    console.print(table)
    for group in groups:
        spread = group["metrics"]["auc"]["seed_spread"]
        if spread is not None:
            seeds = ", ".join(map(str, group["seeds"]))
            text = (
                f"{group['name']}: seeds {seeds}; standard deviation of a run's AUC over seeds {spread:.5f}"
            )
            console.print(text, highlight=False, soft_wrap=True)


def _print_differences(report: dict[str, Any]) -> None:
    table = narrow_table("", "difference", "errors", "", title="differences, paired by fold")
    for row in report["differences"]:
        title = f"{row['of']} - {row['minus']}, {row['precision']}"
        table.add_row(f"[bold]{title}[/]")
        for metric, found in row["metrics"].items():
            name = "  " + HEADINGS[metric].replace("\n", " ")
            if found["value"] is None:
                table.add_row(name, "-", "-", "too few jets")
                continue
            digits = digits_of(metric, found["error"])
            away = "-" if found["errors_away"] is None else f"{found['errors_away']:.1f}"
            values = f"{found['value']:+.{digits}f} ± {found['error']:.{digits}f}"
            table.add_row(name, values, away, found["verdict"])
    console.print(table)
    console.print(
        "errors: difference / its error; differ: at least 3, perhaps: at least 2. The seeds count only where "
        "several runs differ by nothing else.",
        highlight=False,
    )
