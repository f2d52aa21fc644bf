"""``fpgajet data``: generate, convert, check and plot jets."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from fpgajet.cli import output
from fpgajet.errors import BadInput

if TYPE_CHECKING:
    from quant.data.generation.recipe import Recipe

app = typer.Typer(no_args_is_help=True, help="Generate, convert, check and plot jets.")

Json = Annotated[bool, typer.Option("--json", help=output.JSON_HELP)]
JetPath = Annotated[Path, typer.Argument(help="Jet file, or a directory of them.", show_default=False)]
INVALID_EXIT_CODE = BadInput.exit_code


@app.command(no_args_is_help=True)
def generate(
    out: Annotated[Path, typer.Option(help="Directory for the jet files.", show_default=False)],
    jets: Annotated[int, typer.Option(help="Jets in all, equally many of each class.")] = 20_000,
    processes: Annotated[int, typer.Option(min=0, help="Processes; 0 is one per core.")] = 0,
    seed: Annotated[int, typer.Option(help="Another seed gives other, independent jets.")] = 1,
    config: Annotated[Path | None, typer.Option(help="Recipe in TOML or JSON; see docs/data.md.")] = None,
    mode: Annotated[str | None, typer.Option(help="delphes-atlas, truth or level1.")] = None,
    classes: Annotated[str | None, typer.Option(help="Of QCD, top, W, Z, g, q; background first.")] = None,
    constituents: Annotated[int | None, typer.Option(help="Leading constituents kept of each jet.")] = None,
    shard_jets: Annotated[int, typer.Option(help="Jets a file; part of what the seed means.")] = 5_000,
    as_json: Json = False,
) -> None:
    """Generate top and QCD jets (needs `fpgajet[gen]`), by the recipe of the reference data set.

    Repeat the command after an interruption and it continues. The same seed gives the same files,
    whatever the number of processes.

    Example: `fpgajet data generate --out jets/train --jets 400000 --seed 1`
    """
    from fpgajet.files import write_text
    from quant.data.card import dataset_card
    from quant.data.generation.production import Order, produce

    order = Order(recipe_of(config, mode, classes, constituents), jets, seed, shard_jets)
    started = time.monotonic()
    first: list[int] = []
    with progress_bar("generating", jets, "jets") as update:

        def report(done: int) -> None:
            first.append(done)
            update(done)

        shards = produce(out, order, processes=processes or os.cpu_count() or 1, progress=report)
    seconds = time.monotonic() - started
    made = jets - first[0]
    card = out / "card.md"
    write_text(card, dataset_card(out))
    facts = {"out": str(out), "files": len(shards), "jets": jets, "made_now": made, "card": str(card)}
    facts |= {"seconds": round(seconds, 2), "jets_per_second": round(made / seconds, 1)}
    if as_json:
        output.print_json(facts)
        return
    output.console.print(
        f"{jets:,} jets in {len(shards)} file(s) under {out} ({made:,} now, {made / seconds:.0f} jets/s);"
        f" dataset card: {card}",
        highlight=False,
        soft_wrap=True,
    )


def recipe_of(config: Path | None, mode: str | None, classes: str | None, constituents: int | None) -> Recipe:
    """The recipe of ``--config``, with the options given on the command line over it."""
    from quant.data.generation.recipe import make_recipe, read_recipe

    content = read_recipe(config).model_dump(mode="json") if config else {}
    given = {"mode": mode, "constituents": constituents}
    content |= {key: value for key, value in given.items() if value is not None}
    if classes is not None:
        content["classes"] = [name.strip() for name in classes.split(",") if name.strip()]
    return make_recipe(content, source="the options of `fpgajet data generate`")


@app.command(no_args_is_help=True)
def convert(
    sources: Annotated[list[Path], typer.Argument(help="Files of a public format.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Jet file to write.", show_default=False)],
    source_format: Annotated[
        str | None, typer.Option("--format", help="zenodo, pelican, hls4ml, root or numpy; default: guess.")
    ] = None,
    unit: Annotated[str, typer.Option(help="Unit of the source's momenta: GeV or MeV.")] = "GeV",
    constituents: Annotated[int, typer.Option(help="Leading constituents kept of each jet.")] = 200,
    drop_unphysical: Annotated[bool, typer.Option(help="Leave such jets out instead of stopping.")] = False,
    class_name: Annotated[str | None, typer.Option(help="Class of a NanoAOD-like sample.")] = None,
    classes: Annotated[str, typer.Option(help="All classes of the data set it belongs to.")] = "",
    tree: Annotated[str | None, typer.Option(help="Name of the ROOT tree.")] = None,
    as_json: Json = False,
) -> None:
    """Convert a public format to fpgajet's jet file: units checked, constituents sorted, nothing guessed.

    Example: `fpgajet data convert test.h5 --out jets/reference-test.h5`
    """
    from quant.data.conversion.convert import Options
    from quant.data.conversion.convert import convert as convert_files

    options = Options(
        format=source_format,
        unit=unit,
        constituents=constituents,
        drop_unphysical=drop_unphysical,
        class_name=class_name,
        classes=tuple(name.strip() for name in classes.split(",") if name.strip()),
        tree=tree,
    )
    with progress_bar("converting", None, "jets") as update:
        report = convert_files(sources, out, options, update)
    if as_json:
        output.print_json({"out": str(out), **asdict(report)})
        return
    notes = {"dropped": report.dropped, "sorted": report.reordered, "shortened": report.truncated}
    said = ", ".join(f"{count:,} {what}" for what, count in notes.items() if count)
    output.console.print(
        f"{report.jets:,} jets of {', '.join(report.classes)} ({', '.join(report.formats)}) written to {out}"
        + (f"; {said}" if said else ""),
        highlight=False,
        soft_wrap=True,
    )


@app.command(no_args_is_help=True)
def info(path: JetPath, as_json: Json = False) -> None:
    """Counts, balance, kinematics and provenance of a jet file.

    Example: `fpgajet data info jets/train`
    """
    from quant.data.info import describe

    facts = describe(path)
    if as_json:
        output.print_json(facts)
        return
    size = facts["bytes"] / 1e6
    output.console.print(f"{path}: {facts['jets']:,} jets in {facts['files']} file(s), {size:.1f} MB")
    table = Table(
        "class", "jets", "share", "constituents (mean)", "pT 25/50/75 % [GeV]", "mass 25/50/75 % [GeV]"
    )
    for name, row in facts["classes"].items():
        kinematics = [
            " / ".join(str(v) for v in row[key][1:4]) if row[key] else "-"
            for key in ("pt_gev_quantiles", "mass_gev_quantiles")
        ]
        table.add_row(name, f"{row['jets']:,}", str(row["share"]), str(row["mean_multiplicity"]), *kinematics)
    output.console.print(table)
    if "auc" in facts:
        output.console.print(
            f"AUC of the mass alone {facts['auc']['mass']:.4f}, of the multiplicity alone "
            f"{facts['auc']['multiplicity']:.4f}"
        )
    output.console.print(f"source: {facts['provenance'].get('source', 'unknown')}", soft_wrap=True)


@app.command(no_args_is_help=True)
def validate(
    path: JetPath,
    against: Annotated[
        list[Path] | None, typer.Option(help="Data that must share no jet with it, e.g. the training set.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Name every unphysical, repeated or leaked jet by its row; exit code 2 if there is any.

    Example: `fpgajet data validate jets/test --against jets/train`
    """
    from quant.data.validate import validate as validate_file

    with progress_bar("reading", None, "jets") as update:
        result = validate_file(path, against=against or (), progress=update)
    if as_json:
        output.print_json(result.as_json())
    elif result.good:
        output.console.print(f"{path}: {result.jets:,} jets, nothing wrong", highlight=False, soft_wrap=True)
    else:
        for problem in result.problems:
            output.console.print(
                f"{len(problem.rows):,} x {problem}", highlight=False, soft_wrap=True, markup=False
            )
    if not result.good:
        raise typer.Exit(INVALID_EXIT_CODE)


