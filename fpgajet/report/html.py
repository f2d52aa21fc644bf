"""The report as one self-contained HTML page: no network, no scripts; light, dark and print."""

from __future__ import annotations

from html import escape
from pathlib import Path

from fpgajet import files
from fpgajet.report import hardware_plots, plots
from fpgajet.report.accuracy import estimate_errors
from fpgajet.report.elements import badge, table
from fpgajet.report.model import HardwareRow, Metrics, Report
from fpgajet.report.words import IMPLEMENTATIONS, LEVELS, counts, number, quantity

STYLE = Path(__file__).with_name("style.css")


def write_html(report: Report, target: Path) -> None:
    """Write the report as HTML, atomically."""
    files.write_text(target, html(report))


def html(report: Report) -> str:
    """The whole page."""
    sections = [_head(report), _verdict(report), _hardware(report), _physics(report), _widths(report)]
    sections += [_certificate(report), _reproducibility(report)]
    title = escape(f"{report.model.name}: fpgajet report")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{title}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f"<body><main>{''.join(s for s in sections if s)}</main></body></html>\n"
    )


def _head(report: Report) -> str:
    model, verdict = report.model, report.verdict
    mark = badge(verdict.status) if verdict else ""
    facts = f"{model.architecture}, {model.constituents} constituents, {counts(model)}"
    return f"<header><h1>{escape(model.name)} {mark}</h1><p>{escape(facts)}</p>{_numbers(report)}</header>"


def _numbers(report: Report) -> str:
    tiles = []
    if report.hardware:
        level = report.verdict.level if report.verdict else ""
        row = next((r for r in report.hardware if r.level == level), report.hardware[0])
        tiles += [
            ("latency", f"{number(row.latency_ns)} ns"),
            ("LUT", number(row.lut)),
            ("DSP", number(row.dsp)),
        ]
    tagger = report.physics.csim or report.physics.quantised
    if tagger:
        tiles.append(("AUC", number(tagger.auc, 4)))
    if report.certificate:
        tiles.append(("differing values", f"{report.certificate.total_differences:,}"))
    return '<dl class="tiles">' + "".join(f"<div><dt>{n}</dt><dd>{v}</dd></div>" for n, v in tiles) + "</dl>"


def _verdict(report: Report) -> str:
    verdict = report.verdict
    if verdict is None:
        return ""
    rows = []
    for row in verdict.rows:
        interval = "exact"
        if row.low != row.high:
            interval = f"{quantity(row.low, row.unit)} to {quantity(row.high, row.unit)}"
        value, limit = quantity(row.value, row.unit), quantity(row.limit, row.unit)
        name = f"{escape(row.name)}<small>{escape(row.explanation)}</small>"
        rows.append([name, value, interval, limit, badge(row.status)])
    source = LEVELS.get(verdict.level, verdict.level)
    text = (
        f"Budget <code>{escape(verdict.budget)}</code> on <code>{escape(verdict.part)}</code>; "
        f"figures: {escape(source)}."
    )
    head = ["question", "value", "80 % interval", "limit", "verdict"]
    return f"<section><h2>Verdict</h2><p>{text}</p>{table(head, rows)}</section>"


def _hardware(report: Report) -> str:
    figures = [
        picture.render(name)
        for name, draw in (
            ("waterfall", hardware_plots.waterfall),
            ("resources", hardware_plots.resource_bars),
        )
        if (picture := draw(report)) is not None
    ]
    rows = [_figures(row, estimate_errors(report, row)) for row in report.hardware]
    head = ["level", "cycles", "ns", "II", "LUT", "FF", "DSP", "BRAM"]
    body = table(head, rows) if rows else ""
    notes = "".join(f"<li>{escape(text)}</li>" for text in _evidence(report))
    return (
        f'<section><h2>Latency and resources</h2><div class="figures">{"".join(figures)}</div>{body}'
        f"<p>Small: 80 % interval, or how far off the estimate was. BRAM in blocks of 36 Kb.</p>"
        f"<details><summary>Where the figures come from</summary>"
        f"<ul>{notes}</ul></details></section>"
    )


