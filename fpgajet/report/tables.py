"""The report's tables, the same for Markdown and HTML: text by cell, with what each writer may show beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fpgajet.report.accuracy import estimate_errors
from fpgajet.report.classifiers import compared_weights
from fpgajet.report.latency import operator_rows
from fpgajet.report.model import HardwareRow, Metrics, PairedDifference, Report, VerdictRow
from fpgajet.report.words import LEVELS, measured, number, quantity, spread

#: Columns of the physics table, with the digits shown where a figure has no error.
METRICS = {
    "accuracy": 4,
    "auc": 4,
    "inverse_background_efficiency_30": 3,
    "inverse_background_efficiency_50": 3,
}
FIGURES = ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram")


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what it says. code: set in a fixed-width font.
        note: shown beside the text, smaller or in brackets. hint: a sentence, shown only on the HTML page.
        status: pass, marginal, fail, or nothing: shown as a badge, or as a word where there is no text.
    """

    text: str = ""
    note: str = ""
    hint: str = ""
    status: str = ""
    code: bool = False


@dataclass(frozen=True)
class Table:
    """A table; an empty one is left out.

    Attributes:
        header: names of the columns. rows: cells, as many as there are names.
        facts: two columns, "what" and "value", that need no header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    facts: bool = False


def table_of(header: Sequence[str], rows: Sequence[Sequence[Cell | str]], facts: bool = False) -> Table:
    """A table from plain text or cells."""
    cells = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    return Table(tuple(header), cells, facts)


def verdict_table(report: Report) -> Table:
    """Every question of the verdict with its value, range and limit."""
    return judged_table(report.verdict.rows if report.verdict else ())


def judged_table(judged: Sequence[VerdictRow]) -> Table:
    """The same for a verdict without a report."""
    rows = [
        (
            Cell(row.name, hint=row.explanation),
            quantity(row.value, row.unit),
            _range(row),
            ("at least " if row.at_least else "") + quantity(row.limit, row.unit),
            Cell(status=row.status),
        )
        for row in judged
    ]
    return table_of(("question", "value", "80 % range", "limit", "verdict"), rows)


def _range(row: VerdictRow) -> str:
    if row.low == row.high:
        return "exact"
    return f"{quantity(row.low, row.unit)} - {quantity(row.high, row.unit)}"


def physics_table(report: Report) -> Table:
    """Accuracy, AUC and background rejection with errors by implementation; what quantisation changes last."""
    physics = report.physics
    rows = [(physics.title(name), *_metrics(m), f"{m.tied_scores:,}") for name, m in physics.rows().items()]
    if physics.quantised and physics.quantised.minus_float:
        changes = physics.quantised.minus_float
        cells = [_change(changes.get(name), digits) for name, digits in METRICS.items()]
        rows.append(("quantised - float, same jets", *cells, ""))
    header = ("implementation", "accuracy", "AUC", "1/ε_B at ε_S = 0.3", "1/ε_B at ε_S = 0.5", "tied scores")
    return table_of(header, rows)


def _metrics(row: Metrics) -> Iterator[str]:
    for name, digits in METRICS.items():
        yield measured(getattr(row, name), getattr(row, f"{name}_error"), digits)


def _change(difference: PairedDifference | None, digits: int) -> str:
    return "-" if difference is None else measured(difference.value, difference.error, digits, sign=True)


def class_table(report: Report) -> Table:
    """Of the quantised model: AUC of each class against the rest, and the classes that its jets are taken for."""
    names, found = report.physics.classes, report.physics.quantised
    if found is None or not found.confusion:
        return table_of((), ())
    rows = []
    for name, counts in zip(names, found.confusion, strict=True):
        auc = found.auc_by_class[name]
        rows.append((name, measured(auc.value, auc.error, 4), *(f"{count:,}" for count in counts)))
    return table_of(("class", "AUC against the rest", *(f"taken for {name}" for name in names)), rows)


def regression_table(report: Report) -> Table:
    """Bias and resolution of what further outputs find, and of the jet's own value."""
    rows, physics = [], report.physics
    for key, metrics in physics.rows().items():
        for name, found in metrics.regression.items():
            figures = (
                _percent(found.bias, found.bias_error),
                _percent(found.resolution, found.resolution_error),
            )
            rows.append((name, physics.title(key), f"{found.jets:,}", *figures))
    for name, found in (physics.quantised.regression if physics.quantised else {}).items():
        of_jet = (_percent(found.jet_bias), _percent(found.jet_resolution))
        rows.append((name, "the jet itself", f"{found.jets:,}", *of_jet))
    return table_of(("value", "found by", "jets", "bias", "resolution"), rows) if rows else table_of((), ())


def _percent(value: float, error: float | None = None) -> str:
    return f"{100 * value:.2f}" + ("" if error is None else f" ± {100 * error:.2f}") + " %"


def hardware_table(report: Report) -> Table:
    """Latency and resources of the whole design by level."""
    judged = report.verdict.level if report.verdict else ""
    return levels_table([(row, estimate_errors(report, row)) for row in report.hardware], judged)


