"""A comparison as a short Markdown comment for a merge request."""

from __future__ import annotations

from fpgajet.report.compare import Difference, regressions
from fpgajet.report.markdown import table

SIGNS = {"same": "", "better": "better", "worse": "worse, allowed", "regression": "**regression**"}


def comment(differences: list[Difference], name: str, baseline: str) -> str:
    """What changed, worst first; what did not is counted only."""
    bad = regressions(differences)
    changed = sorted(
        (d for d in differences if d.judgement != "same"),
        key=lambda d: ("regression", "worse", "better").index(d.judgement),
    )
    head = (
        f"### fpgajet check: {f'{len(bad)} regression' + 's' * (len(bad) != 1) if bad else 'no regression'}"
    )
    lines = [head, "", f"`{name}` against `{baseline}`."]
    if changed:
        rows = [[d.quantity, d.baseline, d.now, d.change, SIGNS[d.judgement]] for d in changed]
        lines += ["", table(["quantity", "baseline", "now", "change", ""], rows)]
    lines += ["", f"{len(differences) - len(changed)} other quantities are the same."]
    return "\n".join(lines) + "\n"
