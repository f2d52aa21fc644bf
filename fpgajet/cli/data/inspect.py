"""``fpgajet data info``, ``validate`` and ``plot``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fpgajet.cli import output
from fpgajet.cli.data.progress import JetPath, Json, progress_bar
from fpgajet.errors import BadInput

INVALID_EXIT_CODE = BadInput.exit_code


def info(path: JetPath, as_json: Json = False) -> None:
    """Counts, balance, kinematics and provenance of a jet file.

    Example: `fpgajet data info jets/train`
    """
    from quant.data.describing.facts import describe

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
    if "features" in facts:
        ranges = (f"{of['name']} ({of['low']:g} to {of['high']:g})" for of in facts["features"])
        output.console.print(f"features of constituents: {', '.join(ranges)}", soft_wrap=True)
    output.console.print(f"source: {facts['provenance'].get('source', 'unknown')}", soft_wrap=True)


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
    from quant.data.checking.validation import validate as validate_file

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


def plot(
    path: JetPath,
    out: Annotated[Path, typer.Option(help="Image: .png, .svg or .pdf.", show_default=False)],
    max_jets: Annotated[int, typer.Option(help="Draw at most this many jets.")] = 100_000,
    as_json: Json = False,
) -> None:
    """Draw pT, eta, mass, multiplicity, leading fraction and constituent pT of each class on one page.

    Example: `fpgajet data plot jets/test --out jets.png`
    """
    from quant.data import read_jets
    from quant.data.describing.plots import plot_page

    jets = read_jets(path, max_jets=max_jets, objects=None)
    plot_page(jets, out, path.name)
    if as_json:
        output.print_json({"out": str(out), "jets": len(jets)})
    else:
        output.console.print(f"{len(jets):,} jets drawn in {out}", highlight=False, soft_wrap=True)