def levels_table(hardware: Sequence[tuple[HardwareRow, dict[str, float]]], judged: str = "") -> Table:
    """The same for rows without a report, each with the relative error of the estimate by figure.

    Args:
        judged: the level on which the verdict rests.
    """
    rest = {judged: "the verdict, the tiles and the figures rest on this row"}
    rows = [
        (
            Cell(LEVELS.get(row.level, row.level), note=row.level, hint=rest.get(row.level, "")),
            *_figures(row, errors),
        )
        for row, errors in hardware
    ]
    return table_of(("level", "latency (clocks)", "latency (ns)", "II", "LUT", "FF", "DSP", "BRAM"), rows)


def _figures(row: HardwareRow, errors: dict[str, float]) -> Iterator[Cell]:
    for name in FIGURES:
        value: float | None = getattr(row, name)
        low, high = row.intervals.get(name, (None, None))
        note = spread(low, high, digits=3) if value is not None else ""
        if not note and name in errors:
            note = f"estimate {100 * errors[name]:+.1f} %"
        yield Cell(number(value), note)


def operator_table(report: Report) -> Table:
    """Start, latency and resources of every operator, and what the total latency has beyond them."""
    rows: list[tuple[Cell | str, ...]] = [
        (Cell(name, note=op_type), *(number(x) for x in figures))
        for name, op_type, figures in operator_rows(report)
    ]
    return table_of(("operator", "start (clock)", "clocks", "LUT", "FF", "DSP"), rows)


def certificate_table(report: Report) -> Table:
    """What was compared, on how many events, and what differed."""
    proof = report.certificate
    if proof is None:
        return table_of(("what", "value"), (), facts=True)
    differences = Cell(f"{proof.total_differences:,}", status="fail" if proof.total_differences else "pass")
    rows: list[tuple[Cell | str, Cell | str]] = [
        ("implementations", ", ".join(proof.implementations)),
        ("events compared", f"{proof.total_events:,}"),
        *((f"of these {kind}", f"{count:,}") for kind, count in proof.events_by_kind.items()),
        ("differing values", differences),
        (f"distinct scores of {proof.sample}", f"{proof.distinct_scores:,}"),
    ]
    for found in proof.proofs:
        how = (
            found["reason"]
            or f"all inputs; {found['cuts']:,} cuts, {found['assignments']:,} assignments tried"
        )
        rows.append((found["what"], f"{found['level']}: {how}"))
    if text := compared_weights(proof.weights):
        rows.append(("weights in registers", text))
    rows += [("decision bit", text) for text in decision_words(proof.decision)]
    if proof.first_difference:
        rows.append(("first difference", ", ".join(f"{k} {v}" for k, v in proof.first_difference.items())))
    return table_of(("what", "value"), rows, facts=True)


def decision_words(decision: dict[str, Any]) -> list[str]:
    """The threshold of the decision bit, where it comes from, and what compared it."""
    if not decision:
        return []
    compared = ", ".join(f"{name} ({count:,} events)" for name, count in decision.get("compared", {}).items())
    words = [f"1 if score >= {decision['threshold']}, as integers; compared: {compared or 'nothing'}"]
    if "rate_khz" in decision:
        rate = measured(decision["rate_khz"], decision["rate_error_khz"])
        words.append(
            f"wanted at most {decision['wanted_rate_khz']:g} kHz; {rate} kHz at a signal efficiency of "
            f"{decision['signal_efficiency']:.4f}, jets above {decision['jet_pt_min_gev']:g} GeV, "
            f"{decision['luminosity_per_cm2_s']:.3g} per cm2 and s"
        )
    return words + list(decision.get("warnings", []))


def type_table(report: Report) -> Table:
    """The fixed-point type of every stage."""
    rows = [(stage, Cell(precision, code=True)) for stage, precision in report.model.types.items()]
    return table_of(("stage", "type"), rows)


def reproducibility_table(report: Report) -> Table:
    """Command, versions, hashes and seeds."""
    facts = report.reproducibility
    rows: list[tuple[str, Cell | str]] = [("command", Cell(facts.command, code=True))]
    rows += [("made", facts.created)] if facts.created else []
    rows += [("changed after the build", Cell(name, code=True)) for name in facts.altered]
    rows += [(f"version of {name}", version) for name, version in facts.versions.items()]
    rows += [(f"SHA-256 of {name}", Cell(digest, code=True)) for name, digest in facts.hashes.items()]
    rows += [(f"seed of {name}", str(seed)) for name, seed in facts.seeds.items()]
    return table_of(("what", "value"), rows, facts=True)


def all_tables(report: Report) -> dict[str, Table]:
    """What a template of the report shows."""
    return {
        "verdict": verdict_table(report),
        "physics": physics_table(report),
        "classes": class_table(report),
        "regression": regression_table(report),
        "hardware": hardware_table(report),
        "operators": operator_table(report),
        "certificate": certificate_table(report),
        "types": type_table(report),
        "reproducibility": reproducibility_table(report),
    }