def _figures(row: HardwareRow, errors: dict[str, float]) -> list[str]:
    cells = [f"{escape(LEVELS.get(row.level, row.level))}<small>{escape(row.level)}</small>"]
    for name in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram"):
        value: float | None = getattr(row, name)
        low, high = row.intervals.get(name, (0.0, 0.0))
        interval = f"<small>{number(low)} to {number(high)}</small>" if low != high else ""
        if name in errors:
            interval += f"<small>estimate {100 * errors[name]:+.1f} %</small>"
        cells.append(f"{number(value)}{interval}")
    return cells


def _evidence(report: Report) -> list[str]:
    lines = []
    for row in report.hardware:
        entries = row.evidence if isinstance(row.evidence, dict) else {"": row.evidence}
        lines += [f"{row.level} {name}: {text}" for name, text in entries.items() if text]
    return list(dict.fromkeys(lines))


def _physics(report: Report) -> str:
    physics = report.physics
    entries: list[tuple[str, Metrics | None]] = [
        ("float", physics.float_), ("quantised", physics.quantised), ("csim", physics.csim),
        ("jet_mass", physics.jet_mass),
    ]  # fmt: skip
    rows = [
        [IMPLEMENTATIONS[name], number(m.accuracy), number(m.auc), number(m.inverse_background_efficiency_30, 3),
         number(m.inverse_background_efficiency_50, 3), str(m.tied_scores)]
        for name, m in entries if m is not None
    ]  # fmt: skip
    pictures = (
        ("roc", plots.roc(report)),
        ("scores", plots.scores(report)),
        ("boosts", plots.boosts(report.boosts)),
    )
    figures = "".join(picture.render(name) for name, picture in pictures if picture is not None)
    if not rows and not figures:
        return ""
    jets = f"{physics.jets:,} held-out jets. " if physics.jets else ""
    head = ["implementation", "accuracy", "AUC", "1/ε_B at ε_S = 0.3", "1/ε_B at ε_S = 0.5", "tied scores"]
    return (
        f"<section><h2>Physics</h2><p>{jets}{escape(physics.data)}</p>"
        f'{table(head, rows)}<div class="figures">{figures}</div></section>'
    )


def _widths(report: Report) -> str:
    picture = hardware_plots.bit_map(report)
    if picture is None:
        return ""
    return f'<section><h2>Types</h2><div class="figures">{picture.render("bits")}</div></section>'


def _certificate(report: Report) -> str:
    proof = report.certificate
    if proof is None:
        return ""
    rows = [
        ["implementations", escape(", ".join(proof.implementations))],
        ["events compared", f"{proof.total_events:,}"],
        *([escape(f"of these {kind}"), f"{count:,}"] for kind, count in proof.events_by_kind.items()),
        [
            "differing values",
            f"{proof.total_differences:,} {badge('fail' if proof.total_differences else 'pass')}",
        ],
        ["distinct scores of real jets", f"{proof.distinct_scores:,}"],
    ]
    if proof.first_difference:
        rows.append(
            ["first difference", escape(", ".join(f"{k} {v}" for k, v in proof.first_difference.items()))]
        )
    return f"<section><h2>Certificate</h2>{table(['what', 'value'], rows, 'facts')}</section>"


def _reproducibility(report: Report) -> str:
    facts = report.reproducibility
    rows = [["command", f"<code>{escape(facts.command)}</code>"]]
    rows += [["made", escape(facts.created)]] if facts.created else []
    rows += [[escape(f"version of {name}"), escape(version)] for name, version in facts.versions.items()]
    rows += [
        [escape(f"SHA-256 of {n}"), f"<code>{escape(digest)}</code>"] for n, digest in facts.hashes.items()
    ]
    rows += [[escape(f"seed of {name}"), str(seed)] for name, seed in facts.seeds.items()]
    return f"<section><h2>Reproducibility</h2>{table(['what', 'value'], rows, 'facts')}</section>"
