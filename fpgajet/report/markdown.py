"""The report as Markdown: for merge requests, logbooks and terminals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from fpgajet import files
from fpgajet.report.accuracy import estimate_errors
from fpgajet.report.model import HardwareRow, Metrics, Report, VerdictRow
from fpgajet.report.words import IMPLEMENTATIONS, LEVELS, STATUS, counts, number, quantity


def write_markdown(report: Report, target: Path) -> None:
    """Write the report as Markdown, atomically."""
    files.write_text(target, markdown(report))


def markdown(report: Report) -> str:
    """The report as one Markdown text."""
    sections = [_title(report), _verdict(report), _physics(report), _hardware(report), _operators(report)]
    sections += [_certificate(report), _types(report), _reproducibility(report)]
    return "\n\n".join(section for section in sections if section) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are aligned right."""
    lines = [header, [":--"] + ["--:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _title(report: Report) -> str:
    model = report.model
    channels = f", {model.channels}" if model.channels else ""
    return f"# {model.name}\n\n{model.architecture}, {model.constituents} constituents{channels}, {counts(model)}."


def _verdict(report: Report) -> str:
    verdict = report.verdict
    if verdict is None:
        return ""
    head = f"## Verdict: {STATUS[verdict.status]}\n\n"
    head += f"Budget `{verdict.budget}` on `{verdict.part}`, figures of level `{verdict.level}`"
    head += f" ({LEVELS.get(verdict.level, 'other')})." if verdict.level else "."
    rows = [
        [
            row.name,
            quantity(row.value, row.unit),
            _range(row),
            quantity(row.limit, row.unit),
            STATUS[row.status],
        ]
        for row in verdict.rows
    ]
    return head + "\n\n" + table(["question", "value", "80 % interval", "limit", "verdict"], rows)


def _range(row: VerdictRow) -> str:
    if row.low == row.high:
        return "exact"
    return f"{quantity(row.low, row.unit)} - {quantity(row.high, row.unit)}"


def _physics(report: Report) -> str:
    physics = report.physics
    entries: list[tuple[str, Metrics | None]] = [
        ("float", physics.float_),
        ("quantised", physics.quantised),
        ("csim", physics.csim),
        ("jet_mass", physics.jet_mass),
    ]
    rows = [
        [
            IMPLEMENTATIONS[name],
            number(m.accuracy, 4),
            number(m.auc, 4),
            number(m.inverse_background_efficiency_30, 3),
            number(m.inverse_background_efficiency_50, 3),
            str(m.tied_scores),
        ]
        for name, m in entries
        if m is not None
    ]
    if not rows:
        return ""
    jets = f"{physics.jets:,} held-out jets" if physics.jets else "Held-out jets"
    note = f"{jets}{': ' + physics.data if physics.data else ''}."
    header = ["implementation", "accuracy", "AUC", "1/ε_B at ε_S = 0.3", "1/ε_B at ε_S = 0.5", "tied scores"]
    return f"## Physics\n\n{note}\n\n{table(header, rows)}"


def _hardware(report: Report) -> str:
    if not report.hardware:
        return ""
    header = ["level", "latency (cycles)", "latency (ns)", "II", "LUT", "FF", "DSP", "BRAM"]
    rows = [
        [f"{LEVELS.get(row.level, row.level)} (`{row.level}`)", *_figures(row, estimate_errors(report, row))]
        for row in report.hardware
    ]
    text = "In brackets the 80 % interval, or how far off the estimate was; BRAM in blocks of 36 Kb."
    return f"## Latency and resources\n\n{text}\n\n{table(header, rows)}"


def _figures(row: HardwareRow, errors: dict[str, float]) -> list[str]:
    cells = []
    for name in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram"):
        value: float | None = getattr(row, name)
        cell = number(value, 4)
        low, high = row.intervals.get(name, (value, value))
        if value is not None and low is not None and high is not None and low != high:
            cell += f" ({number(low, 3)} - {number(high, 3)})"
        elif name in errors:
            cell += f" (estimate {100 * errors[name]:+.1f} %)"
        cells.append(cell)
    return cells


def _operators(report: Report) -> str:
    if not report.operators:
        return ""
    header = ["operator", "start (cycle)", "cycles", "LUT", "FF", "DSP"]
    rows = [
        [f"{row.name} ({row.op_type})"]
        + [number(x, 4) for x in (row.start_cycle, row.latency_cycles, row.lut, row.ff, row.dsp)]
        for row in report.operators
    ]
    return f"## By operator\n\n{table(header, rows)}"


def _certificate(report: Report) -> str:
    proof = report.certificate
    if proof is None:
        return ""
    result = (
        "all equal, bit for bit" if not proof.total_differences else f"**{proof.total_differences:,} differ**"
    )
    text = (
        f"{', '.join(proof.implementations)}: compared on {proof.total_events:,} events, {result}; "
        f"the scores of real jets take {proof.distinct_scores:,} distinct values."
    )
    if proof.first_difference:
        text += f" First difference: {', '.join(f'{k} {v}' for k, v in proof.first_difference.items())}."
    return f"## Certificate\n\n{text}"


def _types(report: Report) -> str:
    rows = [[stage, f"`{kind}`"] for stage, kind in report.model.types.items()]
    return f"## Types\n\n{table(['stage', 'type'], rows)}" if rows else ""


def _reproducibility(report: Report) -> str:
    facts = report.reproducibility
    rows = [["command", f"`{facts.command}`"]]
    rows += [[f"version of {name}", version] for name, version in facts.versions.items()]
    rows += [[f"sha256 of {name}", f"`{digest}`"] for name, digest in facts.hashes.items()]
    rows += [[f"seed of {name}", str(seed)] for name, seed in facts.seeds.items()]
    return f"## Reproducibility\n\n{table(['what', 'value'], rows)}"
