"""What stands large at the top of the report: is it exact, does it fit, is it fast enough, does it tag?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fpgajet.report.latency import judged_row
from fpgajet.report.model import Report, VerdictRow
from fpgajet.report.words import LEVELS, measured, number, quantity

#: Levels whose figures come from no vendor tool.
OPEN_LEVELS = ("model", "model-csynth", "rtl", "rtl-synthesis")
#: Rows of a verdict that are about time, the latency first.
TIMES = ("latency", "input links", "initiation interval", "clock period")


@dataclass(frozen=True)
class Tile:
    """One question with its answer.

    Attributes:
        question: in two or three words. value: the figure. note: what it has to be compared with.
        status: pass, marginal or fail; nothing where the answer is no judgement.
    """

    question: str
    value: str
    note: str = ""
    status: str = ""


def tiles(report: Report) -> Iterator[Tile]:
    """The answers that a report has, each with the figures of the verdict."""
    if report.certificate:
        yield _exact(report)
    rows = report.verdict.rows if report.verdict else []
    shares = [row for row in rows if row.unit == "share" and " of " in row.name]
    if shares:
        yield _fits(report, shares)
    in_time = [row for row in rows if row.name in TIMES]
    if in_time:
        yield _fast(report, in_time)
    tagger = report.physics.csim or report.physics.quantised
    if tagger:
        window = report.physics.jet_mass
        asked = [row for row in rows if row.at_least]
        note = f"AUC of a mass window {measured(window.auc, window.auc_error)}" if window else ""
        yield Tile(
            "Does it tag?",
            f"AUC {measured(tagger.auc, tagger.auc_error)}",
            note,
            _worst(asked) if asked else "",
        )
    if report.hardware:
        level = judged_row(report)
        assert level is not None
        note = "no vendor tool has read it" if level.level in OPEN_LEVELS else "report of the vendor's tool"
        yield Tile("What is it worth?", LEVELS.get(level.level, level.level), note)


def _exact(report: Report) -> Tile:
    found = report.certificate
    assert found is not None
    proved = [p for p in found.proofs if p.get("level") == "proved"]
    note = f"{found.total_events:,} events in {len(found.implementations)} implementations"
    if proved:
        note += "; Verilog proved for all inputs"
    return Tile(
        "Is it exact?", f"{found.total_differences:,} differing values", note,
        "fail" if found.total_differences else "pass",
    )  # fmt: skip


def _worst(rows: list[VerdictRow]) -> str:
    return max((row.status for row in rows), key=("pass", "marginal", "fail").index)


def _fits(report: Report, shares: list[VerdictRow]) -> Tile:
    """The resource that is nearest to its limit."""
    row, tightest = judged_row(report), max(shares, key=lambda one: one.value / one.limit)
    counts = [(getattr(row, name), name.upper()) for name in ("lut", "ff", "dsp")]
    figures = ", ".join(f"{number(value)} {name}" for value, name in counts if value is not None)
    resource, _, where = tightest.name.partition(" of ")
    value = f"{resource} {quantity(tightest.value, 'share')} of {where}"
    note = f"nearest to its limit of {quantity(tightest.limit, 'share')}; {figures}"
    return Tile("Does it fit?", value, note, _worst(shares))


def _fast(report: Report, rows: list[VerdictRow]) -> Tile:
    """The latency; the badge and the note are of everything that has to do with time."""
    row, judged = judged_row(report), rows[0]
    note = f"of {quantity(judged.limit, judged.unit)}, first word in to last score out"
    if row is not None and row.latency_ns is not None:
        note += f"; tagger alone {number(row.latency_ns)} ns"
    note += "".join(f"; {one.name}: {one.status}" for one in rows[1:] if one.status != "pass")
    return Tile("Is it fast enough?", quantity(judged.value, judged.unit), note, _worst(rows))
