"""A comparison as a short Markdown comment for a merge request."""

from __future__ import annotations

from markupsafe import Markup

from fpgajet.report.compare import Difference, regressions
from fpgajet.report.rendering import render_markdown
from fpgajet.report.tables import Cell, Table

SIGNS = {"same": "", "better": "better", "worse": "worse, allowed", "regression": Markup("**regression**")}
WORST_FIRST = ("regression", "worse", "better")


def comment(differences: list[Difference], name: str, baseline: str) -> str:
    """What changed, worst first; what did not is counted only."""
    bad = len(regressions(differences))
    changed = [d for d in differences if d.judgement != "same"]
    changed.sort(key=lambda d: WORST_FIRST.index(d.judgement))
    rows = [(d.quantity, d.baseline, d.now, d.change, SIGNS[d.judgement]) for d in changed]
    return render_markdown(
        "comment.md.j2",
        summary=f"{bad} regression{'s' * (bad != 1)}" if bad else "no regression",
        name=name,
        baseline=baseline,
        changed=Table(
            ("quantity", "baseline", "now", "change", "judgement"),
            tuple(tuple(Cell(text) for text in row) for row in rows),
        ),
        same=len(differences) - len(changed),
    )
