"""The report of a search: one HTML page in the style of a build's, and all trials as CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from fpgajet.files import write_text
from fpgajet.report.html import STYLE as REPORT_STYLE
from fpgajet.report.rendering import render_html
from fpgajet.report.tables import Cell, Table, table_of
from fpgajet.report.words import number
from fpgajet.search.equivariance import STYLE as MAP_STYLE
from fpgajet.search.importances import FEWEST, Importances, importances
from fpgajet.search.known_designs import Design, published_designs, zoo_designs
from fpgajet.search.objectives import objectives_of
from fpgajet.search.pictures import STYLE, front_picture, parallel_coordinates
from fpgajet.search.results import Row, best, rows_of, write_csv
from fpgajet.search.search_settings import SearchSettings
from fpgajet.search.sections import Section, paper_sections
from fpgajet.search.sensitivity import Sensitivities, published, sensitivities
from fpgajet.search.study import load_study

HTML, CSV = "search.html", "search.csv"
#: axes of the space in the parallel coordinates
SHOWN = 7


@dataclass(frozen=True)
class Written:
    """What a report holds: rows of all trials, importances by figure and axis, those of the settings, its files."""

    rows: list[Row]
    importances: Importances
    sensitivities: Sensitivities
    files: tuple[Path, ...]


def write_report(
    out: Path,
    settings: SearchSettings,
    storage: str | None,
    command: str,
    zoo: Sequence[str] | None = None,
) -> Written:
    """Write page and table into the directory of a search.

    Args:
        zoo: entries that are shown; default: all of the family.

    Raises:
        BadInput: there is no study. CannotWrite: the directory cannot be written.
    """
    study = load_study(out, settings, storage)
    rows = rows_of(study, settings)
    found = importances(study, rows)
    source, others = published_designs(settings)
    sensitive = sensitivities(settings, rows) if published(settings.space.family) else {}
    page = html(settings, rows, found, sensitive, [*zoo_designs(settings, zoo), *others], source, command)
    write_csv(out / CSV, rows, command)
    write_text(out / HTML, page)
    return Written(rows, found, sensitive, (out / HTML, out / CSV))


def html(
    settings: SearchSettings,
    rows: Sequence[Row],
    found: Importances,
    sensitive: Sensitivities,
    designs: Sequence[Design],
    source: str,
    command: str,
) -> str:
    """The page. ``source``: of the published designs."""
    counts = Counter(row.state for row in rows)
    states = ", ".join(f"{count} {state}" for state, count in counts.items()) or "no trials yet"
    front = best(rows, len(rows), settings)
    aims = ", ".join(aim.title for aim in objectives_of(settings.objectives))
    fronts = {f"front-{cost}": front_picture(rows, cost, designs) for cost in ("lut", "latency")}
    axes = list(found.get("auc", found.get("lut", {})))[:SHOWN] or list(settings.space.axes)[:SHOWN]
    sections = [
        Section(
            "Fronts",
            ["No trial keeps budget and physics floor."] * (not front)
            + [f"Published designs: {source}."] * any(design.published for design in designs),
            pictures=fronts,
        ),
        Section(
            "Trials on the front", [f"By the first objective. All aims count: {aims}."], front_table(front)
        ),
        Section("Their values", table=_values_table(front)),
        Section("Designs beside it", table=_designs_table(designs)),
        *_importance_sections(found, counts["complete"]),
        *paper_sections(settings, rows, sensitive),
        Section(
            "Parallel coordinates", pictures={"ways": parallel_coordinates(rows, axes, settings.objectives)}
        ),
        Section("Space", table=_space_table(settings)),
    ]
    return render_html(
        "study.html.j2",
        title=f"Search {settings.study}",
        text=[
            f"{states}; {sum(row.feasible for row in rows)} feasible, {len(front)} on the front. Sampler "
            f"{settings.sampler}, seed {settings.seed}. Budget {settings.budget.name} on {settings.part} at "
            f"{settings.clock_mhz:g} MHz.",
            "Trials are trained for a few epochs and chosen on validation jets, so the AUC of the best is a little too "
            "good; the column beside it has test jets, which no choice has seen. Hardware figures are estimates.",
        ],
        command=command,
        sections=sections,
        style=Markup(REPORT_STYLE.read_text(encoding="utf-8") + STYLE + MAP_STYLE),
    )


def front_table(front: Sequence[Row]) -> Table:
    """Trials with their figures, LUT with their 80 % range."""
    titles = ("AUC, validation", "AUC, test", "parameters", "LUT", "DSP", "II", "latency (ns)", "verdict")
    rows: list[list[Cell | str]] = []
    for row in front:
        figures = row.figures
        spread = f"{number(figures['lut_low'])} - {number(figures['lut_high'])}"
        plain = [number(figures[name]) for name in ("auc", "auc_test", "parameters")]
        hardware = [number(figures[name]) for name in ("dsp", "ii", "latency")]
        lut = Cell(number(figures["lut"]), note=spread)
        rows.append([row.run, *plain, lut, *hardware, Cell(status=row.verdict)])
    return table_of(("trial", *titles), rows)


def _said(value: object) -> str:
    """A value as TOML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values_table(front: Sequence[Row]) -> Table:
    rows = []
    for row in front:
        values = ", ".join(f"{name} {_said(value)}" for name, value in row.params.items())
        rows.append((row.run, values))
    return table_of(("trial", "values of the axes"), rows, facts=True)


def _designs_table(designs: Sequence[Design]) -> Table:
    rows = [
        (
            d.name,
            f"{d.auc:.4f}",
            number(d.lut),
            number(d.dsp),
            number(d.latency),
            "published" if d.published else "zoo",
        )
        for d in designs
    ]
    return table_of(("design", "AUC", "LUT", "DSP", "latency (ns)", ""), rows)


def _importance_sections(found: Importances, complete: int) -> list[Section]:
    if not found:
        text = f"They need {FEWEST} complete trials whose figures differ; there are {complete}."
        return [Section("Importance of the axes", [text])]
    figures = list(found)
    names = list(dict.fromkeys(name for figure in figures for name in found[figure]))
    rows: list[list[Cell | str]] = []
    for name in names:
        cells: list[Cell | str] = []
        for figure in figures:
            share, slope = found[figure].get(name, (0.0, None))
            cells.append(Cell(f"{share:.2f}", note="" if slope is None else f"{slope:+.2f}"))
        rows.append([name, *cells])
    text = (
        "Share of a figure's variance over the trials that an axis explains (fANOVA), and beside it the coefficient of "
        "a linear fit to all axes with an order, in standard deviations. Only axes that every trial has."
    )
    return [Section("Importance of the axes", [text], table_of(("axis", *figures), rows))]


def _space_table(settings: SearchSettings) -> Table:
    rows = []
    for name, axis in settings.space.axes.items():
        if axis.low is not None:
            values = f"{axis.low:g} - {axis.high:g}" + (f", step {axis.step:g}" if axis.step else "")
        else:
            values = ", ".join(map(_said, axis.values))
        only = "; ".join(f"{other} {', '.join(map(str, of))}" for other, of in axis.when.items())
        rows.append((name, values, f"only with {only}" if only else ""))
    return table_of(("axis", "values", ""), rows)
