"""``fpgajet eval``: how well a checkpoint tags, and what Lorentz transformations do to its scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from fpgajet.cli.classes import print_classes
from fpgajet.cli.output import JSON_HELP, console, messages, narrow_table, print_json
from fpgajet.cli.rates import print_rates, rates_for
from fpgajet.errors import BadInput

if TYPE_CHECKING:
    from quant.evaluation import Scored

HEADINGS = {
    "accuracy": "accuracy",
    "auc": "AUC",
    "inverse_background_efficiency_30": "1/eps_B\nat 0.3",
    "inverse_background_efficiency_50": "1/eps_B\nat 0.5",
    "ant_factor": "ant\nfactor",
    "tied_scores": "tied\nscores",
    "distinct_scores": "distinct\nscores",
}
NAMES = {"pt": "pT", "multiplicity": "n"}
DataOption = Annotated[Path, typer.Option(help="Labelled jets: a file or a directory of them.")]
MaxJets = Annotated[int | None, typer.Option(min=1, help="Read only the first jets.")]
PlotOption = Annotated[Path | None, typer.Option(help="Draw ROC curves here (.png, .svg, .pdf).")]


def evaluate(
    model: Annotated[str, typer.Argument(help="Name in the zoo, or a directory made by `fpgajet train`.")],
    data: DataOption,
    max_jets: MaxJets = None,
    plot: PlotOption = None,
    boost: Annotated[
        bool, typer.Option("--boost", help="Study boosts and rotations, against bit width.")
    ] = False,
    boost_jets: Annotated[int, typer.Option(min=100, help="Jets for --boost, chosen at random.")] = 2000,
    boost_plot: Annotated[Path | None, typer.Option(help="Draw the study here; implies --boost.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse jets seen in training.")] = False,
    rate: Annotated[
        bool, typer.Option("--rate", help="Trigger rates; needs jets with cross sections.")
    ] = False,
    rate_khz: Annotated[
        float | None, typer.Option(min=0.0, help="Score threshold for this rate in kHz; implies --rate.")
    ] = None,
    rate_plot: Annotated[Path | None, typer.Option(help="Draw the rates here; implies --rate.")] = None,
    luminosity: Annotated[
        float | None, typer.Option(min=0.0, help="Per cm2 and s, for --rate; 7.5e34 by default.")
    ] = None,
    jet_pt_min: Annotated[float | None, typer.Option(min=0.0, help="Jet threshold for --rate, GeV.")] = None,
    json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Measure a tagger on labelled jets: float, quantised, and in slices of pT and multiplicity.

    Example: `fpgajet eval npelican --data jets/test --plot roc.svg --boost`
    """
    from fpgajet import api
    from fpgajet.plotting import check_image
    from quant.checkpoint import require_two_classes

    for image in (plot, boost_plot, rate_plot):
        if image:
            check_image(image)
    found = api.evaluate(model, data, max_jets=max_jets, strict=strict)
    scored, report = found.scored, found.metrics
    if plot or boost or boost_plot or rate or rate_plot or rate_khz is not None:
        require_two_classes(
            scored.checkpoint, "an option of `fpgajet eval` that draws, boosts or counts rates"
        )
    if plot:
        _plot(scored, report, plot)
    if boost or boost_plot:
        report["boost"] = _study(scored, boost_jets, boost_plot)
    if rate or rate_plot or rate_khz is not None:
        report["rate"] = _rates(scored, data, rate_khz, rate_plot, luminosity, jet_pt_min)
    elif luminosity is not None or jet_pt_min is not None:
        raise BadInput("--luminosity and --jet-pt-min are for rates: give --rate too.")
    if json:
        print_json(report)
        return
    console.print(f"{report['model']}: {report['parameters']} parameters, {report['jets']} jets")
    console.print(scored.overlap.sentence(), highlight=False)
    if "classes" in report:
        print_classes(report)
        return
    print_metrics("", {"float": report["float"], "quantised": report["quantised"]})
    _print_differences(report["quantised_minus_float"])
    console.print(_mass_words(report["mass_cut"]), highlight=False)
    for warning in report["warnings"]:
        console.print(f"[bold red]warning: {warning}[/]", highlight=False)
    parts = {f"{NAMES[s['of']]} {s['low']:.0f}-{s['high']:.0f}": s for s in report["slices"]}
    print_metrics("quantised, in slices of jet pT (GeV) and multiplicity n", parts)
    if "boost" in report:
        _print_study(report["boost"])
    if "rate" in report:
        print_rates(report["rate"])


