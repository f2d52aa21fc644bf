"""``fpgajet.build``: from a trained tagger to proved firmware and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import require_extra

if TYPE_CHECKING:
    from fpgajet.pipeline.outcome import Outcome
    from fpgajet.pipeline.reporter import Reporter
    from fpgajet.report import Report


@dataclass(frozen=True, repr=False)
class Built:
    """A finished build.

    Attributes:
        outcome: what the pipeline returned.
    """

    outcome: Outcome

    @property
    def directory(self) -> Path:
        """The build directory."""
        return self.outcome.directory.root

    @property
    def report(self) -> Report:
        """Everything that the build found out, typed."""
        return self.outcome.report

    @property
    def document(self) -> dict[str, Any]:
        """The content of ``report.json``."""
        return self.outcome.document

    @property
    def exact(self) -> bool:
        """Whether all implementations gave the same bits for every event and stage."""
        certificate = self.report.certificate
        return certificate is not None and certificate.total_differences == 0

    @property
    def status(self) -> str:
        """Of the verdict: "pass", "marginal" or "fail"."""
        assert self.report.verdict is not None
        return self.report.verdict.status

    def raise_if_failed(self) -> None:
        """Raise what the command line would exit with.

        Raises:
            Mismatch: implementations differ. BudgetMissed: the verdict is "fail", or "marginal" with ``strict``.
        """
        self.outcome.raise_if_failed()

    def __repr__(self) -> str:
        return f"<build {self.directory}: {'exact' if self.exact else 'NOT EXACT'}, verdict {self.status}>"

    def _repr_html_(self) -> str:
        """The whole report, figures included."""
        from fpgajet.report import html
        from fpgajet.report.fragment import framed

        return framed(html(self.report), height=720)


def build(
    model: str | Path | None = None,
    *,
    out: Path | str | None = None,
    config: Path | str | None = None,
    reporter: Reporter | None = None,
    command: str = "",
    **settings: Any,
) -> Built:
    """Run every stage of ``fpgajet build`` that is not up to date.

    >>> built = build("npelican-n8-c2", out=work / "mine", flow="hls", max_jets=200, edge_vectors=100)
    >>> built.exact, built.status
    (True, 'pass')
    >>> built.report.model.constituents
    8

    Args:
        model: zoo name, checkpoint directory, or ONNX file.
        out: build directory; ``builds/MODEL-PART`` by default.
        config: TOML file of settings; ``settings`` win over it.
        reporter: hears of every stage, see :class:`fpgajet.pipeline.reporter.Reporter`; by default nobody does.
            ``fpgajet.pipeline.reporter.Plain()`` writes lines to standard error.
        command: what ``report.json`` states as the command; default: the command line of the same build.
        settings: fields of :class:`fpgajet.pipeline.build_settings.BuildSettings`, for example ``part="xcvu13p"``,
            ``budget="cms-run3-ugt"``, ``clock_mhz=240``.

    Raises:
        BadInput: an unknown name or setting, or jets that cannot be used.
        MissingTool: a package or the C++ compiler is not installed.
        ToolFailed, CannotWrite: see :mod:`fpgajet.errors`. A missed budget or differing implementations are results,
            and :meth:`Built.raise_if_failed` turns them into errors.
    """
    from fpgajet.pipeline.build_settings import load_settings
    from fpgajet.pipeline.paths import is_foreign

    chosen = load_settings(
        None if config is None else Path(config), model=None if model is None else str(model), **settings
    )
    trained = () if is_foreign(chosen.model) else ("torch", "brevitas")
    require_extra(*trained, "hls4ml", "qonnx", "onnxruntime")
    from fpgajet.pipeline.unchanged import built_before

    target = None if out is None else Path(out)
    outcome = built_before(chosen, target, reporter, command)
    if outcome is None:
        from fpgajet.pipeline.build import run_build

        outcome = run_build(chosen, target, reporter=reporter, command=command)
    return Built(outcome)
