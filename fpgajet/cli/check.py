"""``fpgajet check``: has anything got worse since a baseline?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from fpgajet.cli.output import JSON_HELP, console, print_json

EXAMPLE = """
Compare the reports of two builds: AUC, background rejection, latency, resources, types, certificate, verdict.

For continuous integration: exit code 8 if anything got worse by more than its threshold, and a short Markdown
comment for the merge request.

Examples:

    fpgajet check build --baseline main-build --markdown comment.md

    fpgajet check build --baseline main-build --resources 5 --auc 0.001 --allow-types
"""


def check(
    build_dir: Annotated[Path, typer.Argument(help="Build directory, or a report.json.")],
    baseline: Annotated[Path, typer.Option(help="Build directory or report.json to compare with.")],
    auc: Annotated[float, typer.Option(min=0, help="Allowed drop of the AUC.")] = 0.002,
    rejection: Annotated[float, typer.Option(min=0, help="Allowed drop of 1/eps_B in per cent.")] = 10.0,
    cycles: Annotated[float, typer.Option(min=0, help="Allowed further cycles.")] = 0.0,
    resources: Annotated[float, typer.Option(min=0, help="Allowed growth of LUT, FF, DSP, BRAM in %.")] = 2.0,
    allow_types: Annotated[bool, typer.Option("--allow-types", help="Types of stages may change.")] = False,
    allow_different: Annotated[
        bool, typer.Option("--allow-different", help="Compare builds with other jets, part, clock or budget.")
    ] = False,
    markdown: Annotated[Path | None, typer.Option(help="Also write the comment to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet.errors import BadInput, Regression
    from fpgajet.files import write_text
    from fpgajet.report import read_report
    from fpgajet.report.comment import comment
    from fpgajet.report.compare import Thresholds, compare, conditions, regressions

    allowed = Thresholds(auc, rejection, cycles, resources, allow_types)
    now, before = read_report(build_dir), read_report(baseline)
    different = conditions(now, before)
    if different and not allow_different:
        raise BadInput(
            f"{build_dir} and {baseline} cannot be compared: they differ in {', '.join(different)}. Build both in the "
            "same way, or give --allow-different."
        )
    differences = compare(now, before, allowed)
    bad = regressions(differences)
    text = comment(differences, str(build_dir), str(baseline))
    if different:
        text += f"\nNot built in the same way: {', '.join(different)} differ.\n"
    if markdown is not None:
        write_text(markdown, text)
    if as_json:
        print_json(
            {"regressions": len(bad), "different": different, "differences": [asdict(d) for d in differences]}
        )
    else:
        console.print(Markdown(text))
    if bad:
        what = ", ".join(f"{d.quantity} ({d.baseline} -> {d.now})" for d in bad[:5])
        raise Regression(f"{build_dir} is worse than {baseline}: {what}{' ...' if len(bad) > 5 else ''}.")
    return 0


check.__doc__ = EXAMPLE