def _plot(scored: Scored, report: dict[str, Any], plot: Path) -> None:
    from fpgajet.physics.figures import plot_roc
    from fpgajet.physics.sample import described
    from quant.metrics import constituent_mass, mass_window

    jets = scored.jets
    curves = {name: (jets.label, score) for name, score in scored.scores.items()}
    window = mass_window(jets.label, constituent_mass(jets.constituents))
    curves["mass window"] = (jets.label, window.scores)
    plot_roc(curves, plot, report["model"], described(jets.provenance))


def _rates(
    scored: Scored,
    data: Path,
    wanted: float | None,
    plot: Path | None,
    luminosity: float | None,
    jet_pt_min: float | None,
) -> dict[str, Any]:
    """Rates of the quantised model, and the threshold of a wanted one."""
    rates = rates_for(scored, data, luminosity, jet_pt_min)
    found = rates.as_dict()
    if wanted is not None:
        found["wanted"] = rates.at_rate(wanted)
    if plot:
        from fpgajet.physics.rate_figure import plot_rates
        from fpgajet.physics.sample import described

        plot_rates({scored.checkpoint.config.name: rates}, plot, described(scored.jets.provenance))
    return found


def _mass_words(window: dict[str, Any]) -> str:
    from fpgajet.report.words import measured

    auc = measured(window["auc"], window["auc_error"])
    return (
        f"mass window around {window['centre']:.0f} GeV, of the constituents that the model reads, centre from the "
        f"other half of the jets: AUC {auc}"
    )


def _print_differences(found: dict[str, dict[str, float | None]]) -> None:
    """Quantised minus float with the paired error."""
    from fpgajet.report.words import measured

    words = [
        f"{HEADINGS[name].replace(chr(10), ' ')} {measured(one['value'], one['error'], sign=True)}"
        for name, one in found.items()
    ]
    console.print(f"quantised - float on the same jets: {'; '.join(words)}", highlight=False)


def _study(scored: Scored, jets: int, plot: Path | None) -> dict[str, Any]:
    from fpgajet.physics.equivariance import evaluations, scorers, study
    from fpgajet.physics.figures import plot_study
    from fpgajet.physics.sample import described
    from quant.checkpoint import load_float_model, load_model

    checkpoint = scored.checkpoint
    precisions = scorers(load_float_model(checkpoint).scores, load_model(checkpoint))
    with Progress(console=messages, transient=True) as progress:
        task = progress.add_task("boosts and rotations", total=evaluations(precisions))
        found = study(
            precisions,
            scored.jets.constituents,
            scored.jets.label,
            jets,
            advance=lambda precision: progress.update(task, advance=1, description=precision),
        )
    if plot:
        plot_study(found, plot, described(scored.jets.provenance))
    return found


def _print_study(found: dict[str, Any]) -> None:
    """Two tables of transformation and size against precision: how the score moves, and the AUC."""
    names = list(found["still"])
    headings = [name.replace("-bit input", " bit").replace(", as trained", "*") for name in names]
    shown: dict[str, dict[str, list[str]]] = {"median": {}, "auc_change": {}}
    for row in found["rows"]:
        label = f"{row['transformation']} {row['size']:g}"
        shown["median"].setdefault(label, []).append(f"{row['median']:.2g}")
        shown["auc_change"].setdefault(label, []).append(f"{1e4 * row['auc_change']:+.0f}")
    jets = f"{found['jets']} jets; *: as trained"
    for key, title in (
        ("median", f"median |change of score| / standard deviation; {jets}"),
        ("auc_change", f"change of AUC in units of 0.0001; {jets}"),
    ):
        table = narrow_table("beta or degrees", *headings, title=title)
        if key == "auc_change":
            table.add_row("AUC at rest", *(f"{found['still'][name]:.4f}" for name in names), end_section=True)
        for label, cells in shown[key].items():
            table.add_row(label, *cells)
        console.print(table)


def print_metrics(title: str, rows: dict[str, dict[str, Any]]) -> None:
    """A table of metrics, one row each."""
    keys = [key for key in HEADINGS if any(key in row for row in rows.values())]
    table = narrow_table("", *(HEADINGS[key] for key in keys), title=title or None)
    table.columns[0].no_wrap = True
    for name, row in rows.items():
        table.add_row(name, *(_cell(key, row.get(key), row.get(f"{key}_error")) for key in keys))
    console.print(table)


def _cell(key: str, value: float | int | None, error: float | None) -> str:
    from fpgajet.report.words import measured

    if isinstance(value, int):
        return str(value)
    return measured(value, error, 4 if key in ("accuracy", "auc") else 3).replace(" ± ", "\n± ")
