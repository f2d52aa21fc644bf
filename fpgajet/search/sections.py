"""Parts of the page of a search; here those that stand beside a published study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fpgajet.report.svg import Picture
from fpgajet.report.tables import Cell, Table, table_of
from fpgajet.search.equivariance import map_picture
from fpgajet.search.results import Row
from fpgajet.search.search_settings import SearchSettings
from fpgajet.search.sensitivity import LEAST, Sensitivities, published

#: figures that have a map, with their names
MAPS = {"ant": "ant factor", "auc": "AUC", "lut": "LUT (estimate)"}


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    heading: str
    text: list[str] = field(default_factory=list)
    table: Table | None = None
    pictures: dict[str, Picture | None] = field(default_factory=dict)


def paper_sections(settings: SearchSettings, rows: Sequence[Row], found: Sensitivities) -> list[Section]:
    """Table 1 and Figure 3 of the VecNet paper beside the search; nothing for families without a published study."""
    paper = published(settings.space.family)
    if not paper or not found:
        return []
    text = (
        "Importance of a setting in a random forest, and beside it the coefficient of a linear fit to normalised "
        "values, as in Table 1 of arXiv 2202.06941 (433 runs of much larger networks on the public reference set, "
        "columns \u201cpaper\u201d). Ours are in standard deviations; the paper does not say how it normalised, so "
        "compare signs and order."
    )
    return [
        Section("Sensitivity to the settings", [text], sensitivity_table(found, paper)),
        Section(
            "Equivariance",
            [
                "The best trial of each region, as in Figure 3 of the paper, whose values are given as a picture only. "
                "The frame marks its most efficient network: 8 scalars, 2 vectors, 4 features."
            ],
            pictures={
                f"map-{name}": map_picture(settings, rows, name, title) for name, title in MAPS.items()
            },
        ),
    ]


def sensitivity_table(found: Sensitivities, paper: dict[str, dict[str, tuple[float, float]]]) -> Table:
    """Our figures, those of the paper beside them; settings that matter to none are left out."""
    names = dict.fromkeys(name for figure in found.values() for name in figure)
    known = dict.fromkeys(name for figure in paper.values() for name in figure)
    shown = [n for n in names if n in known or max(f[n][0] for f in found.values() if n in f) > LEAST]
    header, rows = ["setting"], []
    for figure in found:
        header += [figure] + [f"{figure}, paper"] * (figure in paper)
    for name in [*shown, *(n for n in known if n not in names)]:
        cells: list[Cell | str] = [name]
        for figure, own in found.items():
            cells.append(_cell(own.get(name)))
            if figure in paper:
                cells.append(_cell(paper[figure].get(name)))
        rows.append(cells)
    return table_of(tuple(header), rows)


def _cell(value: tuple[float, float | None] | None) -> Cell | str:
    if value is None:
        return "-"
    return Cell(f"{value[0]:.3f}", note="" if value[1] is None else f"{value[1]:+.3f}")
