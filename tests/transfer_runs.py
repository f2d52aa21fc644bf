"""Tiny runs of which all but one have the features of the first."""

from __future__ import annotations

from pathlib import Path

from fpgajet import api
from fpgajet.pipeline.jets import shipped_sample
from quant.data import read_jets, write_jets

SETTINGS = {
    "width": 4, "blocks": 1, "constituents": 5, "float_epochs": 1, "quantised_epochs": 1, "screen_epochs": 0,
    "calibration_sweeps": 0, "batch": 32,
}  # fmt: skip


def transfer_runs(folder: Path) -> tuple[Path, Path, Path]:
    """A run, one with its features and another classifier, and one with features of its own."""
    events = read_jets(shipped_sample(objects=True), objects=True)
    for number, part in enumerate(("train", "val", "test")):
        write_jets(folder / "data" / f"{part}.h5", events[100 * number : 100 * (number + 1)])

    def train(name: str, seed: int, source: Path | None = None) -> Path:
        # Types are kept too, because registers of the first run shall hold the weights of the second.
        settings = SETTINGS | {"seed": seed}
        api.train(
            folder / "data",
            folder / name,
            model="event-gnn",
            settings=settings,
            name=name,
            source=source,
            freeze="types",
        )
        return folder / name

    first = train("zprime", 1)
    return first, train("ttH", 2, first), train("other", 3)
