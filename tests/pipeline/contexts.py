"""Contexts of builds that run no other stage, and a reporter that remembers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgajet.devices import part
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Silent


class Remembering(Silent):
    """Keeps what it hears: (what happened, of what)."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.events = 0

    def started(self, stage: str) -> None:
        self.heard.append(("started", stage))

    def finished(self, stage: str, outcome: str, seconds: float) -> None:
        self.heard.append(("finished", stage))

    def skipped(self, stage: str, outcome: str) -> None:
        self.heard.append(("skipped", stage))

    def stopped(self, stage: str) -> None:
        self.heard.append(("stopped", stage))

    def note(self, subject: str, text: str) -> None:
        self.heard.append(("note", f"{subject}: {text}"))

    def advance(self, events: int, total: int) -> None:
        self.events += events

    def notes(self) -> str:
        return " ".join(text for what, text in self.heard if what == "note")


def context_of(root: Path, source: Path | None = None, **settings: Any) -> BuildContext:
    """A build in ``root`` on an xcvu9p at 320 MHz."""
    return BuildContext(
        BuildDirectory(root),
        BuildSettings.model_validate(settings),
        part("xcvu9p"),
        clock_mhz=settings.get("clock_mhz", 320.0),
        source=source or root,
        jets=shipped_sample(),
        reporter=Remembering(),
    )
