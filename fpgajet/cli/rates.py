"""The rates that ``fpgajet eval --rate`` prints and draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.cli.output import console, narrow_table

if TYPE_CHECKING:
    from fpgajet.physics.rates import Rates
    from quant.evaluation import Scored


def rates_for(scored: Scored, data: Path, luminosity: float | None, jet_pt_min: float | None) -> Rates:
    """Rates of the quantised scores; raises BadInput as :func:`fpgajet.physics.rates.rates_of`."""
    from fpgajet.physics.rates import rates_of
    from quant.checkpoint import load_model
    from quant.metrics.rates import LUMINOSITY

    precision = load_model(scored.checkpoint).wiring.nodes[-1].operator.output
    return rates_of(
        scored.jets,
        scored.scores["quantised"],
        precision,
        data,
        luminosity=LUMINOSITY if luminosity is None else luminosity,
        jet_pt_min=jet_pt_min,
    )


def print_rates(report: dict[str, Any]) -> None:
    """A table of signal efficiencies, and the threshold of the wanted rate."""
    from fpgajet.report.words import measured, number

    table = narrow_table(
        "eps_S\nwanted",
        "eps_S",
        "rate\n(kHz)",
        "threshold\n(integer)",
        "background\njets",
        "of them\ntied",
        title=f"rate of {report['background']} jets above {report['jet_pt_min_gev']:g} GeV at "
        f"{report['luminosity_per_cm2_s']:.3g} per cm2 and s;\n"
        f"{number(report['rate_before_khz'])} kHz before the tagger",
    )
    for row in report["at_signal_efficiency"]:
        table.add_row(
            f"{row['wanted_signal_efficiency']:g}",
            f"{row['signal_efficiency']:.4f}",
            measured(row["rate_khz"], row["rate_error_at_signal_efficiency_khz"]),
            str(row["threshold"]),
            str(row["background_jets"]),
            str(row["tied_background_jets"]),
        )
    console.print(table)
    console.print(
        f"The firmware accepts a jet if its score, read as an integer ({report['score_type']}), is at least the "
        "threshold.",
        highlight=False,
    )
    wanted = report.get("wanted")
    if wanted:
        console.print(_wanted_words(wanted), highlight=False)
    for warning in report["warnings"]:
        console.print(f"[bold red]note: {warning}[/]", highlight=False)


def _wanted_words(row: dict[str, Any]) -> str:
    from fpgajet.report.words import measured

    rate = measured(row["rate_khz"], row["rate_error_khz"])
    text = (
        f"threshold {row['threshold']} for {row['wanted_rate_khz']:g} kHz: {rate} kHz at a signal efficiency of "
        f"{row['signal_efficiency']:.4f}; {row['tied_background_jets']} background jets have exactly this score."
    )
    looser = row["next_looser"]
    if looser:
        text += (
            f" The next score below, {looser['threshold']}, would give {looser['rate_khz']:.4g} kHz at "
            f"{looser['signal_efficiency']:.4f}: jets with equal scores cannot be told apart."
        )
    return text
