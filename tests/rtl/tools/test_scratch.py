"""Temporary folders: a full disk is named as the cause."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from fpgajet.errors import CannotWrite, ToolFailed
from fpgajet.rtl.tools import scratch


def test_a_full_temporary_disk_is_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(CannotWrite, match="TMPDIR"), scratch.temporary_folder("x-") as work:
        scratch.keep_log("x-", work, "no room")
    assert list(tmp_path.iterdir()) == []


def test_the_log_of_a_failure_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    command = [sys.executable, "-c", "print('first'); print('an error'); raise SystemExit(1)"]
    with (
        scratch.temporary_folder("x-") as work,
        pytest.raises(ToolFailed, match="refused: an error") as caught,
    ):
        scratch.run_tool(command, work, "x-", "refused")
    (folder,) = tmp_path.iterdir()
    assert (folder / "failed.log").read_text() == "first\nan error\n"
    assert str(folder) in str(caught.value)
