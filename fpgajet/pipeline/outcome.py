"""What a build came to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fpgajet.errors import BudgetMissed, Mismatch
from fpgajet.files import read_json
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.report.model import Report


@dataclass(frozen=True)
class Outcome:
    """A finished build.

    Attributes:
        directory: where everything of it lies. report: what it found out. strict: a marginal verdict is a missed one.
    """

    directory: BuildDirectory
    report: Report
    strict: bool

    @cached_property
    def document(self) -> dict[str, Any]:
        """The content of ``report.json``."""
        content: dict[str, Any] = read_json(self.directory.report.with_suffix(".json"))
        return content

    def raise_if_failed(self) -> None:
        """Turn a dirty certificate or a missed budget into the exit code.

        Raises:
            Mismatch: implementations differ.
            BudgetMissed: the verdict is "fail", or "marginal" with ``strict``.
        """
        certificate, verdict = self.report.certificate, self.report.verdict
        assert certificate is not None
        assert verdict is not None
        if certificate.total_differences:
            first = certificate.first_difference or {}
            raise Mismatch(
                f"{certificate.total_differences:,} values differ; first in {first['implementation']}, "
                f"stage {first['stage']!r}, element {first['element']} of event {first['event']} "
                f"({first['kind']}): {first['found']!r} instead of {first['expected']!r}. "
                f"All of it: {self.directory.certificate}."
            )
        if verdict.status == "fail" or (self.strict and verdict.status != "pass"):
            missed = [row for row in verdict.rows if row.status != "pass"]
            reasons = "; ".join(f"{row.name} ({row.status}): {row.explanation}" for row in missed)
            raise BudgetMissed(
                f"the budget {verdict.budget} is not met: {reasons}. See {self.directory.report}."
            )
