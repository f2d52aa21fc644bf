"""``fpgajet explain``: what a trained nanoPELICAN computes, in physical units; what the channels of a VecNet carry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fpgajet.cli.output import JSON_HELP, console, narrow_table, print_json


def explain(
    models: Annotated[
        list[str], typer.Argument(help="Name in the zoo or directory of a training; several are compared.")
    ],
    data: Annotated[Path | None, typer.Option(help="Labelled jets; default: the shipped sample.")] = None,
    max_jets: Annotated[int | None, typer.Option(min=10, help="Read only the first jets.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write page, figures and JSON into this directory.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Write out the formula of a nanoPELICAN, which pairs it passes, what its channels measure, and three jets.

    Of a VecNet: the AUC without its scalar, vector or hidden channels.

    Example: `fpgajet explain npelican-n16-c2 --out explained`
    """
    from fpgajet.errors import require_extra

    require_extra("torch", "scipy")
    from fpgajet.pipeline.explain_flow import explain as run
    from fpgajet.report.explanation import latex
    from fpgajet.report.words import number

    found = run(models, data, max_jets, out)
    if json:
        print_json(found)
        return
    if "ablation" in found:
        _print_ablation(found)
        return
    console.print(latex(found["formula"]["quantised"]), highlight=False, markup=False, soft_wrap=True)
    table = narrow_table("channel", "jet mass (GeV)", "passes pairs with m_ij", title="Constraints")
    for row in found["constraints"]:
        for name, at in row["switch_on"].items():
            side = "above" if at["above"] else "below"
            words = f"{side} {number(at['pair_mass'], 3)} GeV"
            if at["pair_mass"] is None:
                words = "all" if at["above"] else "none"
            table.add_row(str(row["channel"]), f"{name}, {number(at['jet_mass'])}", words)
    console.print(table)
    table = narrow_table("channel", "observable", "correlation", "bits", title="What the channels measure")
    for row in found["channels"]:
        for name, common in row["observables"].items():
            cells = number(common["correlation"], 2), number(common["information"], 2)
            table.add_row(str(row["channel"]), name, *cells)
    console.print(table)
    for basin in found["basins"]:
        console.print(f"one optimum: {', '.join(basin['members'])}", highlight=False, markup=False)
    if out is not None:
        console.print(f"written to {out}", highlight=False, markup=False)


def _print_ablation(found: dict[str, Any]) -> None:
    from fpgajet.report.words import measured

    table = narrow_table("exchanged between jets", "AUC", title=f"{found['model']}, {found['jets']:,} jets")
    for kind, row in found["ablation"].items():
        table.add_row(kind, measured(row["auc"], row["auc_error"]))
    console.print(table)