@app.command(no_args_is_help=True)
def plot(
    path: JetPath,
    out: Annotated[Path, typer.Option(help="Image: .png, .svg or .pdf.", show_default=False)],
    max_jets: Annotated[int, typer.Option(help="Draw at most this many jets.")] = 100_000,
    as_json: Json = False,
) -> None:
    """Draw pT, eta, mass, multiplicity, leading fraction and constituent pT of each class on one page.

    Example: `fpgajet data plot jets/test --out jets.png`
    """
    from quant.data.layout import read_jets
    from quant.data.plots import plot_page

    jets = read_jets(path, max_jets=max_jets)
    plot_page(jets, out, path.name)
    if as_json:
        output.print_json({"out": str(out), "jets": len(jets)})
    else:
        output.console.print(f"{len(jets):,} jets drawn in {out}", highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(what: str, total: int | None, unit: str) -> Iterator[Any]:
    """A progress bar with rate and time left on standard error; yields ``update(done, total=None)``."""
    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.completed:,.0f}" + f" {unit}, " + "{task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
    )
    quiet = not output.messages.is_terminal
    with Progress(*columns, console=output.messages, transient=True, disable=quiet) as bar:
        task: TaskID = bar.add_task(what, total=total, rate=0.0)
        start: list[tuple[float, int]] = []

        def update(done: int, new_total: int | None = None) -> None:
            now = time.monotonic()
            start.append((now, done)) if not start else None
            rate = (done - start[0][1]) / max(now - start[0][0], 1e-3)
            bar.update(task, completed=done, total=new_total or total, rate=rate)

        yield update
