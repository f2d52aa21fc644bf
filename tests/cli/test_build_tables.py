"""What a finished build prints."""

from __future__ import annotations

from rich.console import Console

from fpgajet.cli.build_tables import physics_table
from fpgajet.report.model import Metrics, Physics


def test_metrics_have_their_errors() -> None:
    tagger = Metrics(
        accuracy=0.9233, auc=0.97287, inverse_background_efficiency_30=145.2, inverse_background_efficiency_50=None,
        accuracy_error=0.0019, auc_error=0.00114, inverse_background_efficiency_30_error=18.4,
    )  # fmt: skip
    window = Metrics(
        accuracy=None,
        auc=0.9457,
        inverse_background_efficiency_30=45.2,
        inverse_background_efficiency_50=25.6,
    )
    console = Console(width=80, record=True, quiet=False, file=None)
    with console.capture() as captured:
        console.print(physics_table(Physics(quantised=tagger, jet_mass=window)))
    words = captured.get().split()
    for value, error in (("0.9233", "0.0019"), ("0.9729", "0.0011"), ("145", "18")):
        assert value in words
        assert error in words
    assert "mass window" in captured.get()
    assert "0.9457" in words
