"""What a log without a terminal gets."""

from __future__ import annotations

import io
import threading
from pathlib import Path

from rich.console import Console

from fpgajet.cli.training_progress import TrainingProgress


class Spoken(io.StringIO):
    """A log that says when a third line has come."""

    def __init__(self) -> None:
        super().__init__()
        self.enough = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.getvalue().count("still running") >= 3:
            self.enough.set()
        return written


def test_a_long_calibration_is_not_silent(tmp_path: Path) -> None:
    log = Spoken()
    with TrainingProgress(Console(file=log), tmp_path / "log", {}, heartbeat_s=0.02) as progress:
        progress.begin("scales", "calibration [/]")
        assert log.enough.wait(60)
    assert "calibration [/] still running after" in log.getvalue()
