"""``fpgajet eval`` and ``fpgajet compare``: how well checkpoints tag."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from fpgajet.cli.output import JSON_HELP, console, print_json

HEADINGS = {
    "accuracy": "accuracy",
    "auc": "AUC",
    "inverse_background_efficiency_30": "1/eps_B at 0.3",
    "inverse_background_efficiency_50": "1/eps_B at 0.5",
    "ant_factor": "ant factor",
    "tied_scores": "tied scores",
    "distinct_scores": "distinct scores",
}
DataOption = Annotated[Path, typer.Option(help="Labelled jets: a file or a directory of them.")]
MaxJets = Annotated[int | None, typer.Option(min=1, help="Read only the first jets.")]


def evaluate(
    model: Annotated[str, typer.Argument(help="Name in the zoo, or a directory made by `fpgajet train`.")],
    data: DataOption,
    max_jets: MaxJets = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Measure a tagger on labelled jets: float, quantised, and in slices of pT and multiplicity.

    Example: `fpgajet eval npelican --data jets/test`
    """
    report = _evaluate(model, data, max_jets)
    if json:
        print_json(report)
        return
    console.print(f"{report['model']}: {report['parameters']} parameters, {report['jets']} jets")
    _table("", {"float": report["float"], "quantised": report["quantised"]})
    console.print(
        f"mass cut: AUC {report['mass_cut']['auc']:.4f} (best window on these jets)", highlight=False
    )
    parts = {f"{s['of']} {s['low']:.0f}-{s['high']:.0f}": s for s in report["slices"]}
    _table("quantised, in slices", parts)


def compare(
    models: Annotated[list[str], typer.Argument(help="Names in the zoo, or directories of runs.")],
    data: DataOption,
    max_jets: MaxJets = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Measure several taggers on the same jets, side by side.

    Example: `fpgajet compare npelican runs/mine --data jets/test`
    """
    reports = [_evaluate(model, data, max_jets) for model in models]
    if json:
        print_json(reports)
        return
    for precision in ("float", "quantised"):
        _table(precision, {report["model"]: report[precision] for report in reports})


def _evaluate(model: str, data: Path, max_jets: int | None) -> dict[str, Any]:
    from quant.checkpoint import open_checkpoint
    from quant.evaluation import evaluate_checkpoint
    from quant.zoo import resolve

    return evaluate_checkpoint(open_checkpoint(resolve(model)), data, max_jets)


def _table(title: str, rows: dict[str, dict[str, Any]]) -> None:
    keys = [key for key in HEADINGS if any(key in row for row in rows.values())]
    table = Table("", *(HEADINGS[key] for key in keys), title=title or None)
    for name, row in rows.items():
        table.add_row(name, *(_cell(key, row.get(key)) for key in keys))
    console.print(table)


def _cell(key: str, value: float | int | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, int):
        return str(value)
    return f"{value:.4f}" if key in ("accuracy", "auc") else f"{value:.3g}"
